"""What a stay earns under the terms, part by part, with what each part was computed from. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum

import msgspec

from staytrue.loyalty.facts import ZERO, Charged, Stay
from staytrue.loyalty.terms import (
    Base,
    By,
    Combine,
    Dates,
    Mode,
    Only,
    Per,
    Rooms,
    Rounded,
    Rounding,
    Rule,
    Share,
    Terms,
)

_WAYS = {
    Rounding.FLOOR: ROUND_FLOOR,
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.CEILING: ROUND_CEILING,
}
_ONE = Decimal(1)
ROOM_CHARGE = "room_charge"
"""The name of the plain mode among parts."""


class Nothing(StrEnum):
    """Why a stay earns nothing."""

    NO_RULE = "no_rule"
    DAY_USE = "day_use"
    FURTHER_ROOM = "further_room"
    NOTHING_CHARGED = "nothing_charged"


class Part(msgspec.Struct, frozen=True):
    """What one rule gives: `count` nights, stays or units at `rate` points each.

    `of_nights` are those of the stay that lie within the rule's dates, where it shares.
    """

    rule: str
    per: Per
    count: Decimal
    rate: Decimal
    points: int
    rounding: Rounding
    of_nights: int | None = None


class Award(msgspec.Struct, frozen=True):
    """What a stay earns; without points, `why`."""

    points: int
    parts: tuple[Part, ...] = ()
    why: str = ""


def award_for(stay: Stay, terms: Terms) -> Award:
    """The points of a stay, whole and never below zero."""
    if terms.mode == Mode.ROOM_CHARGE:
        return _summed([_of_room_charge(stay, terms)])
    fitting = [rule for rule in terms.rules if fits(stay, rule)]
    if terms.combine == Combine.FIRST:
        fitting = fitting[:1]
    if not fitting and terms.default is not None and fits(stay, terms.default):
        fitting = [terms.default]
    if not fitting:
        return Award(0, (), Nothing.NO_RULE)
    parts = [_part(stay, rule, terms) for rule in fitting]
    if terms.combine == Combine.BEST:
        parts = [max(parts, key=lambda part: part.points)]
    return _summed(parts)


def fits(stay: Stay, rule: Rule) -> bool:
    """Whether a rule is for this stay."""
    return _is_wanted(stay, rule.only) and (rule.dates is None or _is_within(stay, rule.dates))


def _is_wanted(stay: Stay, only: Only) -> bool:
    return (
        (not only.hotels or stay.property_id in only.hotels)
        and (not only.rate_codes or stay.rate_code in only.rate_codes)
        and stay.rate_code not in only.not_rate_codes
        and (not only.channels or stay.channel in only.channels)
        and (not only.segments or stay.segment in only.segments)
        and stay.nights >= only.nights_min
    )


def _is_within(stay: Stay, dates: Dates) -> bool:
    if dates.by == By.ARRIVAL:
        return dates.first <= stay.came_on <= dates.last
    if dates.by == By.DEPARTURE:
        return dates.first <= stay.left_on <= dates.last
    return stay.nights_within(dates.first, dates.last) > 0


def _part(stay: Stay, rule: Rule, terms: Terms) -> Part:
    """What one fitting rule gives."""
    nights, within = stay.nights, stay.nights
    is_shared = rule.dates is not None and rule.dates.share == Share.NIGHTS
    if is_shared and rule.dates:
        within = stay.nights_within(rule.dates.first, rule.dates.last)
    share = Decimal(within) / nights if nights else _ONE
    if rule.per == Per.NIGHT:
        count = Decimal(within)
    elif rule.per == Per.STAY:
        count = share if stay.is_first_room or rule.rooms == Rooms.EACH else ZERO
    else:
        count = spent(stay.charged, rule.of, terms) * share
        if rule.rounded == Rounded.AMOUNT:
            count = _whole(count, rule.rounding)
    points = int(_whole(count * rule.points, rule.rounding))
    return Part(
        rule.key, rule.per, count, rule.points, points, rule.rounding, within if is_shared else None
    )


def _of_room_charge(stay: Stay, terms: Terms) -> Part:
    count, rate = spent(stay.charged, (Base.ROOM,), terms), terms.room_charge or ZERO
    rounding = terms.room_charge_rounding
    points = int(_whole(count * rate, rounding))
    return Part(ROOM_CHARGE, Per.UNIT, count, rate, points, rounding)


def spent(charged: Charged, of: Iterable[Base], terms: Terms) -> Decimal:
    """The units spent: what counts of the bill, less what was given back, never below zero."""
    total = charged.unplaced
    for base in set(of):
        total += getattr(charged, base)
    spent = max(ZERO, total)
    return spent / terms.units[charged.currency] if charged.currency in terms.units else spent


def _whole(value: Decimal, rounding: Rounding) -> Decimal:
    return value.quantize(_ONE, _WAYS[rounding])


def _summed(parts: list[Part]) -> Award:
    points = sum(part.points for part in parts)
    if points:
        return Award(points, tuple(parts))
    return Award(0, tuple(parts), _why_nothing(parts))


def _why_nothing(parts: list[Part]) -> Nothing:
    if all(part.per == Per.NIGHT for part in parts):
        return Nothing.DAY_USE
    if all(part.per == Per.STAY for part in parts):
        return Nothing.FURTHER_ROOM
    return Nothing.NOTHING_CHARGED
