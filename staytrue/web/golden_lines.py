"""A guest's fields as lines: the value, the rule that chose it, and every candidate with its origin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from staytrue.guests.card import Card, Source
from staytrue.guests.composing import FIELDS, SEVERAL, Candidate, Field, Standing, shown_name
from staytrue.guests.typed import ADDRESS, CORRECTABLE
from staytrue.staff.queries import names_of
from staytrue.web import facts, guest_words, words
from staytrue.web.words import word

_NAMES = ("first_name", "last_name", "second_last_name")


@dataclass(frozen=True)
class ShownCandidate:
    """One value somebody gave, where it is from, and what may be done with it."""

    value: str
    source: Source
    place: int
    at: datetime
    standing: str
    who: str
    reason: str
    flaw: str
    counts: bool
    is_word: bool
    may_pin: bool
    may_lift: bool


@dataclass(frozen=True)
class Input:
    """One input of the form that corrects a field."""

    name: str
    label: str
    kind: str


@dataclass(frozen=True)
class Line:
    """A field with its value; without `form` nothing may be corrected."""

    name: str
    label: str
    value: str
    more: int
    rule: str
    best: ShownCandidate
    candidates: tuple[ShownCandidate, ...]
    form: int | None
    inputs: tuple[Input, ...]


@dataclass(frozen=True)
class ShownConflict:
    """The PMS against a person: both values, and who may settle it."""

    field: str
    label: str
    ours: str
    theirs: str
    who: str
    at: datetime
    source: Source


def lines(card: Card) -> list[Line]:
    """Every field that somebody knows, in the order of a card."""
    sources = {each.id: each for each in card.sources}
    who = names_of(each.actor for each in _all(card.golden.fields.values()) if each.actor)
    return [
        _line(card.golden.fields[name], sources, who)
        for name in FIELDS
        if name in card.golden.fields and name != "kind"
    ]


def missing(card: Card) -> list[Line]:
    """Fields nobody knows that may be written in."""
    source = next((each for each in card.sources if each.may_correct), None)
    if source is None:
        return []
    names = [name for name in CORRECTABLE
             if name not in card.golden.fields and name not in source.hidden]  # fmt: skip
    nothing = ShownCandidate(
        "", source, 0, source.at, "", "", "", "", counts=False, is_word=False, may_pin=False,
        may_lift=False,
    )  # fmt: skip
    return [
        Line(name, word(words.FIELD, name), "", 0, "", nothing, (), source.id, _inputs(name))
        for name in names
    ]


def conflicts(card: Card) -> list[ShownConflict]:
    """What the PMSs say anew of corrected fields."""
    sources = {each.id: each for each in card.sources}
    found = card.golden.conflicts
    who = names_of(each.word.actor for each in found)
    return [
        ShownConflict(
            each.word.field,
            word(words.FIELD, each.word.field),
            value(each.word.field, each.word.value),
            value(each.word.field, each.said) or _("nothing any more"),
            who.get(each.word.actor, each.word.actor),
            each.word.at,
            sources[each.word.profile_id],
        )
        for each in found
    ]


def value(name: str, of: Any) -> str:
    """A field's value as text; names as people write them."""
    if name in _NAMES:
        return shown_name(of)
    return facts.value(name, of, "UTC")


def of_source(source: Source) -> list[facts.Fact]:
    """What one source says, every value its own."""
    return [
        facts.Fact(
            word(words.FIELD, name),
            facts.value(name, source.values[name], source.zone),
            origin=f"{source.connection}, {source.hotel.name}"
            if source.hotel
            else source.connection,
            read_at=source.true_through,
        )
        for name in FIELDS
        if source.values.get(name) and name != "kind"
    ]


def _all(fields: Iterable[Field]) -> Iterable[Candidate]:
    for each in fields:
        yield from each.candidates


def _line(of: Field, sources: Mapping[int, Source], who: Mapping[str, str]) -> Line:
    candidates = tuple(_shown(of.name, each, sources[each.profile.id], who)
                       for each in of.candidates)  # fmt: skip
    best = candidates[0]
    may = best.source if best.source.may_correct else None
    may = may or next((each.source for each in candidates if each.source.may_correct), None)
    may = may or next((each for each in sources.values() if each.may_correct), None)
    is_fixed = of.name not in CORRECTABLE or may is None or of.name in may.hidden
    return Line(
        of.name,
        word(words.FIELD, of.name),
        value(of.name, [of.value[0]] if of.name in SEVERAL else of.value),
        len(of.value) - 1 if of.name in SEVERAL else 0,
        word(guest_words.RULE, of.rule.value),
        best,
        candidates,
        None if is_fixed or may is None else may.id,
        () if is_fixed else _inputs(of.name),
    )


def _shown(name: str, of: Candidate, source: Source, who: Mapping[str, str]) -> ShownCandidate:
    is_word = of.standing != Standing.SOURCE
    return ShownCandidate(
        value=value(name, [of.value] if name in SEVERAL else of.value),
        source=source,
        place=of.place,
        at=of.at,
        standing=word(guest_words.STANDING, of.standing.value) if is_word else "",
        who=who.get(of.actor, of.actor),
        reason=of.reason,
        flaw=word(guest_words.FLAW, of.flaw.value),
        counts=not of.is_replaced,
        is_word=is_word,
        may_pin=source.may_correct
        and not of.is_replaced
        and of.standing != Standing.PINNED
        and name in CORRECTABLE,
        may_lift=source.may_correct and is_word and of.place == 0,
    )


def _inputs(name: str) -> tuple[Input, ...]:
    if name == "addresses":
        labels = {
            "line1": _("Street and number"),
            "line2": _("Second line"),
            "postcode": _("Postcode"),
            "city": _("Town"),
            "country": _("Country"),
        }
        return tuple(Input(part, labels[part], "text") for part in ADDRESS)
    kinds = {"birth_date": "date", "emails": "email", "phones": "tel"}
    return (Input("value", word(words.FIELD, name), kinds.get(name, "text")),)
