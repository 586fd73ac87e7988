"""What is still missing for the next tier."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from staytrue.loyalty.tiers import Earned, Ladder, Measure, Need, checked, way_up

DAY = date(2026, 5, 21)


def ladder(**more: object) -> Ladder:
    def tier(key: str, nights: int, points: int) -> dict[str, object]:
        ways = [
            [{"measure": "nights", "at_least": nights}],
            [{"measure": "points", "at_least": points}],
        ]
        return {"key": key, "name": key.title(), "any_of": ways}

    return checked({"tiers": [tier("silver", 10, 800), tier("gold", 30, 2_000)], **more})


@pytest.mark.parametrize(
    ("nights", "points", "tier", "lacks"),
    [
        (0, 0, "Silver", [Need(Measure.NIGHTS, Decimal(10))]),
        (1, 700, "Silver", [Need(Measure.POINTS, Decimal(100))]),
        (9, 100, "Silver", [Need(Measure.NIGHTS, Decimal(1))]),
        (12, 0, "Gold", [Need(Measure.NIGHTS, Decimal(18))]),
    ],
)
def test_the_nearest_way_to_the_next_tier_is_told(
    nights: int, points: int, tier: str, lacks: list[Need]
) -> None:
    found = way_up(DAY, [Earned(date(2026, 3, 1), nights, 1, Decimal(0), points)], ladder())
    assert found is not None
    assert (found[0].name, found[1]) == (tier, lacks)


def test_at_the_top_nothing_is_missing() -> None:
    assert way_up(DAY, [Earned(date(2026, 3, 1), 30)], ladder()) is None
    assert way_up(DAY, [], Ladder()) is None


def test_last_year_keeps_a_tier_but_leads_no_further() -> None:
    found = way_up(DAY, [Earned(date(2025, 3, 1), 12)], ladder(window="calendar"))
    assert found is not None
    assert (found[0].name, found[1]) == ("Gold", [Need(Measure.NIGHTS, Decimal(30))])
