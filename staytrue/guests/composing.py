"""Which of several profiles' values is the guest's, field by field, and by which rule. Pure.

No order of the profiles changes the answer: every comparison ends with the connection and the id
at the source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

import msgspec

from staytrue.guests.flaws import Flaw, digits, flaw_of
from staytrue.hotel import names
from staytrue.hotel.contacts import address_key
from staytrue.kit.text import fold, repaired

SINGLE = ("kind", "title", "first_name", "last_name", "second_last_name", "birth_date", "language",
          "nationality", "country", "vip")  # fmt: skip
SEVERAL = ("emails", "phones", "addresses", "loyalty")
FIELDS = (*SINGLE, *SEVERAL)


class Standing(StrEnum):
    """Who says it, the strongest first."""

    PINNED = "pinned"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    SOURCE = "source"


class Rule(StrEnum):
    """Why a value won over the next one that differs from it."""

    PINNED = "pinned"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    REAL = "real"
    LIVE = "live"
    DIRECT = "direct"
    TRUST = "trust"
    NEWER = "newer"
    ORDER = "order"
    AGREED = "agreed"
    ONLY = "only"


_STANDINGS = {each: rank for rank, each in enumerate(Standing)}
_FLAWS = {each: rank for rank, each in enumerate(Flaw)}
# The parts of a rank after the standing, and the rule that each of them is.
_STEPS = (Rule.REAL, Rule.LIVE, Rule.DIRECT, Rule.TRUST, Rule.NEWER, Rule.ORDER, Rule.ORDER,
          Rule.ORDER)  # fmt: skip


class Profile(msgspec.Struct, frozen=True):
    """A profile as its PMS says it now, true since `at`."""

    id: int
    connection_id: int
    source_id: str
    at: datetime
    values: Mapping[str, Any]
    property_id: int | None = None
    is_gone: bool = False
    is_anonymised: bool = False


class Word(msgspec.Struct, frozen=True):
    """What a person said of a profile's field; `base` is what the PMS said then."""

    profile_id: int
    field: str
    value: Any
    base: Any
    standing: Standing
    at: datetime
    actor: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Trust:
    """What a connection is, and how far it is trusted against others: higher wins."""

    kind: str = "pms"
    trust: int = 50


class Candidate(msgspec.Struct, frozen=True):
    """A value somebody gave, and what it is worth. `is_replaced`: a person knows better."""

    value: Any
    profile: Profile
    at: datetime
    standing: Standing = Standing.SOURCE
    flaw: Flaw = Flaw.NONE
    is_replaced: bool = False
    actor: str = ""
    reason: str = ""
    place: int = 0


class Field(msgspec.Struct, frozen=True):
    """A field of a guest: its value, the rule that chose it, and everything it was chosen from.

    Of several addresses or numbers `value` is the list of all that count, the best first.
    """

    name: str
    value: Any
    rule: Rule
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Conflict:
    """The PMS says something new of a field that a person corrected: neither changes by itself."""

    word: Word
    said: Any


@dataclass(frozen=True)
class Golden:
    """A guest as composed from his profiles; fields that nobody knows are absent."""

    fields: Mapping[str, Field]
    conflicts: tuple[Conflict, ...] = ()

    def value(self, name: str) -> Any:
        """The value of a field, or nothing."""
        found = self.fields.get(name)
        return found.value if found else [] if name in SEVERAL else None

    @property
    def name(self) -> str:
        """The name as people read it."""
        parts = (self.value(part) for part in ("first_name", "last_name", "second_last_name"))
        return " ".join(shown_name(part) for part in parts if part)

    @property
    def email(self) -> str:
        """The address at which he is himself: the first that is no relay and nobody's."""
        return self._first("emails", lambda mail: str(mail["address"]))

    @property
    def phone(self) -> str:
        """The first number that can be called."""
        return self._first("phones", lambda phone: str(phone.get("number") or phone["raw"]))

    def _first(self, name: str, text: Callable[[Mapping[str, Any]], str]) -> str:
        found = self.fields.get(name)
        best = found.candidates[0] if found else None
        return text(best.value) if best and best.flaw not in (Flaw.RELAY, Flaw.NOBODY) else ""

    def stored(self) -> dict[str, Any]:
        """The values alone, as they are kept on the guest."""
        return {name: each.value for name, each in self.fields.items()}


def composed(
    profiles: Iterable[Profile],
    words: Iterable[Word] = (),
    trust: Mapping[int, Trust] | None = None,
    nobodys: frozenset[str] = frozenset(),
) -> Golden:
    """The guest these profiles are; `nobodys` are folded addresses and numbers of no guest."""
    sources = sorted(profiles, key=lambda each: (each.connection_id, each.source_id))
    said = {(word.profile_id, word.field): word for word in words}
    told = {word.field for word in said.values()}
    ranks = _Ranks(trust or {}, {each.id: _is_relayed(each, nobodys) for each in sources})
    fields: dict[str, Field] = {}
    for name in FIELDS:
        if not any(each.values.get(name) for each in sources) and name not in told:
            continue
        found = _candidates(name, sources, said, nobodys)
        if name == "second_last_name":
            found = _with_last_name(found, sources, said, fields.get("last_name"))
        if any(not each.is_replaced for each in found):
            fields[name] = _field(name, sorted(found, key=ranks.of), ranks)
    return Golden(fields, conflicts(sources, said.values()))


