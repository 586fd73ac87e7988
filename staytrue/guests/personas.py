"""What kind of guest somebody is: readable rules over his stays, and what people say instead. Pure.

Each rule names the stays that gave its answer, so that a page can show them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from staytrue.kit.text import fold


class Stay(msgspec.Struct, frozen=True):
    """What the rules ask of a stay. `is_party`: he stays there himself; else he only booked it."""

    id: int
    arrival_on: date
    nights: int
    adults: int | None = None
    children: int = 0
    segment: str | None = None
    channel: str = ""
    lead_days: int | None = None
    group_number: str | None = None
    is_over: bool = True
    is_party: bool = True
    is_booker: bool = False
    place: str = ""


class Persona(msgspec.Struct, frozen=True):
    """One answer: what he is, by which stays, of how many."""

    code: str
    stays: tuple[int, ...]
    of: int


class Choice(msgspec.Struct, frozen=True):
    """What a person says of a persona: it is so, or it is not, and why."""

    persona: str
    is_so: bool
    actor: str
    reason: str
    at: datetime
    profile_id: int


class Shown(msgspec.Struct, frozen=True):
    """A persona as a page shows it: computed, chosen, or both; not so when a person said no."""

    code: str
    is_so: bool
    computed: Persona | None
    choice: Choice | None


LIMITS: Mapping[str, Mapping[str, int]] = {
    "family": {"stays": 1},
    "couple": {"stays": 2, "percent": 50},
    "business": {"stays": 2, "percent": 50},
    "regular": {"stays": 3, "months": 24},
    "weekender": {"stays": 2, "months": 12, "nights": 3},
    "long_stay": {"stays": 1, "nights": 7},
    "organiser": {"rooms": 3},
    "day_guest": {"stays": 2, "percent": 50},
    "local": {"stays": 1},
    "early": {"stays": 2, "days": 60, "percent": 50},
    "late": {"stays": 2, "days": 3, "percent": 50},
}
"""What each rule asks for; its sentence names these numbers."""
_THURSDAY, _SATURDAY = 3, 5
_MONTH = timedelta(days=30)

Found = list[Stay]


def personas_of(stays: Iterable[Stay], home: str, today: date) -> list[Persona]:
    """Every persona these stays give, in the order of the rules; `home` is where he lives."""
    ordered = sorted(stays, key=lambda each: (each.arrival_on, each.id), reverse=True)
    party = [each for each in ordered if each.is_party]
    made = []
    for code, rule in _RULES.items():
        of = ordered if code == "organiser" else party
        if found := rule(of, home, today):
            made.append(Persona(code, tuple(each.id for each in found), len(of)))
    return made


def shown(computed: Iterable[Persona], choices: Iterable[Choice]) -> list[Shown]:
    """Computed personas and what people said of them; of several words the last counts."""
    by_code = {each.code: each for each in computed}
    said: dict[str, Choice] = {}
    for choice in sorted(choices, key=lambda each: (each.at, each.profile_id)):
        said[choice.persona] = choice
    made = []
    for code in _RULES:
        if code in by_code or code in said:
            choice_ = said.get(code)
            is_so = choice_.is_so if choice_ else True
            made.append(Shown(code, is_so, by_code.get(code), choice_))
    return made


def _family(stays: Sequence[Stay], _home: str, _today: date) -> Found:
    return [each for each in stays if each.children]


def _couple(stays: Sequence[Stay], _home: str, _today: date) -> Found:
    return _mostly("couple", stays, lambda each: each.adults == 2 and not each.children)


def _business(stays: Sequence[Stay], _home: str, _today: date) -> Found:
    return _mostly(
        "business", stays, lambda each: each.segment == "business" or each.channel == "corporate"
    )


def _regular(stays: Sequence[Stay], _home: str, today: date) -> Found:
    return _enough("regular", [each for each in stays if each.is_over], today)


def _weekender(stays: Sequence[Stay], _home: str, today: date) -> Found:
    return _enough("weekender", [each for each in stays if _is_weekend(each)], today)


def _is_weekend(stay: Stay) -> bool:
    """The night from Saturday to Sunday is among a few."""
    comes = stay.arrival_on.weekday()
    is_short = 0 < stay.nights <= LIMITS["weekender"]["nights"]
    return is_short and _THURSDAY <= comes <= _SATURDAY < comes + stay.nights


def _long(stays: Sequence[Stay], _home: str, _today: date) -> Found:
    return [each for each in stays if each.nights >= LIMITS["long_stay"]["nights"]]


def _organiser(stays: Sequence[Stay], _home: str, _today: date) -> Found:
    booked = [each for each in stays if each.is_booker and each.group_number]
    rooms = Counter(each.group_number for each in booked)
    return [each for each in booked if rooms[each.group_number] >= LIMITS["organiser"]["rooms"]]


def _day(stays: Sequence[Stay], _home: str, _today: date) -> Found:
    return _mostly("day_guest", stays, lambda each: each.nights == 0)


def _local(stays: Sequence[Stay], home: str, _today: date) -> Found:
    return [each for each in stays if home and fold(each.place) == fold(home)]


def _early(stays: Sequence[Stay], _home: str, _today: date) -> Found:
    least = LIMITS["early"]["days"]
    return _mostly("early", stays, lambda each: (each.lead_days or 0) >= least)


def _late(stays: Sequence[Stay], _home: str, _today: date) -> Found:
    most = LIMITS["late"]["days"]
    return _mostly(
        "late", stays, lambda each: each.lead_days is not None and each.lead_days <= most
    )


def _mostly(code: str, stays: Sequence[Stay], holds: Callable[[Stay], bool]) -> Found:
    """Those that do, if they are enough and a share of all that is large enough."""
    found = [each for each in stays if holds(each)]
    least = LIMITS[code]
    is_enough = len(found) >= least["stays"] and 100 * len(found) >= least["percent"] * len(stays)
    return found if is_enough else []


def _enough(code: str, stays: Sequence[Stay], today: date) -> Found:
    """Those of the last months, if they are enough."""
    since = today - LIMITS[code]["months"] * _MONTH
    found = [each for each in stays if each.arrival_on >= since]
    return found if len(found) >= LIMITS[code]["stays"] else []


_RULES: dict[str, Callable[[Sequence[Stay], str, date], Found]] = {
    "family": _family,
    "couple": _couple,
    "business": _business,
    "regular": _regular,
    "weekender": _weekender,
    "long_stay": _long,
    "organiser": _organiser,
    "day_guest": _day,
    "local": _local,
    "early": _early,
    "late": _late,
}
PERSONAS = tuple(_RULES)
