"""Fields of a stay, from the export to the mirror: FEATURES E10 to E13 and E26."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from staytrue.hotel import scope
from staytrue.hotel.codes import Channel, Status
from staytrue.inbox.models import Delivery
from staytrue.mirror import canonical, reading
from staytrue.staff.models import Ask
from tests import make
from tests.flow.feeds import DAY, MORNING, StayFeed, rows, stay

pytestmark = pytest.mark.django_db


@pytest.fixture
def feed(tmp_path: Path) -> StayFeed:
    return StayFeed(make.link(make.hotel()), tmp_path)


# E10 number


def test_two_hotels_with_the_same_number_never_collide(feed: StayFeed, tmp_path: Path) -> None:
    other = make.link(make.hotel("LEK", city="Lekeitio"), "lek-files")
    feed.take(stay(adults=1))
    (tmp_path / "lek").mkdir()
    StayFeed(other, tmp_path / "lek").take(stay(adults=2))
    assert [(row.property.code, row.number, row.adults) for row in rows()] == [
        ("BIO", "30001", 1), ("LEK", "30001", 2),
    ]  # fmt: skip


def test_a_number_used_again_is_a_booking_of_its_own_and_flagged(feed: StayFeed) -> None:
    feed.take(stay(status=Status.CHECKED_OUT, source_status="Checked out"))
    again = stay(arrival_on=date(2026, 9, 1), created_at=MORNING + 40 * DAY, guests=[])
    outcome = feed.take(again)
    assert [row.epoch for row in rows()] == [1, 2]
    assert outcome.findings[0] == {
        "code": "number_reused", "line": 2, "facts": {"number": "30001", "leg": "1"},
    }  # fmt: skip
    with scope.everything():
        ask = Ask.objects.get(closed_at=None)
        assert Delivery.objects.latest("id").findings[0]["code"] == "number_reused"
    assert (ask.kind, ask.facts["number"]) == ("number_reused", "30001")


def test_a_number_used_again_is_flagged_once(feed: StayFeed) -> None:
    feed.take(stay(status=Status.CHECKED_OUT, source_status="Checked out"))
    again = stay(arrival_on=date(2026, 9, 1), created_at=MORNING + 40 * DAY, guests=[])
    feed.take(again)
    again.notes = "late"
    assert feed.take(again).findings == []
    assert len(rows()) == 2


# E11 status


@pytest.mark.parametrize(
    ("word", "status"),
    [("Option", "option"), ("confirmed ", "confirmed"), ("WAITLIST", "waitlist"),
     ("In house", "in_house"), ("Checked out", "checked_out"), ("Cancelled", "cancelled"),
     ("No show", "no_show")],
)  # fmt: skip
def test_every_source_word_has_one_canonical_state_beside_it(
    feed: StayFeed, word: str, status: str
) -> None:
    feed.take(stay(source_status=word))
    [row] = rows()
    assert (row.status, row.source_status) == (status, word.strip())


# E12 dates


@pytest.fixture(params=["Europe/Paris", "UTC", "America/Los_Angeles"])
def server_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The server's own zone: that of the process and of the database session."""
    monkeypatch.setitem(os.environ, "TZ", request.param)
    time.tzset()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE %s", [request.param])
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_a_stay_in_auckland_keeps_its_dates_wherever_the_server_runs(
    server_zone: str, tmp_path: Path
) -> None:
    house = make.hotel("AKL", timezone="Pacific/Auckland", country="NZ", currency="NZD")
    booked = datetime(2026, 5, 1, 12, 30, tzinfo=make.UTC)  # the second of May in Auckland
    made = stay(property="AKL", arrival_on=date(2026, 6, 1), created_at=booked)
    StayFeed(make.link(house, "akl"), tmp_path).take(made)
    [row] = rows()
    assert (row.arrival_on, row.departure_on) == (date(2026, 6, 1), date(2026, 6, 4))
    assert row.lead_days == 30
    with scope.everything():
        record = reading.one_reservation("AKL:30001").record()
    assert (record["arrival_on"], record["created_at"]) == (
        "2026-06-01", "2026-05-02T00:30:00+12:00",
    )  # fmt: skip


# E13 creation


def test_a_creation_day_without_a_time_is_told_as_a_day(feed: StayFeed) -> None:
    feed.take(stay(1), stay(2, created_at=date(2026, 4, 2)), stay(3, created_at=None))
    with scope.everything():
        told = [
            canonical.precision(reading.one_reservation(f"BIO:3000{n}").record()["created_at"])
            for n in (1, 2, 3)
        ]
    assert told == ["instant", "day", None]
    assert [row.lead_days for row in rows()] == [32, 51, None]


# E26 mandatory fields


@pytest.mark.parametrize(
    ("facts", "code"),
    [({"number": ""}, "missing_number"), ({"source_status": ""}, "missing_status")],
)
def test_a_record_without_a_mandatory_field_is_parked_and_never_active(
    feed: StayFeed, facts: dict[str, Any], code: str
) -> None:
    outcome = feed.take(stay(1), stay(2, **facts))
    assert (len(rows()), outcome.parked_count, outcome.parked[0]["code"]) == (1, 1, code)


def test_a_record_without_dates_is_parked_with_the_reason(feed: StayFeed) -> None:
    path = make.stays_file(feed.folder, MORNING, stay(1), stay(2))
    lines = path.read_text().splitlines()
    cells = lines[2].split(";")
    cells[4] = ""
    path.write_text("\n".join([*lines[:2], ";".join(cells)]) + "\n")
    outcome = make.take(feed.link, path, MORNING)
    assert outcome.parked[0]["reason"] == "Arrival is missing."
    assert [row.channel for row in rows()] == [Channel.OTHER]
