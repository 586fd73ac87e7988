"""A recorded turn holds nothing personal, and its replay gives the same records without the PMS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from staytrue.flow import outgoing, recording
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.inbox import actions as inbox
from staytrue.inbox.models import Connection, Delivery
from staytrue.kit.errors import Refused
from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.pms.mews.quirks import Quirk
from staytrue.lab.pms.mews.server import Mews
from staytrue.lab.pms.serving import Served
from staytrue.mirror.models import Profile
from staytrue.mirror.models import Reservation as Stay
from staytrue.staff import audit
from tests import make

pytestmark = pytest.mark.django_db

NO_QUIRKS: frozenset[Quirk] = frozenset()


@pytest.fixture
def world() -> World:
    day = make.NOON.date()
    first, last = day - timedelta(days=5), day + timedelta(days=10)
    return build_world(7, hotel_sirga(rooms=6), first, last, today=day)


@pytest.fixture
def link(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """Hotel Sirga, linked to its Mews."""
    monkeypatch.setattr(settings, "HOME", tmp_path / "home")
    monkeypatch.setattr(outgoing, "_ways", {})
    house: Property = make.hotel()
    with Served(Mews(world, lambda: make.NOON, quirks=NO_QUIRKS).application) as pms:
        values = {"client_token": "lab-client", "access_token": "lab-access", "base_url": pms.url,
                  "past_days": "10", "ahead_days": "20"}  # fmt: skip
        with scope.everything(), audit.acting("tests", make.NOON):
            made = inbox.connect("sirga", house, "mews", values, now=make.NOON)
            inbox.allow_private(made, is_allowed=True)
        yield made


def test_a_recorded_turn_is_a_turn_and_its_bundle_holds_nothing_personal(
    link: Connection, tmp_path: Path
) -> None:
    count = recording.record(link, tmp_path / "bundle", lambda: make.NOON)
    with scope.everything():
        assert Delivery.objects.filter(connection=link).exists()
        people = list(Profile.objects.values())
        stays = list(Stay.objects.values_list("number", "notes"))
    assert people
    assert stays
    files = sorted((tmp_path / "bundle").iterdir())
    assert len(files) == count + 1
    text = "".join(path.read_text(encoding="utf-8") for path in files).casefold()
    for guest in people:
        told = [guest["first_name"], guest["last_name"], guest["source_id"]]
        told += [mail["address"] for mail in guest["emails"]]
        told += [phone["raw"] for phone in guest["phones"] if phone.get("raw")]
        for value in filter(None, told):
            if len(value) > 3:
                assert f'"{value}"'.casefold() not in text, value
    for number, notes in stays:
        assert f'"{number}"' not in text
        assert not notes or notes.casefold() not in text
    for secret in ("lab-client", "lab-access", "127.0.0.1"):
        assert secret not in text


def test_a_replay_gives_as_many_records_and_asks_nobody(link: Connection, tmp_path: Path) -> None:
    recording.record(link, tmp_path / "bundle", lambda: make.NOON)
    with scope.everything():
        known = {row.number for row in Stay.objects.all()}
    said = list(recording.replay(tmp_path / "bundle"))
    replayed = {stay.number for one in said for stay in one.reservations}
    assert len(replayed) == len(known)
    assert replayed.isdisjoint(known)
    assert [part.reason for one in said for part in one.parked] == []


def test_a_bundle_is_never_written_over(link: Connection, tmp_path: Path) -> None:
    recording.record(link, tmp_path / "bundle", lambda: make.NOON)
    with pytest.raises(Refused, match="is not empty"):
        recording.record(link, tmp_path / "bundle", lambda: make.NOON)


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is no recording"):
        list(recording.replay(tmp_path))
    (tmp_path / "bundle.json").write_text(json.dumps({"form": 99}), encoding="utf-8")
    with pytest.raises(Refused, match="another version"):
        list(recording.replay(tmp_path))
