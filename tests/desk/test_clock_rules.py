"""Clocks with the hours of a department: nights and days off are no time, a changed clock is none either."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.desk.clock_rules import Hours, due, worked

ZONE = ZoneInfo("Europe/Madrid")
DAY = Hours("Europe/Madrid", time(8), time(20))
NIGHT = Hours("Europe/Madrid", time(22), time(6))
HOUR = timedelta(hours=1)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZONE)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("hours", "start", "hours_of_work", "end"),
    [
        (Hours("Europe/Madrid"), (2026, 5, 21, 23), 2, (2026, 5, 22, 1)),
        (DAY, (2026, 5, 21, 10), 2, (2026, 5, 21, 12)),
        (DAY, (2026, 5, 21, 19), 2, (2026, 5, 22, 9)),
        (DAY, (2026, 5, 21, 3), 2, (2026, 5, 21, 10)),
        (DAY, (2026, 5, 21, 22), 13, (2026, 5, 23, 9)),
        (NIGHT, (2026, 5, 21, 23), 2, (2026, 5, 22, 1)),
        (NIGHT, (2026, 5, 22, 5), 2, (2026, 5, 22, 23)),
        # The clock goes forward at two: the night is an hour shorter.
        (NIGHT, (2026, 3, 28, 22), 8, (2026, 3, 29, 23)),
    ],
)
def test_a_limit_ends_in_working_time(
    hours: Hours, start: tuple[int, ...], hours_of_work: int, end: tuple[int, ...]
) -> None:
    assert due(local(*start), hours_of_work * HOUR, hours) == local(*end)


@given(
    st.integers(0, 275 * 24 * 60),
    st.integers(0, 60 * 72),
    st.sampled_from([DAY, NIGHT, Hours("Europe/Madrid")]),
)
def test_what_is_due_after_some_work_is_that_much_work_later(
    after: int, minutes: int, hours: Hours
) -> None:
    begun = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=after)
    work = timedelta(minutes=minutes)
    assert worked(begun, due(begun, work, hours), hours) == work
