"""The day close: no-shows that the PMS never names, and the business date, in every zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staytrue.changes.models import Change
from staytrue.flow.closing import close_days
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.models import Property
from staytrue.hotel.records import Reservation
from staytrue.mirror.models import Reservation as Row
from tests import make

pytestmark = pytest.mark.django_db

UTC = make.UTC
ARRIVAL = date(2026, 5, 21)
BEFORE = datetime(2026, 5, 21, 1, 10, tzinfo=UTC)
"""03:10 in Bilbao on the day of arrival."""
CLOSED = datetime(2026, 5, 22, 1, 0, tzinfo=UTC)
"""03:00 in Bilbao on the morning after: the day of arrival is over."""
AFTER = datetime(2026, 5, 22, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)
_codes = count(1)


def stay(number: str = "30117", **facts: Any) -> Reservation:
    return make.reservation(**{"number": number, "arrival_on": ARRIVAL} | facts)


def row(number: str = "30117") -> Row:
    with scope.everything():
        return Row.objects.get(number=number)


def business_date(code: str = "BIO") -> date | None:
    with scope.everything():
        return Property.objects.get(code=code).business_date


def history(number: str = "30117") -> list[Change]:
    with scope.everything():
        return list(Change.objects.filter(object_id=row(number).pk).order_by("no"))


class Feed:
    """Files of one hotel, taken two minutes after they were made."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.house = make.hotel()
        self.link = make.link(self.house, **settings)
        self.folder = folder

    def file(self, made_at: datetime, *stays: Reservation, **how: Any) -> make.Outcome:
        # A real export differs every day; equal bytes would be known and prove nothing.
        other = stay("99999", arrival_on=ARRIVAL + 90 * DAY, notes=f"{made_at}")
        path = make.stays_file(self.folder, made_at, *stays, other)
        return make.take(self.link, path, made_at + timedelta(minutes=2), **how)


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    return Feed(tmp_path)


def test_a_stay_without_check_in_becomes_a_no_show_when_its_arrival_day_has_closed(
    feed: Feed,
) -> None:
    feed.file(BEFORE, stay())
    feed.file(AFTER, stay())
    close_days(AFTER + timedelta(minutes=5))
    assert (row().status, row().status_origin) == ("no_show", "inferred")
    inferred = history()[-1]
    assert inferred.kinds == ["modified", "no_show"]
    assert inferred.diff["status"] == ["confirmed", "no_show"]
    assert inferred.diff["status_origin"] == ["pms", "inferred"]
    assert (inferred.source_at, inferred.delivery_id) == (CLOSED, None)


def test_a_later_check_in_turns_it_back_and_both_stand_in_the_history(feed: Feed) -> None:
    feed.file(BEFORE, stay())
    feed.file(AFTER, stay())
    close_days(AFTER)
    came = stay(status=Status.IN_HOUSE, source_status="In house", checked_in_at=AFTER + DAY / 2)
    feed.file(AFTER + DAY, came)
    close_days(AFTER + DAY)
    assert (row().status, row().status_origin) == ("in_house", "pms")
    assert [entry.kinds[1:] for entry in history()] == [
        [], ["no_show"], ["no_show_reversed", "checked_in"],
    ]  # fmt: skip


def test_the_same_file_again_the_next_day_leaves_the_inference_standing(feed: Feed) -> None:
    feed.file(BEFORE, stay())
    feed.file(AFTER, stay())
    close_days(AFTER)
    feed.file(AFTER + DAY, stay(notes="Still not here", modified_at=AFTER))
    close_days(AFTER + DAY)
    assert (row().status, row().status_origin) == ("no_show", "inferred")


def test_the_word_of_the_pms_takes_the_place_of_ours(feed: Feed) -> None:
    feed.file(BEFORE, stay())
    feed.file(AFTER, stay())
    close_days(AFTER)
    feed.file(AFTER + DAY, stay(status=Status.NO_SHOW, source_status="No show"))
    assert (row().status, row().status_origin) == ("no_show", "pms")


def test_a_stay_moved_to_another_day_is_expected_again(feed: Feed) -> None:
    feed.file(BEFORE, stay())
    feed.file(AFTER, stay())
    close_days(AFTER)
    feed.file(AFTER + DAY, stay(arrival_on=ARRIVAL + 9 * DAY, modified_at=AFTER))
    close_days(AFTER + DAY)
    assert (row().status, row().status_origin) == ("confirmed", "pms")


def test_nothing_is_inferred_before_the_mirror_was_read_after_the_close(feed: Feed) -> None:
    feed.file(BEFORE, stay())
    for hours in range(0, 40, 5):
        close_days(AFTER + timedelta(hours=hours))
    assert row().status == "confirmed"
    assert business_date() == ARRIVAL + DAY * 2
    feed.file(AFTER, stay())
    close_days(AFTER + timedelta(hours=41))
    assert row().status == "no_show"


def test_a_stay_out_of_sight_is_never_a_no_show(feed: Feed) -> None:
    others = [stay(str(n), arrival_on=ARRIVAL + 9 * DAY) for n in range(31_000, 31_003)]
    feed.file(BEFORE, stay(), *others)
    feed.file(AFTER, *others)
    close_days(AFTER)
    assert (row().status, row().out_of_sight_cause) == ("confirmed", "missing")


