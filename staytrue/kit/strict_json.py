"""Strict reading of JSON: everything that readers disagree about is refused, not guessed."""

from __future__ import annotations

import json
import re
from typing import Any

from staytrue.kit.errors import Unreadable

NUMBER_CHARS = 40
# Only an escape can say them, and hardly any does; a whole pair of halves is one character.
_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_BROKEN = re.compile("[\0\ud800-\udfff]")
_BRACKETS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)


def strict(text: str, depth: int) -> Any:
    """A JSON value with its numbers as written; Unreadable for all that readers disagree about."""
    if text.count("[") + text.count("{") > depth and _depth(text) > depth:
        raise Unreadable(f"It is nested deeper than {depth} levels.", "too_deep")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_constant,
            parse_int=_number,
            parse_float=_number,
        )
    except (json.JSONDecodeError, RecursionError) as error:
        raise Unreadable(f"It is not JSON: {error}.", "not_json") from None
    if _SUSPECT.search(text):
        _check_escapes(value)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise Unreadable(
            f"The field {doubled[:60]!r} stands twice in it: readers disagree which one counts.",
            "duplicate_field",
            field=doubled[:60],
        )
    return record


def _number(text: str) -> str:
    if len(text) > NUMBER_CHARS or not -1e300 < float(text) < 1e300:
        raise Unreadable(f"{text[:20]}… is not a number a hotel uses.", "number")
    return text


def _constant(text: str) -> Any:
    raise Unreadable(f"{text} is not a number.", "number")


def _check_escapes(value: Any) -> None:
    if isinstance(value, str):
        if _BROKEN.search(value):
            raise Unreadable("It holds half a character or a zero character.", "characters")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_escapes(key)
            _check_escapes(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_escapes(inner)


def _depth(text: str) -> int:
    depth = deepest = 0
    for token in _BRACKETS.finditer(text):
        mark = token[0]
        if mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in "]}":
            depth -= 1
    return deepest
