"""A call of the PMS becomes something to read; what cannot be understood keeps its reason."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from staytrue.flow import wants
from staytrue.flow.parcels import Talk
from staytrue.hotel import scope
from staytrue.inbox import notifications, wanted
from staytrue.inbox.models import Connection, Notification
from staytrue.staff import audit
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def link() -> Connection:
    """A connection to a Mews that is never asked here."""
    house = make.hotel()
    with scope.everything(), audit.acting("tests", make.NOON):
        return Connection.objects.create(
            name="bio-mews", property=house, dialect="mews", created_at=make.NOON
        )


def call(link: Connection, body: bytes) -> None:
    """One call of the PMS, five seconds ago."""
    at = make.NOON - timedelta(seconds=5)
    with scope.everything():
        notifications.keep_many([notifications.arrived(link.pk, body, now=at)])


def push(*ids: str) -> bytes:
    """What Mews sends about these stays."""
    events = [{"Discriminator": "ServiceOrderUpdated", "Value": {"Id": id_}} for id_ in ids]
    return json.dumps({"Events": events}).encode()


def test_calls_of_one_thing_become_one_thing_to_read(link: Connection) -> None:
    for body in (push("s1", "s2"), push("s2"), push("s2", "s3")):
        call(link, body)
    assert wants.take_calls(Talk(link, lambda: make.NOON, None)) == 3  # type: ignore[arg-type]
    with scope.everything():
        assert [one.id for one in wanted.claim(link, make.NOON)] == ["s1", "s2", "s3"]
        # True through ends before the first of them came.
        assert wanted.oldest(link) == make.NOON - timedelta(seconds=5)


def test_a_cut_call_is_settled_with_its_reason_and_stops_no_other(link: Connection) -> None:
    call(link, push("s1")[:20])
    call(link, push("s2"))
    wants.take_calls(Talk(link, lambda: make.NOON, None))  # type: ignore[arg-type]
    with scope.everything():
        told = list(Notification.objects.order_by("id").values_list("settled_at", "trouble"))
        assert [bool(trouble) for _, trouble in told] == [True, False]
        assert all(settled for settled, _ in told)
        assert [one.id for one in wanted.claim(link, make.NOON)] == ["s2"]
