"""Tolerant access to OPERA's JSON: the same field comes as a value, a list or a wrapped object.

Numbers arrive as text or as numbers, and unset ones as placeholders; both are met here, once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from staytrue.kit.text import clean, clean_lines

UNSET = Decimal(-100_000_000)
"""What OPERA writes into a number that nobody set."""
LARGEST = Decimal(10) ** 12
"""No price and no count of a hotel comes near it."""
YEAR_MIN = 1900

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(\.\d+)? ?(Z|[+-]\d{2}:?\d{2})?"
)
_YES, _NO = frozenset({"true", "y", "yes", "1"}), frozenset({"false", "n", "no", "0"})

Json = dict[str, Any]


def every(node: Any, *path: str) -> Iterator[Any]:
    """Everything at a path; a list on the way, or at its end, is walked through."""
    if isinstance(node, list):
        for item in node:
            yield from every(item, *path)
    elif not path:
        if node is not None:
            yield node
    elif isinstance(node, dict):
        yield from every(node.get(path[0]), *path[1:])


def objects(node: Any, *path: str) -> list[Json]:
    """The objects at a path, whether one of them stands there or a list."""
    return [found for found in every(node, *path) if isinstance(found, dict)]


def one(node: Any, *path: str) -> Json:
    """The first object at a path, or an empty one."""
    return next(iter(objects(node, *path)), {})


def text(node: Any, *path: str) -> str | None:
    """The first text at a path on one line; blank is missing."""
    for found in every(node, *path):
        if isinstance(found, str) and (said := clean(found)):
            return said
    return None


def lines(node: Any, *path: str) -> str | None:
    """As `text`, but with its line breaks."""
    for found in every(node, *path):
        if isinstance(found, str) and (said := clean_lines(found)):
            return said
    return None


def flag(node: Any, *path: str) -> bool | None:
    """True or false, however it is written."""
    for found in every(node, *path):
        if isinstance(found, bool):
            return found
        word = str(found).strip().lower()
        if word in _YES or word in _NO:
            return word in _YES
    return None


def amount(node: Any, *path: str) -> Decimal | None:
    """An exact number, or None where there is none or only OPERA's placeholder."""
    said = text(node, *path)
    if said is None:
        return None
    try:
        number = Decimal(said)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < LARGEST and number != UNSET else None


def count(node: Any, *path: str) -> int | None:
    """A whole number of at least zero."""
    number = amount(node, *path)
    return int(number) if number is not None and number >= 0 and number % 1 == 0 else None


def day(node: Any, *path: str) -> date | None:
    """A plain date of the property. The clock beside it and dates of antiquity are not read."""
    found = _DAY.match(text(node, *path) or "")
    if found is None or int(found[1]) < YEAR_MIN:
        return None
    try:
        return date.fromisoformat(found[0])
    except ValueError:
        return None


def moment(node: Any, zone: ZoneInfo, *path: str, until: datetime | None = None) -> datetime | None:
    """An instant in UTC. Most of OPERA's carry no zone: those are in `zone`.

    Of an hour that comes twice in autumn it is the first; with `until` the last that is not after
    it, so that stamps which order versions never go back.
    """
    found = _MOMENT.fullmatch(text(node, *path) or "")
    if found is None:
        return None
    date_text, clock, fraction, offset = found.groups()
    fraction = f".{fraction[1:7]:0<6}" if fraction else ""
    try:
        read = datetime.fromisoformat(f"{date_text}T{clock}{fraction}{offset or ''}")
    except ValueError:
        return None
    if read.year < YEAR_MIN:
        return None
    if offset:
        return read.astimezone(UTC)
    first, again = (read.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return again if until and first < again <= until else first
