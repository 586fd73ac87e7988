"""From a file on disk to a text that may be kept: opened within limits, decoded, masked, checked.

Everything that makes a file unfit as a whole is found here, before a record of it is looked at.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from staytrue.connectors.base import WHOLE, Line, Share
from staytrue.connectors.export_files import (
    container,
    objects,
    reading_csv,
    reading_json,
    reading_xlsx,
    reading_xml,
)
from staytrue.connectors.export_files.cells import parse_moment
from staytrue.connectors.export_files.container import Limits, Stamp
from staytrue.connectors.export_files.decoding import Decoded
from staytrue.connectors.export_files.grid import Row
from staytrue.connectors.export_files.mapping import MadeAt, Mapping
from staytrue.connectors.export_files.spooled import Spooled
from staytrue.kit.errors import Refused

Beside = Callable[[bytes], object]


@dataclass(frozen=True)
class Opened:
    """A file that may be kept, and what is known of it before any record is understood.

    `content_hash` is blake2b-256 of the original bytes, `lines` the number of records, `made_at`
    the instant the file says it was made at, `columns` its own titles.
    """

    name: str
    content_hash: str
    size: int
    modified_at: datetime
    made_at: datetime | None
    encoding: str
    lines: int
    masked_cards: int
    columns: tuple[str, ...]
    unknown_columns: tuple[str, ...]
    spool: Path


def open_file(
    path: Path,
    mapping: Mapping,
    *,
    spool: Path,
    zone: str,
    name: str | None = None,
    limits: Limits | None = None,
    beside: Beside | None = None,
) -> Opened:
    """Writes the text of a file as it is kept to `spool`, or refuses the file as a whole.

    `zone` is the property's, for the instant a file says it was made at; `name` the original name
    where the file was stored under another one. `beside` gets the same text while it is written,
    also of a file that is refused further down.
    """
    name = name or path.name
    shown = container.display_name(name)
    limits = limits or Limits()
    before = container.stamp_of(path)
    try:
        with container.opened(path, name, entry=mapping.layout.entry, limits=limits) as data:
            start = data.peek(4_096)  # type: ignore[attr-defined]
            if not start:
                raise Refused(f"{shown} is empty.", "empty")
            container.check_content(start, container.inner_name(name), mapping.layout.format)
            with spool.open("wb") if beside is None else _Both(spool, beside) as out:
                spooled = _write(data, out, mapping, shown, limits)
        if container.stamp_of(path) != before:
            raise Refused(
                f"{shown} was replaced while it was read. It is taken again when it is at rest.",
                "replaced",
            )
        if spooled.records < mapping.layout.rows_min:
            raise Refused(
                f"{shown} has {spooled.records} records; the mapping expects at least "
                f"{mapping.layout.rows_min}.",
                "too_few",
                found=spooled.records,
            )
        made_at = _made_at(mapping, container.inner_name(name), before, spooled.top, ZoneInfo(zone))
    except Refused:
        spool.unlink(missing_ok=True)
        raise
    return Opened(
        name=shown,
        content_hash=before.content_hash,
        size=before.size,
        modified_at=_modified_at(before),
        made_at=made_at,
        encoding=mapping.layout.encoding,
        lines=spooled.records,
        masked_cards=spooled.masked_cards,
        columns=spooled.columns,
        unknown_columns=spooled.unknown_columns,
        spool=spool,
    )


def read_lines(
    source: Path | Iterable[str],
    mapping: Mapping,
    *,
    limits: Limits | None = None,
    share: Share = WHOLE,
) -> Iterator[Line]:
    """The records of a spool (or of its lines), numbered as a person counts them in the file."""
    limits = limits or Limits()
    if isinstance(source, Path):
        with source.open(encoding="utf-8", newline="\n") as lines:
            yield from _lines(lines, mapping, limits, share)
            return
    else:
        yield from _lines(list(source), mapping, limits, share)


def _lines(
    lines: IO[str] | list[str], mapping: Mapping, limits: Limits, share: Share
) -> Iterator[Line]:
    read, last_of_each = _READERS.get(mapping.layout.format, _TREES)
    last: dict[Row, int] = {}
    if mapping.rows_per_booking == "one":
        last = last_of_each(lines, mapping, limits)
        if not isinstance(lines, list):
            lines.seek(0)
    if mapping.layout.format == "csv":
        yield from reading_csv.read(lines, mapping, limits, last, share)
    else:
        yield from read(lines, mapping, limits, last)


_READERS: dict[str, tuple[Callable[..., Iterator[Line]], Callable[..., dict[Row, int]]]] = {
    "csv": (reading_csv.read, reading_csv.last_of_each),
    "xlsx": (reading_xlsx.read, reading_xlsx.last_of_each),
}
_TREES = (objects.read, objects.last_of_each)


class _Both(io.BufferedWriter):
    """A file that tells somebody beside it what is written."""

    def __init__(self, path: Path, beside: Beside) -> None:
        super().__init__(io.FileIO(path, "w"))
        self._beside = beside

    def write(self, block: bytes) -> int:  # type: ignore[override]
        self._beside(block)
        return super().write(block)


def _write(data: IO[bytes], out: IO[bytes], mapping: Mapping, name: str, limits: Limits) -> Spooled:
    if mapping.layout.format == "xlsx":
        return reading_xlsx.write(data, out, mapping, name, limits)
    source = Decoded(data, mapping.layout.encoding, name)
    try:
        if mapping.layout.format == "csv":
            spooled = reading_csv.write(source, out, mapping, limits)
        elif mapping.layout.format == "xml":
            spooled = reading_xml.write(source, out, mapping, limits)
        else:
            spooled = reading_json.write(source, out, mapping, limits)
    except UnicodeDecodeError as error:
        raise source.undecodable(error) from None
    source.finish()
    return spooled


def _modified_at(stamp: Stamp) -> datetime:
    return datetime.fromtimestamp(stamp.modified_ns / 1e9, UTC)


def _made_at(
    mapping: Mapping, name: str, stamp: Stamp, top: list[Any], zone: ZoneInfo
) -> datetime | None:
    """The first rule that answers; a bare date means its midnight: the least that is certain."""
    for rule in mapping.layout.made_at:
        text = _text_of(rule, name, top)
        moment = parse_moment(text, rule.format, mapping.layout.language) if text else None
        if isinstance(moment, datetime):
            return moment if moment.tzinfo else moment.replace(tzinfo=zone)
        if isinstance(moment, date):
            return datetime.combine(moment, time(), zone)
    if mapping.layout.made_at_mtime:
        return _modified_at(stamp)
    if mapping.layout.made_at:
        raise Refused(
            f"{name} does not say when it was made in the way the mapping expects "
            "(file.made_at): a late file could not be told from a new one.",
            "made_at",
        )
    return None


def _text_of(rule: MadeAt, name: str, top: list[Any]) -> str:
    if rule.name:
        match = re.search(rule.name, name)
        return match[1] if match else ""
    row, column = rule.cell or (1, 1)
    try:
        return str(top[row - 1][column - 1]).strip()
    except IndexError:
        return ""
