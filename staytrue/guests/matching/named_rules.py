"""The rules that hoteliers know by name: the same surname, and the same card, phone or address.

An ordered cascade: the next step is asked only where the one before has nothing to compare on
either side. Cards that differ therefore end it, whatever the phones say: the scores decide then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from enum import StrEnum
from itertools import combinations
from typing import NamedTuple

import msgspec

from staytrue.guests.matching.compare import levels, number_level, phone_level
from staytrue.guests.matching.fields import (
    CORE,
    DIFFERENT,
    EMAIL,
    EXACT,
    GIVEN,
    MISSING,
    NEAR,
    OWN,
    PLACE,
    SURNAME,
)
from staytrue.guests.matching.normalise import Features
from staytrue.guests.matching.vetoes import Veto, vetoes


class Rule(StrEnum):
    """The steps of the cascade, in their order."""

    CARD = "card"
    PHONE = "phone"
    ADDRESS = "address"


class Mode(StrEnum):
    """With the guards that keep families apart, or exactly as the cascade is usually written."""

    GUARDED = "guarded"
    EXACT = "exact"


class Outcome(StrEnum):
    """What the cascade says; `scored` leaves it to the scores."""

    LINKED = "linked"
    REVIEW = "review"
    SCORED = "scored"


class Account(NamedTuple):
    """An account of the CRM: its key, its place in the order of opening, and what is known."""

    key: str
    opened: int
    features: Features


class Decision(msgspec.Struct, frozen=True):
    """What the cascade decided, by which rule and why, and for which accounts, oldest first."""

    outcome: Outcome
    rule: Rule | None = None
    reason: str = ""
    accounts: tuple[str, ...] = ()


_NOT_DECIDED = Decision(Outcome.SCORED)
_OTHER_MAILBOX = len(CORE[EMAIL].levels) - 1


def cascade(profile: Features, accounts: Sequence[Account], mode: Mode = Mode.GUARDED) -> Decision:
    """To which account a profile belongs. Several that match are for a person to choose from."""
    found = [
        (account.key, step)
        for account in sorted(accounts, key=lambda each: (each.opened, each.key))
        if (step := between(profile, account.features, mode)).outcome != Outcome.SCORED
    ]
    for outcome in (Outcome.LINKED, Outcome.REVIEW):
        fitting = [(key, step) for key, step in found if step.outcome == outcome]
        if not fitting:
            continue
        keys = tuple(key for key, _ in fitting)
        step = fitting[0][1]
        if len(keys) > 1:
            return Decision(Outcome.REVIEW, step.rule, "several_accounts", keys)
        return msgspec.structs.replace(step, accounts=keys)
    return _NOT_DECIDED


def between(
    one: Features,
    other: Features,
    mode: Mode = Mode.GUARDED,
    steps: Collection[Rule] = tuple(Rule),
) -> Decision:
    """What the cascade of these steps says of two profiles alone."""
    if not one.surname or not other.surname:
        return _NOT_DECIDED
    rule, agrees = _step(one, other, steps)
    if rule is None or not agrees:
        return _NOT_DECIDED
    compared = levels(one, other)
    if compared[SURNAME] != EXACT:
        # Somebody else's card is worth a look; a phone or a home is shared by many.
        is_card = rule == Rule.CARD
        return Decision(Outcome.REVIEW, rule, "surname_differs") if is_card else _NOT_DECIDED
    if mode == Mode.EXACT:
        return Decision(Outcome.LINKED, rule, "exact_mode")
    if compared[GIVEN] == MISSING and _initials_differ(one, other):
        return Decision(Outcome.REVIEW, rule, "given_names_differ")
    return _guarded(rule, compared, vetoes(one, other, compared))


def _initials_differ(one: Features, other: Features) -> bool:
    """Whether no given name of one may be that of which the other has only the letter."""
    begun = [
        set(each.initials) or {name[0] for name in each.given.split()} for each in (one, other)
    ]
    return all(begun) and begun[0].isdisjoint(begun[1])


def _step(one: Features, other: Features, steps: Collection[Rule]) -> tuple[Rule | None, bool]:
    """The first step for which both sides have something, and whether they agree in it."""
    for rule, values, level in _VALUES:
        if rule not in steps:
            continue
        found = [level(a, b) for a in values(one) for b in values(other)]
        comparable = [each for each in found if each != MISSING]
        if comparable:
            return rule, EXACT in comparable
    return None, False


def _line_level(one: str, other: str) -> int:
    return int(one != other)


_VALUES: tuple[
    tuple[Rule, Callable[[Features], tuple[str, ...]], Callable[[str, str], int]], ...
] = (
    (Rule.CARD, lambda each: each.cards, number_level),
    (Rule.PHONE, lambda each: each.phones, phone_level),
    (Rule.ADDRESS, lambda each: (each.line,) if each.line else (), _line_level),
)


def _guarded(rule: Rule, compared: Sequence[int], found: Veto) -> Decision:
    """Couples share cards, families phones and homes: the given name must not speak against it. Where
    one side has none, one such pair in six is of two people of a household: only a card is enough
    then. And Daniel is no slip for Daniela. Whom only his home or his card tells, because the name is
    that of his son or is missing, is not joined to whoever reads another mailbox.
    """
    if compared[GIVEN] == DIFFERENT:
        return Decision(Outcome.REVIEW, rule, "given_names_differ")
    if found:
        return Decision(Outcome.REVIEW, rule, "veto")
    if not (MISSING if rule == Rule.CARD else EXACT) <= compared[GIVEN] <= NEAR:
        return Decision(Outcome.REVIEW, rule, "given_name_unknown")
    if rule == Rule.ADDRESS and compared[PLACE] != EXACT:
        return Decision(Outcome.REVIEW, rule, "other_town")
    is_weak = rule == Rule.ADDRESS or compared[GIVEN] == MISSING
    is_other = compared[EMAIL] == _OTHER_MAILBOX and EXACT not in (compared[own] for own in OWN)
    if is_weak and is_other:
        return Decision(Outcome.REVIEW, rule, "mailboxes_differ")
    return Decision(Outcome.LINKED, rule, "same")


def dry_run(
    features: Iterable[Features], mode: Mode = Mode.GUARDED
) -> Counter[tuple[Rule, Outcome, str]]:
    """How many pairs each rule would link or show, by rule, outcome and reason; nothing is done.

    Values that more than twelve profiles of one surname share are left out: they are hubs.
    """
    blocks: dict[tuple[Rule, str, str], list[Features]] = {}
    for each in features:
        for rule, values, _ in _VALUES:
            for value in values(each):
                # Of one card the surname may differ: that is for a person to look at.
                surname = "" if rule == Rule.CARD else each.surname
                blocks.setdefault((rule, value, surname), []).append(each)
    counts: Counter[tuple[Rule, Outcome, str]] = Counter()
    seen: set[tuple[str, str]] = set()
    for members in blocks.values():
        if len(members) > 12:
            continue
        for one, other in combinations(members, 2):
            pair = (min(one.id, other.id), max(one.id, other.id))
            if pair in seen or one.id == other.id:
                continue
            seen.add(pair)
            step = between(one, other, mode)
            if step.rule:
                counts[step.rule, step.outcome, step.reason] += 1
    return counts
