"""What happens to a stay in the PMS shows in the mirror: FEATURES A13, A18 and D01, as far as it goes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from staytrue.changes import log
from staytrue.hotel import scope
from staytrue.hotel.codes import GuestRole, Status
from staytrue.hotel.records import GuestOnBooking
from staytrue.mirror.history import History, history_of
from staytrue.mirror.models import Profile
from staytrue.staff.access import house_access
from tests import make
from tests.flow.feeds import DAY, MORNING, StayFeed, rows, stay

pytestmark = pytest.mark.django_db


@pytest.fixture
def feed(tmp_path: Path) -> StayFeed:
    return StayFeed(make.link(make.hotel()), tmp_path)


def history(source_id: str) -> History:
    with scope.everything():
        found = Profile.objects.get(source_id=source_id)
        return history_of(house_access("tests"), [found.pk])


def primary(source_id: str) -> list[GuestOnBooking]:
    return [GuestOnBooking(GuestRole.PRIMARY, source_id)]


def test_a_replaced_guest_hands_the_stay_over_on_both_timelines(feed: StayFeed) -> None:
    guests = [make.profile(source_id=key, first_name=key) for key in ("A", "B")]
    path = make.guests_file(feed.folder, MORNING, *guests)
    make.take(feed.link, path, MORNING, "staytrue_guests")
    feed.take(stay(guests=primary("A")))
    feed.take(stay(guests=primary("B"), modified_at=MORNING + DAY / 2))
    was, now = history("A"), history("B")
    assert (was.stays, [line.handed_to_name for line in was.former]) == ([], ["B Fontanel"])
    assert ([line.number for line in now.stays], now.former) == (["30001"], [])


@pytest.mark.parametrize(
    ("facts", "kind"),
    [({"nights": 2}, "dates_moved"), ({"nights": 5}, "dates_moved"),
     ({"room_number": "301"}, "room_moved")],
)  # fmt: skip
def test_leaving_early_staying_on_and_moving_rooms_are_named(
    feed: StayFeed, facts: dict[str, Any], kind: str
) -> None:
    here: dict[str, Any] = {
        "status": Status.IN_HOUSE, "source_status": "In house", "room_number": "214",
        "arrival_on": date(2026, 5, 20),
    }  # fmt: skip
    feed.take(stay(**here))
    feed.take(stay(**(here | facts), modified_at=MORNING + DAY / 2))
    [row] = rows()
    with scope.everything():
        newest = log.versions_of("reservation", row.pk)[0]
    assert newest["kinds"] == ["modified", kind]
    assert row.departure_on == date(2026, 5, 20) + timedelta(days=facts.get("nights", 3))


def test_the_measured_lag_is_the_one_the_pms_had(feed: StayFeed) -> None:
    count = 20
    feed.take(*(stay(n) for n in range(count)))
    lags = [timedelta(minutes=7 * (n + 1)) for n in range(count)]
    read_at = MORNING + DAY
    feed.take(*(stay(n, notes="x", modified_at=read_at - lag) for n, lag in enumerate(lags)))
    with scope.everything():
        measured = log.lag_seconds(feed.link.pk, read_at)
    assert measured["count"] == count
    assert measured["p50"] == lags[count // 2 - 1].total_seconds()
    assert measured["p95"] == lags[18].total_seconds()
