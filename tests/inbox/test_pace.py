"""How often a living PMS is asked: what was said, and our own pace where nobody said anything."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from staytrue.inbox import pace
from staytrue.kit.errors import Refused


def at(hour: int) -> datetime:
    return datetime(2026, 5, 21, hour, 30)  # noqa: DTZ001 - the hotel's own clock


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, [("13-23", 60), ("", 300)]),
        ({"seconds": 900}, [("", 900)]),
        ({"hours": {"14-22": 30}}, [("14-22", 30), ("", 300)]),
        ({"hours": {"2-4": 600}}, [("2-4", 600), ("13-23", 60), ("", 300)]),
        ({"seconds": 900, "hours": {"22-6": 3600, "8-9": 30}}, [("8-9", 30), ("22-6", 3600), ("", 900)]),
    ],
)  # fmt: skip
def test_the_pauses_in_force_are_told_as_they_hold(
    said: dict[str, Any], told: list[tuple[str, int]]
) -> None:
    cadence = {"changes": said}
    assert pace.in_force(cadence, pace.CHANGES) == told
    for span, pause in told[:-1]:
        assert pace.seconds(cadence, pace.CHANGES, at(int(span.partition("-")[0]))) == pause
    assert pace.seconds(cadence, pace.CHANGES, at(10)) == told[-1][1]


def test_what_was_found_calls_for_more_unless_somebody_said_otherwise() -> None:
    assert pace.seconds({}, pace.CHANGES, at(10), found=True) == 60
    assert pace.seconds({"changes": {"seconds": 900}}, pace.CHANGES, at(10), found=True) == 900
    assert pace.seconds({}, pace.NEAR, at(10), found=True) == 3_600


@pytest.mark.parametrize(
    "cadence",
    [
        {"letters": {"seconds": 60}},
        {"changes": {"seconds": 1}},
        {"changes": {"hours": {"25-26": 60}}},
        {"changes": {"hours": {"noon": 60}}},
        {"changes": {"hours": {"8-12": 60, "11-14": 30}}},
        {"changes": {"hours": {"22-3": 60, "2-4": 30}}},
    ],
)
def test_a_pace_that_nobody_could_keep_to_is_refused(cadence: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        pace.check(cadence)