def test_an_imported_past_is_left_as_it_was_told(feed: Feed) -> None:
    feed.file(AFTER, stay(), history=True)
    close_days(AFTER + DAY)
    assert row().status == "confirmed"


def test_a_stay_imported_before_its_arrival_is_inferred_like_any_other(feed: Feed) -> None:
    feed.file(BEFORE, stay(), history=True)
    feed.file(AFTER, stay())
    close_days(AFTER)
    assert (row().imported, row().status) == (True, "no_show")


@pytest.mark.parametrize(
    "facts",
    [
        {"status": Status.OPTION, "source_status": "Option"},
        {"status": Status.WAITLIST, "source_status": "Waitlist"},
        {"status": Status.IN_HOUSE, "source_status": "In house"},
        {"checked_in_at": BEFORE},
        {"arrival_on": ARRIVAL + DAY},
    ],
)
def test_only_a_confirmed_stay_that_nobody_checked_in_is_inferred(
    feed: Feed, facts: dict[str, Any]
) -> None:
    feed.file(BEFORE, stay(**facts))
    feed.file(AFTER, stay(**facts))
    before = row().status
    close_days(AFTER)
    assert row().status == before


def test_where_the_pms_posts_its_no_shows_nothing_is_inferred(tmp_path: Path) -> None:
    feed = Feed(tmp_path, no_show="said")
    feed.file(BEFORE, stay())
    feed.file(AFTER, stay())
    close_days(AFTER)
    assert row().status == "confirmed"
    assert business_date() == ARRIVAL + DAY


def test_several_days_are_caught_up_after_a_pause(feed: Feed) -> None:
    stays = [stay(str(31_000 + n), arrival_on=ARRIVAL + n * DAY) for n in range(12)]
    feed.file(BEFORE, *stays)
    feed.file(BEFORE + 10 * DAY, *stays)
    assert close_days(BEFORE + 10 * DAY) == 10
    assert business_date() == ARRIVAL + 10 * DAY
    assert [row(str(31_000 + n)).status for n in range(12)] == ["no_show"] * 10 + ["confirmed"] * 2
    closes = [history(str(31_000 + n))[-1].source_at for n in range(10)]
    assert closes == [CLOSED + n * DAY for n in range(10)]
    assert close_days(BEFORE + 10 * DAY) == 0


def test_the_business_date_opens_with_the_first_delivery_and_moves_at_the_close(
    feed: Feed,
) -> None:
    close_days(BEFORE)
    assert business_date() is None
    feed.file(BEFORE - timedelta(minutes=30), stay())
    assert business_date() == ARRIVAL - DAY
    assert close_days(BEFORE - timedelta(minutes=11)) == 0
    assert close_days(BEFORE - timedelta(minutes=10)) == 1
    assert business_date() == ARRIVAL


def test_the_business_date_never_goes_back(feed: Feed) -> None:
    feed.file(AFTER, stay())
    assert close_days(AFTER - 3 * DAY) == 0
    assert business_date() == ARRIVAL + DAY


def test_each_hotel_closes_by_its_own_clock() -> None:
    for code, zone in (("AKL", "Pacific/Auckland"), ("HNL", "Pacific/Honolulu")):
        make.hotel(code, timezone=zone, business_date=date(2026, 5, 20))
    close_days(datetime(2026, 5, 20, 15, 0, tzinfo=UTC))
    assert (business_date("AKL"), business_date("HNL")) == (date(2026, 5, 21), date(2026, 5, 20))
    close_days(datetime(2026, 5, 21, 13, 0, tzinfo=UTC))
    assert (business_date("AKL"), business_date("HNL")) == (date(2026, 5, 21), date(2026, 5, 21))


NIGHTS = [
    ("Europe/Madrid", date(2026, 3, 28), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ("Europe/Madrid", date(2026, 10, 24), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ("America/Santiago", date(2026, 9, 5), time(0, 0), datetime(2026, 9, 6, 4, 0, tzinfo=UTC)),
    ("Australia/Lord_Howe", date(2026, 4, 4), time(2, 0), datetime(2026, 4, 4, 15, 30, tzinfo=UTC)),
]


@pytest.mark.parametrize(("zone", "day", "close_at", "closes"), NIGHTS)
def test_a_day_closes_once_in_the_night_the_clocks_change(
    zone: str, day: date, close_at: time, closes: datetime
) -> None:
    make.hotel(timezone=zone, day_close_at=close_at, business_date=day)
    moved = [close_days(closes + timedelta(minutes=n)) for n in range(-120, 121, 5)]
    assert moved == [0] * 24 + [1] + [0] * 24
    assert business_date() == day + DAY


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(0, 96), min_size=1, max_size=8))
def test_whenever_the_worker_looks_the_end_is_the_same(hours: list[int]) -> None:
    house = make.hotel(f"B{next(_codes)}", business_date=ARRIVAL)
    for n in sorted(hours):
        close_days(BEFORE + timedelta(hours=n))
    close_days(BEFORE + timedelta(hours=97))
    assert business_date(house.code) == ARRIVAL + 4 * DAY
