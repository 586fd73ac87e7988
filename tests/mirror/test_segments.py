"""What a booking itself tells of why its guest travels."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from staytrue.hotel.codes import Channel
from staytrue.mirror import segments
from tests import make

MONDAY, FRIDAY, SATURDAY, SUNDAY = (date(2026, 6, day) for day in (1, 5, 6, 7))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"adults": 1, "nights": 2}, ("business", "alone_on_weekdays")),
        ({"adults": 1, "nights": 2, "arrival_on": SUNDAY}, ("business", "alone_on_weekdays")),
        ({"adults": 2, "nights": 2}, ("leisure", "together")),
        ({"nights": 2}, ("other", "party_unknown")),
        ({"adults": 1, "nights": 1, "arrival_on": FRIDAY}, ("leisure", "weekend")),
        ({"adults": 1, "nights": 4}, ("leisure", "long_stay")),
        ({"adults": 1, "nights": 5}, ("leisure", "weekend")),
        ({"adults": 1, "nights": 0}, ("business", "alone_on_weekdays")),
        ({"adults": 2, "children": 1, "nights": 2}, ("leisure", "children")),
        ({"adults": 2, "nights": 6, "channel": Channel.CORPORATE}, ("business", "company")),
        (
            {"adults": 1, "custom": {"company": "Voss"}, "arrival_on": FRIDAY},
            ("business", "company"),
        ),
        ({"adults": 2, "rate_code": "corp26"}, ("business", "corporate_rate")),
        ({"adults": 1, "channel": Channel.TOUR_OPERATOR}, ("leisure", "tour_operator")),
        ({"adults": 1, "channel": Channel.GROUP}, ("other", "group")),
    ],
)
def test_the_first_fact_that_speaks_decides(
    facts: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert segments.guess(make.reservation(**({"arrival_on": MONDAY} | facts))) == expected


@pytest.mark.parametrize(
    ("arrival", "nights", "expected"),
    [(MONDAY, 4, False), (MONDAY, 5, True), (FRIDAY, 1, True), (SATURDAY, 1, True),
     (SUNDAY, 5, False), (SUNDAY, 6, True), (MONDAY, 0, False)],
)  # fmt: skip
def test_a_weekend_night_is_friday_or_saturday(
    arrival: date, nights: int, *, expected: bool
) -> None:
    assert segments.has_weekend_night(arrival.weekday(), nights) is expected
