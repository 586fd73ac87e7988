"""What providers post: believed with the secret, and only of messages they carried for this hotel."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from staytrue.consent.models import ConsentAct
from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.messages import gate, marks, outlets
from staytrue.messages.carriers.base import Outcome, Result, Sender
from staytrue.messages.claims import settled
from staytrue.messages.kinds import Kind, State
from staytrue.messages.models import Message, Outlet
from staytrue.staff import audit
from tests.make import NOON
from tests.messages import scene, ways

pytestmark = pytest.mark.django_db

SECRET = "hook:a-long-secret"


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own, at noon."""
    with ways.home(tmp_path / "home") as place, clock.use(lambda: NOON):
        yield place


@pytest.fixture
def message() -> Message:
    """A message that Postmark took; its outlet has a secret."""
    house = scene.build()
    house.plan(house.wanted(Kind.CHANGE))
    (claimed,) = house.claim()
    gate.last_looks([claimed], NOON)
    settled([(claimed, Outcome(Result.ACCEPTED, "pm-1"))], NOON)
    with scope.everything(), audit.acting("tests", NOON):
        values = {"server_token": "t", "webhook_secret": SECRET}
        sender = Sender("stay@sirga.example")
        outlets.set_up(house.hotel, "email", "postmark", values, sender)
    return scene.only()


def post(event: dict[str, Any], secret: str = SECRET, sort: str = "reports") -> int:
    """As Postmark calls."""
    with scope.everything():
        pk = Outlet.objects.get().pk
    auth = "Basic " + base64.b64encode(secret.encode()).decode()
    answer = Client().post(
        f"/carriers/{pk}/{sort}/", json.dumps(event), content_type="application/json",
        headers={"authorization": auth},
    )  # fmt: skip
    return answer.status_code


def bounce(**facts: Any) -> dict[str, Any]:
    return {
        "RecordType": "Bounce", "ID": 7, "Type": "HardBounce", "MessageID": "pm-1",
        "Email": "claire@fontanel.example", "BouncedAt": "2026-05-21T12:00:00Z",
    } | facts  # fmt: skip


def test_a_hard_bounce_moves_the_message_and_suppresses_its_address(message: Message) -> None:
    assert post(bounce()) == 200
    assert scene.only().state == State.BOUNCED
    with scope.everything():
        assert ConsentAct.objects.get().contact_point_id == message.contact_point_id
    assert post(bounce()) == 200
    with scope.everything():
        assert ConsentAct.objects.count() == 1


def test_our_mark_names_the_message_where_the_provider_forgot_its_number(message: Message) -> None:
    name = f"{message.public_id.hex}.{marks.mark(message.public_id)}"
    assert post(bounce(MessageID="other", Metadata={"message": name})) == 200
    assert scene.only().state == State.BOUNCED


@pytest.mark.parametrize("secret", ["", "hook:wrong", "other:a-long-secret"])
def test_without_the_secret_nothing_is_believed(message: Message, secret: str) -> None:
    assert post(bounce(), secret) == 401
    assert scene.only().state == State.ACCEPTED


def test_a_strangers_message_is_ignored(message: Message) -> None:
    assert post(bounce(MessageID="pm-2")) == 200
    assert scene.only().state == State.ACCEPTED


def test_a_delivery_is_told_and_a_soft_bounce_suppresses_nothing(message: Message) -> None:
    delivery = {"RecordType": "Delivery", "MessageID": "pm-1", "Recipient": "x@y.example",
                "DeliveredAt": "2026-05-21T12:00:00Z"}  # fmt: skip
    assert post(delivery) == 200
    assert scene.only().state == State.DELIVERED
    assert post(bounce(Type="Transient")) == 200
    with scope.everything():
        assert not ConsentAct.objects.exists()


def test_what_cannot_be_read_is_no_trouble(message: Message) -> None:
    assert post({"RecordType": []}) in {200, 422}
    with scope.everything():
        pk = Outlet.objects.get().pk
    auth = "Basic " + base64.b64encode(SECRET.encode()).decode()
    answer = Client().post(f"/carriers/{pk}/reports/", b"\xff{", content_type="application/json",
                           headers={"authorization": auth})  # fmt: skip
    assert answer.status_code == 422


def test_an_outlet_without_a_secret_has_no_hook() -> None:
    house = scene.build()
    assert post(bounce()) == 404
    assert house.hotel.pk
