"""The chart of lag: what it shows of each hour, and where it shows nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from staytrue.changes.log import HourOfLag
from staytrue.web.chart import LagChart, lag_chart

NOW = datetime(2026, 5, 21, 16, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """A request of another test may have left its language in this thread."""
    with translation.override("en"):
        yield


def chart(*hours: tuple[int, float, float], limit: float | None = None) -> LagChart | None:
    """Of hours of that day: (hour, p50, p95)."""
    known = [HourOfLag(NOW.replace(hour=hour, minute=0), p50, p95, 3) for hour, p50, p95 in hours]
    return lag_chart(known, NOW - DAY, NOW, "Europe/Madrid", limit)


def test_without_a_live_change_there_is_no_chart() -> None:
    assert chart() is None


def test_an_hour_without_a_change_interrupts_the_line() -> None:
    drawn = chart((9, 10, 20), (10, 12, 25), (13, 8, 30))
    assert drawn
    assert [step[0] for step in drawn.p95.split(" ") if not step[0].isdigit()] == ["M", "L", "M"]
    assert len(drawn.dots) == 6


def test_the_scale_holds_the_worst_hour_and_the_objective() -> None:
    drawn = chart((9, 10, 20), limit=300)
    assert drawn
    assert drawn.limit is not None
    assert min(mark.at for mark in drawn.seconds) <= drawn.limit
    assert drawn.worst == "20 s"


def test_the_newest_hour_stands_first_in_the_table() -> None:
    drawn = chart((9, 10, 20), (15, 12, 25))
    assert drawn
    assert drawn.table[0] == ("17:00", "12 s", "25 s", "3")
