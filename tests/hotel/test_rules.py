"""The hotel's calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from staytrue.hotel.rules import closes_at, due_business_date

MADRID = ZoneInfo("Europe/Madrid")
THREE = time(3, 0)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 5, 21, 0, 59, tzinfo=UTC), date(2026, 5, 20)),
        (datetime(2026, 5, 21, 1, 0, tzinfo=UTC), date(2026, 5, 21)),
        (datetime(2026, 5, 20, 23, 0, tzinfo=UTC), date(2026, 5, 20)),
    ],
)
def test_the_business_date_moves_at_the_night_audit_not_at_midnight(
    now: datetime, day: date
) -> None:
    assert due_business_date(now, MADRID, THREE) == day


def test_a_skipped_wall_time_still_closes_the_day_once() -> None:
    gap = closes_at(date(2026, 3, 28), MADRID, time(2, 30))
    assert gap.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", sorted(available_timezones())[::12])
def test_each_day_of_two_years_is_closed_once_in_every_zone(name: str) -> None:
    zone = ZoneInfo(name)
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(730)]
    closes = [closes_at(day, zone, THREE) for day in days]
    assert closes == sorted(closes)
    assert len(set(closes)) == len(closes)
