"""The tables of words in a mapping: what they mean, since when, and the labels people read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from staytrue.hotel.codes import Board, Channel, Payment, Segment, Status
from staytrue.hotel.contacts import country_code, language_tag
from staytrue.kit.errors import Misconfigured
from staytrue.kit.text import clean, fold

CODES: dict[str, type[StrEnum]] = {
    "status": Status,
    "board": Board,
    "channel": Channel,
    "segment": Segment,
    "payment": Payment,
}
# Texts whose meaning is a standard of others: ISO 3166 and BCP 47.
STANDARDS = {"country": country_code, "language": language_tag}
# A status is a fact of today; only what is decided when a booking is made can change its meaning.
DATED = frozenset(CODES) - {"status"}
LABELLED = ("rate", "category")
Refuse = Callable[[str, str], Misconfigured]


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both included; open where nothing is said."""

    first: date | None = None
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Label:
    """What people read for a code, and the days it was in force."""

    code: str
    text: str
    span: Span


DatedTable = dict[str, tuple[tuple[Span, Any], ...]]


def values(where: str, table: Any, refuse: Refuse) -> dict[str, Any]:
    """Words are found whatever their case and blanks; their meaning must be a code of ours."""
    if not isinstance(table, dict):
        raise refuse(where, "this must be a table of words")
    name = where.removeprefix("values.")
    if standard := STANDARDS.get(name):
        for meaning in table.values():
            if not isinstance(meaning, str) or standard(meaning) != meaning:
                raise refuse(where, f"{meaning!r} is no {name} in standard form")
    codes = CODES.get(name)
    return {fold(word): _meaning(where, meaning, codes, refuse) for word, meaning in table.items()}


def _meaning(where: str, meaning: Any, codes: type[StrEnum] | None, refuse: Refuse) -> Any:
    if codes is None:
        return meaning
    if meaning not in set(codes):
        raise refuse(where, f"{meaning!r} is none of {', '.join(codes)}")
    return codes(meaning)


def dated(document: dict[str, Any], refuse: Refuse) -> dict[str, DatedTable]:
    """Words whose meaning changed: decided by the day a booking was made, else by [values]."""
    found: dict[str, DatedTable] = {}
    for key, entries in document.items():
        where = f"values_dated.{key}"
        if key not in DATED:
            raise refuse(where, f"dates are known for {', '.join(sorted(DATED))}")
        table: DatedTable = {}
        for entry in entries if isinstance(entries, list) else [entries]:
            if not isinstance(entry, dict) or not {"word", "becomes"} <= set(entry):
                raise refuse(where, "each entry needs word and becomes, and from or to")
            span = _span(where, entry, {"word", "becomes"}, refuse)
            meaning = _meaning(where, entry["becomes"], CODES[key], refuse)
            word = fold(clean(str(entry["word"])))
            table[word] = (*table.get(word, ()), (span, meaning))
        found[key] = table
    return found


def labels(document: dict[str, Any], refuse: Refuse) -> dict[str, tuple[Label, ...]]:
    """Labels of rate codes and room categories: a text, or texts with the days they held."""
    found: dict[str, tuple[Label, ...]] = {}
    for key, table in document.items():
        where = f"labels.{key}"
        if key not in LABELLED or not isinstance(table, dict):
            raise refuse(where, f"labels are known for {' and '.join(LABELLED)}, as a table")
        found[key] = tuple(
            _label(f"{where}.{code}", code, entry, refuse)
            for code, entries in table.items()
            for entry in (entries if isinstance(entries, list) else [entries])
        )
    return found


def _label(where: str, code: str, entry: Any, refuse: Refuse) -> Label:
    if isinstance(entry, str):
        return Label(code, entry, Span())
    if not isinstance(entry, dict) or "label" not in entry:
        raise refuse(where, "say a text, or { label, from, to }")
    return Label(code, str(entry["label"]), _span(where, entry, {"label"}, refuse))


def _span(where: str, entry: dict[str, Any], beside: set[str], refuse: Refuse) -> Span:
    if unknown := set(entry) - beside - {"from", "to"}:
        raise refuse(where, f"{min(unknown)!r} is not known here")
    first, last = entry.get("from"), entry.get("to")
    for day in (first, last):
        if day is not None and (not isinstance(day, date) or isinstance(day, datetime)):
            raise refuse(where, "from and to are dates such as 2025-01-01")
    if first and last and last < first:
        raise refuse(where, f"{last} is before {first}")
    return Span(first, last)
