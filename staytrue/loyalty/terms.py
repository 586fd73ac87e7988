"""The terms of a programme as people set them: what is awarded, for what, and when. Pure.

One definition serves for computing points, for the sentence on the screen and for the dry run. It
is stored as JSON and read through these structs, so that nonsense is refused on save.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from staytrue.kit.converting import converted
from staytrue.kit.errors import Refused


class Per(StrEnum):
    """What points are given for."""

    NIGHT = "night"
    STAY = "stay"
    UNIT = "unit"


class Base(StrEnum):
    """What of the bill counts as spent."""

    ROOM = "room"
    EXTRA = "extra"
    TAX = "tax"


class Rooms(StrEnum):
    """Several rooms of one guest on one booking: each earns, or the first alone."""

    EACH = "each"
    ONCE = "once"


class By(StrEnum):
    """What of a stay must lie within the dates of a rule."""

    ARRIVAL = "arrival"
    DEPARTURE = "departure"
    ANY_NIGHT = "any_night"


class Share(StrEnum):
    """Of a stay across the border of a rule's dates: all of it, or the nights within."""

    WHOLE = "whole"
    NIGHTS = "nights"


class Rounding(StrEnum):
    """Towards what part points become whole."""

    FLOOR = "floor"
    HALF_UP = "half_up"
    CEILING = "ceiling"


class Rounded(StrEnum):
    """What is rounded: the money before it is multiplied, or the points after."""

    AMOUNT = "amount"
    POINTS = "points"


class Combine(StrEnum):
    """Where several rules fit one stay: the first in their order, the best, or all of them."""

    FIRST = "first"
    BEST = "best"
    SUM = "sum"


class Mode(StrEnum):
    """Points by rules, or a plain number per unit of room charge: one excludes the other."""

    RULES = "rules"
    ROOM_CHARGE = "room_charge"


POINTS_MAX = Decimal(1_000_000)
"""More points at once are a slip of the finger."""

Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]


class Dates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From when until when a rule counts, both days included, and by what of the stay."""

    first: date
    last: date
    by: By
    share: Share = Share.WHOLE


class Only(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which stays a rule is for; what is empty asks nothing."""

    rate_codes: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    hotels: tuple[int, ...] = ()
    not_rate_codes: tuple[str, ...] = ()
    nights_min: Annotated[int, msgspec.Meta(ge=0, le=365)] = 0


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """So many points per night, per reservation or per unit spent, for the stays it is for.

    `rooms` is for what is given per reservation; `of`, `rounding` and `rounded` for what is given
    per unit spent, and `rounding` for shares of a stay.
    """

    key: Key
    per: Per
    points: Decimal
    dates: Dates | None = None
    only: Only = Only()
    of: tuple[Base, ...] = ()
    rooms: Rooms = Rooms.EACH
    rounding: Rounding = Rounding.FLOOR
    rounded: Rounded = Rounded.POINTS


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is awarded. `default` counts where no rule fits; `room_charge` excludes both.

    `units` say how much of a currency one unit is; a currency that is not named counts one for one.
    """

    mode: Mode = Mode.RULES
    rules: tuple[Rule, ...] = ()
    default: Rule | None = None
    combine: Combine = Combine.FIRST
    room_charge: Decimal | None = None
    room_charge_rounding: Rounding = Rounding.FLOOR
    units: dict[str, Decimal] = {}


DEFAULT = Terms(default=Rule(key="default", per=Per.NIGHT, points=Decimal(25)))
"""25 points a night for everybody: what a programme begins with."""


def checked(raw: Any) -> Terms:
    """The terms as given, or why they make no sense."""
    terms = converted(raw, Terms, "These terms", "terms_unreadable")
    _require_numbers(terms)
    _require_one_mode(terms)
    _require_own_keys(terms)
    for rule in _all(terms):
        _require_sound(rule)
    return terms


def stored(terms: Terms) -> dict[str, Any]:
    """The terms as they are kept."""
    return dict(msgspec.to_builtins(terms))


def from_stored(values: Mapping[str, Any]) -> Terms:
    """The terms that were kept so."""
    return msgspec.convert(dict(values), Terms, strict=False)


def _all(terms: Terms) -> list[Rule]:
    return [*terms.rules, *([terms.default] if terms.default else [])]


def _require_numbers(terms: Terms) -> None:
    rates = [*(rule.points for rule in _all(terms)), terms.room_charge or Decimal(0)]
    if not all(rate.is_finite() and 0 <= rate <= POINTS_MAX for rate in rates):
        raise Refused(
            f"Points are a number from 0 to {POINTS_MAX:,}. Write another.", "terms_points"
        )
    if not all(unit.is_finite() and unit > 0 for unit in terms.units.values()):
        raise Refused("A unit of a currency is more than nothing of it.", "terms_units")


def _require_one_mode(terms: Terms) -> None:
    has_rules = bool(terms.rules or terms.default)
    if has_rules and terms.room_charge is not None:
        raise Refused(
            "Points come by rules or by room charge, not by both. Take the rules away, or the "
            "points per unit of room charge.",
            "terms_exclusive",
        )
    if terms.mode == Mode.ROOM_CHARGE and terms.room_charge is None:
        raise Refused("Say how many points a unit of room charge gives.", "terms_room_charge")
    if terms.mode == Mode.RULES and not has_rules:
        raise Refused(
            "Nothing would ever be awarded. Give a default rule or at least one rule.",
            "terms_empty",
        )


def _require_own_keys(terms: Terms) -> None:
    seen: set[str] = set()
    for rule in _all(terms):
        if rule.key in seen:
            raise Refused(
                f"Two rules are called {rule.key}. Give each a name of its own.",
                "terms_twice",
                rule=rule.key,
            )
        seen.add(rule.key)


def _require_sound(rule: Rule) -> None:
    if rule.per == Per.UNIT and not rule.of:
        raise Refused(
            f"Rule {rule.key} counts money spent: say what of it, such as room.",
            "terms_base",
            rule=rule.key,
        )
    dates = rule.dates
    if dates and dates.last < dates.first:
        raise Refused(
            f"Rule {rule.key} ends before it begins. Exchange its dates.",
            "terms_dates",
            rule=rule.key,
        )
    if dates and dates.share == Share.NIGHTS and dates.by != By.ANY_NIGHT:
        raise Refused(
            f"Rule {rule.key} shares a stay by its nights: its dates must be of any night.",
            "terms_share",
            rule=rule.key,
        )
