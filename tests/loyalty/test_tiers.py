"""Tiers: the same stays carry a guest further or less far by the window they are measured in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from staytrue.kit.errors import Refused
from staytrue.loyalty.tiers import Earned, checked, tier_on


def ladder(*tiers: tuple[str, list[list[tuple[str, int]]]], **values: Any) -> Any:
    made = [
        {"key": key, "name": key.title(), "any_of": [
            [{"measure": measure, "at_least": least} for measure, least in group] for group in groups
        ]}
        for key, groups in tiers
    ]  # fmt: skip
    return checked({"tiers": made, **values})


@pytest.mark.parametrize(("window", "tier"), [("rolling", "gold"), ("calendar", "")])
def test_500_and_300_points_around_new_year_upgrade_under_rolling_alone(
    window: str, tier: str
) -> None:
    gold = ladder(("gold", [[("points", 700)]]), window=window)
    earned = [Earned(date(2025, 12, 20), points=500), Earned(date(2026, 1, 10), points=300)]
    assert tier_on(date(2026, 1, 11), earned, gold) == tier


def test_groups_are_or_and_within_a_group_all_is_asked() -> None:
    either = ladder(("silver", [[("nights", 10)], [("stays", 3), ("spend", 900)]]))
    stays = [
        Earned(date(2026, month, 1), nights=2, stays=1, spend=Decimal(300)) for month in (1, 2, 3)
    ]
    assert tier_on(date(2026, 2, 28), stays, either) == ""
    assert tier_on(date(2026, 3, 1), stays, either) == "silver"
    assert tier_on(date(2026, 1, 5), [Earned(date(2026, 1, 5), nights=10)], either) == "silver"


def test_the_highest_tier_that_is_met_counts() -> None:
    two = ladder(("silver", [[("nights", 5)]]), ("gold", [[("nights", 20)]]))
    assert tier_on(date(2026, 1, 2), [Earned(date(2026, 1, 1), nights=25)], two) == "gold"


def test_a_rolling_window_ends_a_year_later_to_the_day() -> None:
    five = ladder(("silver", [[("nights", 5)]]))
    leap = [Earned(date(2024, 2, 29), nights=5)]
    assert tier_on(date(2025, 2, 27), leap, five) == "silver"
    assert tier_on(date(2025, 2, 28), leap, five) == "silver"
    assert tier_on(date(2025, 3, 1), leap, five) == ""


def test_a_calendar_tier_lasts_through_the_next_year() -> None:
    five = ladder(("silver", [[("nights", 5)]]), window="calendar")
    earned = [Earned(date(2024, 6, 1), nights=5)]
    assert tier_on(date(2025, 12, 31), earned, five) == "silver"
    assert tier_on(date(2026, 1, 1), earned, five) == ""


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({"tiers": [{"key": "gold", "name": "Gold", "any_of": []}]}, "tiers_free"),
        ({"tiers": [{"key": "gold", "name": "Gold", "any_of": [[]]}]}, "tiers_free"),
        ({"tiers": [{"key": "gold", "name": "Gold", "any_of": [[{"measure": "nights", "at_least": 0}]]}]},
         "tiers_free"),
        ({"tiers": [{"key": "gold", "name": "Gold", "any_of": [[{"measure": "nights", "at_least": 1}]]}] * 2},
         "tiers_twice"),
        ({"window": "lunar"}, "tiers_unreadable"),
    ],
)  # fmt: skip
def test_tiers_that_make_no_sense_are_refused(raw: Any, code: str) -> None:
    with pytest.raises(Refused) as refused:
        checked(raw)
    assert refused.value.code == code
