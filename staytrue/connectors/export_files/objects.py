"""Records that are trees (JSON, XML): strict reading of one record, its cells by path, its cards."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from staytrue.connectors.base import Line
from staytrue.connectors.export_files.container import Limits
from staytrue.connectors.export_files.grid import SUPERSEDED, Repeats, Row
from staytrue.connectors.export_files.lines import hash_of
from staytrue.connectors.export_files.mapping import OCCURRENCE, POSITION, Mapping
from staytrue.kit.cards import mask_cards, may_hold_cards_in_json
from staytrue.kit.errors import Unreadable
from staytrue.kit.strict_json import strict


def read(
    lines: Iterable[str], mapping: Mapping, limits: Limits, last: dict[Row, int]
) -> Iterator[Line]:
    """The lines of kept JSON lines: the number is the record's place in the file."""
    row_of = _row_reader(mapping)
    number_paths = [tuple(path.split("/")) for path in mapping.number_columns if path[0] != "#"]
    by_position, by_occurrence = POSITION in mapping.columns, OCCURRENCE in mapping.columns
    seen: dict[Row, int] = {}
    number = 0
    for text in lines:
        raw = text.rstrip("\r\n")
        if not raw.strip():
            continue
        number += 1
        place = ""
        try:
            record = strict(raw, limits.depth)
            if not isinstance(record, dict):
                raise Unreadable("This record has no named fields.", "not_an_object")
        except Unreadable as problem:
            yield Line(number, raw, hash_of(raw), problem)
            continue
        key = tuple(_text(record, path) for path in number_paths)
        if last.get(key, number) != number:
            yield Line(number, raw, hash_of(raw), SUPERSEDED)
            continue
        pseudo: tuple[str, ...] = ()
        if by_position:
            place = str(number)
            pseudo = (place,)
        if by_occurrence:
            seen[key] = occurrence = seen.get(key, 0) + 1
            pseudo = (*pseudo, str(occurrence))
            place += f"/{occurrence}"
        yield Line(number, raw, hash_of(raw, place), row_of(record, pseudo))


def last_of_each(lines: Iterable[str], mapping: Mapping, limits: Limits) -> dict[Row, int]:
    """The last record of each number that stands in several records."""
    paths = [tuple(path.split("/")) for path in mapping.number_columns]
    repeats = Repeats()
    kept = (line for line in lines if line.strip())
    for number, text in enumerate(kept, 1):
        try:
            record = strict(text, limits.depth)
        except Unreadable:
            continue
        repeats.note(tuple(_text(record, path) for path in paths), number)
    return repeats.last


def masked(raw: str, mapping: Mapping, limits: Limits) -> tuple[str, int]:
    """One JSON line without card numbers; the paths of ids stay as they are."""
    if not may_hold_cards_in_json(raw.encode("utf-8")):
        return raw, 0
    try:
        record, found = _mask(strict(raw, limits.depth), "", mapping)
    except Unreadable:
        # It will be parked: whatever it is, no card number stays in it.
        return mask_cards(raw)
    return (json.dumps(record, ensure_ascii=False), found) if found else (raw, 0)


def mask_tree(record: Any, mapping: Mapping) -> tuple[Any, int]:
    """A record without card numbers."""
    return _mask(record, "", mapping)


def _mask(value: Any, path: str, mapping: Mapping) -> tuple[Any, int]:
    if isinstance(value, str):
        if path in mapping.ids:
            return value, 0
        return mask_cards(value, phone=path in mapping.phone_columns)
    if isinstance(value, dict):
        pairs = {
            mask_cards(key)[0]: _mask(inner, f"{path}/{key}" if path else key, mapping)
            for key, inner in value.items()
        }
        return {key: inner for key, (inner, _) in pairs.items()}, sum(n for _, n in pairs.values())
    if isinstance(value, list):
        items = [_mask(inner, path, mapping) for inner in value]
        return [inner for inner, _ in items], sum(found for _, found in items)
    return value, 0


def _row_reader(mapping: Mapping) -> Any:
    paths = [tuple(path.split("/")) for path in mapping.columns if not path.startswith("#")]
    groups = [
        (tuple(each.split("/")), [tuple(path.split("/")) for path in columns])
        for each, columns in mapping.each.items()
    ]

    def row_of(record: Any, pseudo: tuple[str, ...]) -> Row:
        cells: list[Any] = [_text(record, path) for path in paths]
        cells += pseudo
        for each, columns in groups:
            cells.append([[_text(item, path) for path in columns] for item in _all(record, each)])
        return cells

    return row_of


def _all(value: Any, path: tuple[str, ...]) -> list[Any]:
    """Everything at a path; lists on the way are walked through."""
    found = value if isinstance(value, list) else [value]
    for name in path:
        inner: list[Any] = []
        for item in found:
            if isinstance(item, dict) and name in item:
                child = item[name]
                inner += child if isinstance(child, list) else [child]
        found = inner
    return found


def _text(record: Any, path: tuple[str, ...]) -> str | None:
    """The text at a path; several are joined by line breaks."""
    if len(path) == 1 and isinstance(record, dict):
        value = record.get(path[0])
        if isinstance(value, str):
            return value
    texts: Iterable[str | None]
    if path[-1] == "**":
        texts = _leaves(_all(record, path[:-1]))
    else:
        texts = (_plain(value) for value in _all(record, path))
    said = [text for text in texts if text]
    return "\n".join(said) or None


def _leaves(value: Any) -> Iterator[str | None]:
    """Every text below, in the order of the document."""
    if isinstance(value, list | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)
    else:
        yield _plain(value)


def _plain(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return _plain(value.get("#text"))
    return None