def conflicts(profiles: Iterable[Profile], words: Iterable[Word]) -> tuple[Conflict, ...]:
    """Corrected fields of which the PMS now says neither what it said then nor the correction."""
    by_id = {each.id: each for each in profiles}
    found = []
    for word in sorted(words, key=lambda each: (each.profile_id, each.field)):
        profile = by_id.get(word.profile_id)
        if profile is None or profile.is_anonymised:
            continue
        said = profile.values.get(word.field)
        if not same(word.field, said, word.base) and not same(word.field, said, word.value):
            found.append(Conflict(word, said))
    return tuple(found)


def same(name: str, one: Any, other: Any) -> bool:
    """Whether two values of a field say the same: case, order and how it is written aside."""
    if name in SEVERAL:
        return {key_of(name, each) for each in one or ()} == {
            key_of(name, each) for each in other or ()
        }
    return (key_of(name, one) if one else None) == (key_of(name, other) if other else None)


def key_of(name: str, value: Any) -> Any:
    """What two equal values of a field have in common."""
    if name == "emails":
        return address_key(value["address"])
    if name == "phones":
        return digits(value.get("number") or value["raw"])
    if name == "addresses":
        parts = (value.get(part) for part in ("line1", "line2", "postcode", "city", "country"))
        return " ".join(fold(part) for part in parts if part)
    if name == "loyalty":
        return fold(value["programme"]), fold(value.get("number") or "")
    return fold(str(value))


@dataclass(frozen=True)
class _Ranks:
    """What a candidate is worth: the least wins."""

    trust: Mapping[int, Trust]
    relayed: Mapping[int, bool]

    def of(self, each: Candidate) -> tuple[Any, ...]:
        since = -each.at.timestamp()
        profile = each.profile
        # Identity of the source last, and the place in its list: nothing is left to chance.
        last = (profile.connection_id, profile.source_id, each.place)
        if each.standing != Standing.SOURCE:
            # Between words of people only what was said last counts.
            return (each.is_replaced, _STANDINGS[each.standing], 0, 0, 0, 0, since, *last)
        known = self.trust.get(profile.connection_id, Trust())
        is_indirect = known.kind == "ota" or self.relayed[profile.id]
        return (each.is_replaced, _STANDINGS[each.standing], _FLAWS[each.flaw], profile.is_gone,
                is_indirect, -known.trust, since, *last)  # fmt: skip


def _field(name: str, ranked: Sequence[Candidate], ranks: _Ranks) -> Field:
    counting = [each for each in ranked if not each.is_replaced]
    best = counting[0]
    value = best.value
    if name in SEVERAL:
        distinct: dict[Any, Any] = {}
        for each in counting:
            distinct.setdefault(key_of(name, each.value), each.value)
        value = list(distinct.values())
    return Field(name, value, _rule(name, best, counting, ranks), tuple(ranked))


def _rule(name: str, best: Candidate, counting: Sequence[Candidate], ranks: _Ranks) -> Rule:
    if best.standing != Standing.SOURCE:
        return Rule(best.standing.value)
    if len(counting) == 1:
        return Rule.ONLY
    key = key_of(name, best.value)
    other = next((each for each in counting if key_of(name, each.value) != key), None)
    if other is None:
        return Rule.AGREED
    pairs = zip(ranks.of(best)[2:], ranks.of(other)[2:], _STEPS, strict=True)
    return next(rule for mine, his, rule in pairs if mine != his)


def _candidates(
    name: str,
    profiles: Sequence[Profile],
    words: Mapping[tuple[int, str], Word],
    nobodys: frozenset[str],
) -> list[Candidate]:
    found = []
    for profile in profiles:
        given = profile.values.get(name)
        word = words.get((profile.id, name))
        for place, value in enumerate(_listed(name, given)):
            flaw = Flaw.NOBODY if profile.is_anonymised else flaw_of(name, value, nobodys)
            found.append(
                Candidate(
                    value, profile, profile.at, flaw=flaw, is_replaced=word is not None, place=place
                )
            )
        if word is not None:
            found += [
                Candidate(
                    value,
                    profile,
                    word.at,
                    word.standing,
                    actor=word.actor,
                    reason=word.reason,
                    place=place,
                )
                for place, value in enumerate(_listed(name, word.value))
            ]
    return found


def _listed(name: str, value: Any) -> list[Any]:
    if name in SEVERAL:
        return list(value or ())
    return [value] if value else []


def _with_last_name(
    found: list[Candidate],
    profiles: Sequence[Profile],
    words: Mapping[tuple[int, str], Word],
    last_name: Field | None,
) -> list[Candidate]:
    """A second last name counts only beside the last name that won: "Garcia" + "Lopez", never
    "Garcia Lopez" + "Lopez".
    """
    key = fold(last_name.value) if last_name else ""
    beside = set()
    for profile in profiles:
        word = words.get((profile.id, "last_name"))
        if fold((word.value if word else profile.values.get("last_name")) or "") == key:
            beside.add(profile.id)
    return [each for each in found if each.profile.id in beside]


def _is_relayed(profile: Profile, nobodys: frozenset[str]) -> bool:
    """Whether an OTA gave it: all addresses it has only forward."""
    mails = profile.values.get("emails") or ()
    return bool(mails) and all(flaw_of("emails", mail, nobodys) != Flaw.NONE for mail in mails)


@lru_cache(maxsize=1 << 14)
def shown_name(name: str) -> str:
    """A name as people write it: repaired, and out of capitals. For display only."""
    name = repaired(name) or name
    if not (name.isupper() or name.islower()) or len(name) < 2:
        return name
    return " ".join(_shown_word(word) for word in name.split())


def _shown_word(word: str) -> str:
    if fold(word) in names.PARTICLES:
        return word.lower()
    return "-".join("'".join(map(str.capitalize, part.split("'"))) for part in word.split("-"))
