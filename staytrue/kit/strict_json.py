"""Strict reading of JSON: everything that readers disagree about is refused, not guessed.

Where one text holds many records, what is refused is the record that it stands in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from staytrue.kit.errors import Unreadable

NUMBER_CHARS = 40
# Only an escape can say them, and hardly any does; a whole pair of halves is one character.
_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_BROKEN = re.compile("[\0\ud800-\udfff]")
_SUSPECT_BYTES = re.compile(rb"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u[dD][89a-fA-F]..|.)", re.DOTALL)
_NO_UTF8 = re.compile("[\udc80-\udcff]")
_HALF_ESCAPE = len(r"\ud83d")
_BRACKETS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)


@dataclass(frozen=True)
class Broken:
    """What stands where no value could be read: why, and what can be shown of it.

    What is shown holds a zero character, so that nobody takes it for a value when it is read again.
    """

    problem: Unreadable
    shown: Any


def strict(text: str, depth: int) -> Any:
    """A JSON value with its numbers as written; Unreadable for all that readers disagree about."""
    if text.count("[") + text.count("{") > depth and _depth(text) > depth:
        raise Unreadable(f"It is nested deeper than {depth} levels.", "too_deep")
    value = _loaded(text, _unique, _constant, _number)
    if _SUSPECT.search(text):
        _check_escapes(value)
    return value


def loose(text: str, depth: int) -> Any:
    """As `strict`, but what cannot be read stands as `Broken` in its place; see `problem_in`."""
    try:
        return strict(text, depth)
    except Unreadable as problem:
        if problem.code in ("not_json", "too_deep"):
            raise
    value = _loaded(text, _each_once, _kept(_constant), _kept(_number))
    return _with_broken_texts(value)


def problem_in(value: Any) -> Unreadable | None:
    """Why this part of a loose reading cannot be read, if something in it is broken."""
    if isinstance(value, Broken):
        return value.problem
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return None
    return next((found for inner in value if (found := problem_in(inner))), None)


def plain(value: Any) -> Any:
    """What `json.dumps` is to show of a broken value, as its `default`."""
    if isinstance(value, Broken):
        return value.shown
    raise TypeError(f"{type(value).__name__} is not JSON")


def whole(body: bytes) -> bytes:
    """The body with a zero character for each half one and for bytes that are no UTF-8.

    No reader takes a text with it, so that only the record it stands in is lost, not its page.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = _NO_UTF8.sub(r"\\u0000", body.decode("utf-8", "surrogateescape"))
    else:
        if not _SUSPECT_BYTES.search(body):
            return body
    return _ESCAPE.sub(_without_half, text).encode()


def _without_half(escape: re.Match[str]) -> str:
    is_half = len(escape[0]) == _HALF_ESCAPE and _SUSPECT.match(escape[0])
    return r"\u0000" if is_half else escape[0]


def _loaded(
    text: str,
    pairs: Callable[[list[tuple[str, Any]]], Any],
    constant: Callable[[str], Any],
    number: Callable[[str], Any],
) -> Any:
    try:
        return json.loads(
            text,
            object_pairs_hook=pairs,
            parse_constant=constant,
            parse_int=number,
            parse_float=number,
        )
    except (json.JSONDecodeError, RecursionError) as error:
        raise Unreadable(f"It is not JSON: {error}.", "not_json") from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The fields as they stand; of one that stands twice nothing is known."""
    try:
        return _unique(pairs)
    except Unreadable as problem:
        twice = problem.facts["field"]
        said = [value for name, value in pairs if name[:60] == twice]
        return dict(pairs) | {
            name: Broken(problem, ["\0", *said]) for name, _ in pairs if name[:60] == twice
        }


def _kept(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """The same reader, whose refusal stands in the value's place."""

    def reader(said: str) -> Any:
        try:
            return read(said)
        except Unreadable as problem:
            return Broken(problem, f"\0{said}")

    return reader


def _with_broken_texts(value: Any) -> Any:
    if isinstance(value, str) and _BROKEN.search(value):
        return Broken(_characters(), _BROKEN.sub("\0", value))
    if isinstance(value, Broken):
        return Broken(value.problem, _with_broken_texts(value.shown))
    if isinstance(value, list):
        return [_with_broken_texts(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    found = {name: _with_broken_texts(inner) for name, inner in value.items()}
    for name in [name for name in found if _BROKEN.search(name)]:
        found[_BROKEN.sub("?", name)] = Broken(_characters(), ["\0", found.pop(name)])
    return found


def _characters() -> Unreadable:
    return Unreadable("It holds half a character or a zero character.", "characters")


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
            raise _characters()
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
