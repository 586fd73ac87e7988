"""Values that many share: an office's phone, an agency's e-mail, a relay; one finding for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

import msgspec

from staytrue.guests.matching.compare import SHARED
from staytrue.guests.matching.keys import Generic
from staytrue.guests.matching.normalise import Features
from staytrue.hotel.names import sound

SHARED_ABOVE, GENERIC_ABOVE = 3, 12
"""Distinct surnames above which a value is one of several families, and of nobody in particular."""
_BORN_LEAST = 50
_BORN_TIMES = 20


class State(StrEnum):
    """What a value says about who uses it."""

    PERSONAL = "personal"
    SHARED = "shared"
    GENERIC = "generic"


class Finding(msgspec.Struct, frozen=True):
    """One value that too many share: a single thing to look at, however many pairs it makes."""

    field: str
    value: str
    state: State
    profiles: int
    surnames: int


def state_of(surnames: int) -> State:
    """By how many distinct surnames a value is used."""
    if surnames > GENERIC_ABOVE:
        return State.GENERIC
    return State.SHARED if surnames > SHARED_ABOVE else State.PERSONAL


@dataclass(frozen=True)
class Hubs:
    """The findings over a list of profiles, and what they change in a profile."""

    findings: tuple[Finding, ...]
    generic: Generic
    shared: Generic

    def applied(self, features: Features) -> Features:
        """The profile as it is compared: generic values say nothing, shared ones only a little."""
        if not self.findings:
            return features
        changed: dict[str, object] = {
            name: self._kept(name, values)
            for name, values in (
                ("emails", features.emails), ("phones", features.phones), ("cards", features.cards),
                ("loyalty", features.loyalty), ("documents", features.documents),
            )
            if values
        }  # fmt: skip
        if ("line", features.line) in self.generic:
            changed["line"] = ""
        if ("born", features.born) in self.generic:
            changed["born"] = features.born[:4]
        return msgspec.structs.replace(features, **changed)

    def _kept(self, name: str, values: tuple[str, ...]) -> tuple[str, ...]:
        field = _FIELD[name]
        kept = [value for value in values if (field, value) not in self.generic]
        if field in ("email", "phone"):
            kept = [SHARED + value if (field, value) in self.shared else value for value in kept]
        else:
            # A card or number of several families is an agency's: it names nobody.
            kept = [value for value in kept if (field, value) not in self.shared]
        return tuple(kept)


_FIELD = {
    "emails": "email", "phones": "phone", "cards": "card", "loyalty": "loyalty",
    "documents": "document",
}  # fmt: skip
VALUES: tuple[tuple[str, Callable[[Features], tuple[str, ...]]], ...] = (
    ("email", lambda each: each.emails),
    ("phone", lambda each: each.phones),
    ("card", lambda each: each.cards),
    ("loyalty", lambda each: each.loyalty),
    ("document", lambda each: each.documents),
    ("line", lambda each: (each.line,) if each.line else ()),
)


def found(features: Sequence[Features]) -> Hubs:
    """Count who uses each value, and name what too many use."""
    findings = []
    for field, values in VALUES:
        findings += _counted(field, values, features)
    findings += placeholders(features)
    return of_findings(findings)


def of_findings(findings: Iterable[Finding]) -> Hubs:
    """What these findings change in a profile."""
    findings = sorted(findings, key=lambda each: (each.field, each.value))
    return Hubs(
        tuple(findings),
        frozenset((each.field, each.value) for each in findings if each.state == State.GENERIC),
        frozenset((each.field, each.value) for each in findings if each.state == State.SHARED),
    )


def _counted(
    field: str, values: Callable[[Features], tuple[str, ...]], features: Sequence[Features]
) -> list[Finding]:
    profiles = Counter(chain.from_iterable(map(values, features)))
    # Few values are used by more than three profiles: only for those the surnames are gathered.
    surnames: dict[str, set[str]] = {
        value: set() for value, count in profiles.items() if count > SHARED_ABOVE
    }
    for each in features:
        for value in values(each):
            if each.surname and value in surnames:
                # By sound, so that typing errors of one surname are not counted as many.
                surnames[value].add(sound(each.surname))
    return [
        finding
        for value, names in surnames.items()
        if (finding := finding_of(field, value, profiles[value], len(names)))
    ]


def finding_of(field: str, value: str, profiles: int, surnames: int) -> Finding | None:
    """What is found of a value that is used so; a home of a few families is no finding."""
    state = state_of(surnames)
    if state == State.PERSONAL or (field == "line" and state == State.SHARED):
        return None
    return Finding(field, value, state, profiles, surnames)


def placeholders(features: Iterable[Features]) -> list[Finding]:
    """Birth dates that stand far too often: somebody's placeholder."""
    return often_born(Counter(each.born for each in features if len(each.born) > 4))


def often_born(counts: Counter[str]) -> list[Finding]:
    """The same of counted dates."""
    if not counts:
        return []
    often = max(_BORN_LEAST, _BORN_TIMES * sum(counts.values()) / len(counts))
    return [
        Finding("born", value, State.GENERIC, count, 0)
        for value, count in counts.items()
        if count > often
    ]
