"""How far a guest has come: tiers by nights, stays, money and points within a window. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from staytrue.kit.converting import converted
from staytrue.kit.errors import Refused
from staytrue.loyalty.facts import ZERO


class Measure(StrEnum):
    """What a tier may ask for."""

    NIGHTS = "nights"
    STAYS = "stays"
    SPEND = "spend"
    POINTS = "points"


class Window(StrEnum):
    """The months before a day, or whole years: what was reached in one lasts through the next."""

    ROLLING = "rolling"
    CALENDAR = "calendar"


class Need(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So much of one measure within the window."""

    measure: Measure
    at_least: Decimal


class Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A level: whoever meets every need of one of the groups has it."""

    key: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
    name: str
    any_of: tuple[tuple[Need, ...], ...]


class Ladder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The tiers from the lowest to the highest, and the window they are measured in."""

    tiers: tuple[Tier, ...] = ()
    window: Window = Window.ROLLING
    months: Annotated[int, msgspec.Meta(ge=1, le=60)] = 12


class Earned(msgspec.Struct, frozen=True):
    """What one considered stay counts for, on the day of its check-out."""

    on: date
    nights: int = 0
    stays: int = 0
    spend: Decimal = ZERO
    points: int = 0


def checked(raw: Any) -> Ladder:
    """The ladder as given, or why it makes no sense."""
    ladder = converted(raw, Ladder, "These tiers", "tiers_unreadable")
    keys = [tier.key for tier in ladder.tiers]
    if twice := next((key for key in keys if keys.count(key) > 1), None):
        raise Refused(f"Two tiers are called {twice}. Give each its own name.", "tiers_twice",
                      tier=twice)  # fmt: skip
    for tier in ladder.tiers:
        needs = [need for group in tier.any_of for need in group]
        if not needs or not all(tier.any_of) or any(need.at_least <= 0 for need in needs):
            raise Refused(
                f"Tier {tier.name} would be everybody's. Say what it takes, above zero.",
                "tiers_free",
                tier=tier.key,
            )
    return ladder


def stored(ladder: Ladder) -> dict[str, Any]:
    """The ladder as it is kept."""
    return dict(msgspec.to_builtins(ladder))


def from_stored(values: Mapping[str, Any]) -> Ladder:
    """The ladder that was kept so."""
    return msgspec.convert(dict(values), Ladder, strict=False)


def tier_on(day: date, earned: Iterable[Earned], ladder: Ladder) -> str:
    """The highest tier that somebody has on a day, or nothing."""
    known = [each for each in earned if each.on <= day]
    return reached([_sum(known, first, last) for first, last in windows(day, ladder)], ladder)


Total = Mapping[Measure, Decimal | int]


def reached(sums: Sequence[Total], ladder: Ladder) -> str:
    """The highest tier that any of these windows' sums give, or nothing."""
    for tier in reversed(ladder.tiers):
        if any(_meets(total, tier) for total in sums):
            return tier.key
    return ""


def way_up(day: date, earned: Iterable[Earned], ladder: Ladder) -> tuple[Tier, list[Need]] | None:
    """The tier above somebody's, and what he still lacks for it by the way that is nearest.

    What counts is the window that is open on the day: a calendar year that is over adds nothing.
    """
    known = [each for each in earned if each.on <= day]
    has = tier_on(day, known, ladder)
    keys = [tier.key for tier in ladder.tiers]
    above = ladder.tiers[keys.index(has) + 1 if has else 0 :][:1]
    if not above:
        return None
    total = _sum(known, *windows(day, ladder)[0])
    ways = [[_lack(total, need) for need in group] for group in above[0].any_of]
    found = min(ways, key=lambda way: sum(lack.at_least / least for lack, least in way))
    return above[0], [lack for lack, _least in found if lack.at_least > 0]


def _lack(total: Total, need: Need) -> tuple[Need, Decimal]:
    """What is missing of one need, beside what it asks for."""
    missing = max(ZERO, need.at_least - total[need.measure])
    return Need(need.measure, missing), need.at_least


def windows(day: date, ladder: Ladder) -> list[tuple[date, date]]:
    """The spans of days whose sums count for a tier on a day, both ends included."""
    if ladder.window == Window.ROLLING:
        return [(_months_before(day, ladder.months), day)]
    # What is reached in a year is kept to the end of the next.
    return [(date(year, 1, 1), date(year, 12, 31)) for year in (day.year, day.year - 1)]


def _months_before(day: date, months: int) -> date:
    """The first day of the window: the day after the same day so many months ago."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    first_of_next = divmod(year * 12 + month + 1, 12)
    length = (date(first_of_next[0], first_of_next[1] + 1, 1) - date(year, month + 1, 1)).days
    same = date(year, month + 1, min(day.day, length))
    return date.fromordinal(same.toordinal() + 1)


def _sum(earned: Iterable[Earned], first: date, last: date) -> dict[Measure, Decimal]:
    within = [each for each in earned if first <= each.on <= last]
    return {
        measure: sum((Decimal(getattr(each, measure)) for each in within), ZERO)
        for measure in Measure
    }


def _meets(total: Total, tier: Tier) -> bool:
    return any(all(total[need.measure] >= need.at_least for need in group) for group in tier.any_of)
