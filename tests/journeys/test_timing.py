"""Wall times of hotels as instants: clock changes, days that never were, late bookings."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.journeys import timing
from staytrue.journeys.facts import House
from staytrue.journeys.steps import STANDARD
from staytrue.journeys.timing import at_local
from tests.journeys.days import HOUSE, stay

ZONES = sorted(zone for zone in available_timezones() if "/" in zone)
FIRST = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("day", "clock", "instant"),
    [
        # In the gap of 29 March, 02:30 is not on the clock: as much later.
        (date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        # In the fold of 25 October, 02:30 is on the clock twice: the first.
        (date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (date(2026, 10, 25), time(3, 0), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_a_gap_is_passed_later_and_a_fold_taken_first(
    day: date, clock: time, instant: datetime
) -> None:
    assert at_local(day, clock, "Europe/Madrid") == instant


def test_no_zone_skips_or_repeats_a_daily_message_in_two_years() -> None:
    """Slow: every zone there is, each day of two years, at the hours where clocks change."""
    for zone in ZONES:
        for clock in (time(2, 30), time(10, 0)):
            days = [at_local(FIRST + timedelta(n), clock, zone) for n in range(731)]
            apart = {after - before for before, after in pairwise(days)}
            assert min(apart) >= timedelta(hours=21), zone
            assert max(apart) <= timedelta(hours=27), zone


@given(
    st.sampled_from(ZONES),
    st.dates(FIRST, FIRST + timedelta(days=730)),
    st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
)
def test_a_wall_time_is_shown_by_the_hotels_clock_or_was_jumped_over(
    zone: str, day: date, clock: time
) -> None:
    shown = at_local(day, clock, zone).astimezone(ZoneInfo(zone))

    assert shown.replace(tzinfo=None) >= datetime.combine(day, clock)
    assert shown.fold == 0 or shown.replace(fold=0).utcoffset() == shown.utcoffset()
    assert shown.replace(tzinfo=None) - datetime.combine(day, clock) < timedelta(hours=25)


@given(st.sampled_from(ZONES), st.dates(FIRST, FIRST + timedelta(days=730)))
def test_an_arrival_is_a_date_of_the_hotel_whatever_its_zone(zone: str, day: date) -> None:
    house = House(1, zone, quiet_from=time(), quiet_until=time())
    coming = stay(arrival_on=day, departure_on=day + timedelta(days=2),
                  known_at=datetime(2025, 1, 1, tzinfo=UTC))  # fmt: skip
    pre_stay = next(step for step in STANDARD if step.key == "pre_stay")
    due = timing.due(pre_stay, coming, house)

    assert due
    assert due.at.astimezone(ZoneInfo(zone)).date() == day - timedelta(days=3)


@given(st.sampled_from(ZONES), st.integers(0, 730 * 24 * 60))
def test_no_message_is_due_within_quiet_hours(zone: str, minute: int) -> None:
    house = House(1, zone)
    instant = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    loud = timing._after_quiet(instant, house)
    shown = loud.astimezone(ZoneInfo(zone)).time()

    assert loud >= instant
    assert house.quiet_until <= shown < house.quiet_from
    assert loud - instant < timedelta(hours=14)


def test_quiet_hours_end_by_the_hotels_own_clock_on_the_night_it_changes() -> None:
    late = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)

    assert timing._after_quiet(late, HOUSE) == datetime(2026, 3, 29, 7, tzinfo=UTC)
