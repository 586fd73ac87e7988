"""XLSX workbooks: one sheet, values only; each row becomes one JSON line of texts."""

from __future__ import annotations

import json
import re
import shutil
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from staytrue.connectors.base import Line
from staytrue.connectors.export_files.container import (
    BLOCK,
    Limits,
    cut_container,
    entry_of,
    zipped,
)
from staytrue.connectors.export_files.grid import HEADER_WITHIN, Grid, Repeats, Row, titles_of
from staytrue.connectors.export_files.mapping import Mapping
from staytrue.connectors.export_files.spooled import Spooled
from staytrue.kit.cards import may_hold_cards
from staytrue.kit.errors import Refused

BLANK_ROWS_MAX = 10_000
# openpyxl answers a damaged workbook with whatever it stumbles over.
_DAMAGED = (
    ParseError, zipfile.BadZipFile, zlib.error, EOFError, LookupError, ValueError, TypeError,
    AttributeError,
)  # fmt: skip
DIGITS_SAFE = 15
"""A spreadsheet keeps no more digits of a number; a longer id was already damaged in it."""


def write(data: IO[bytes], out: IO[bytes], mapping: Mapping, name: str, limits: Limits) -> Spooled:
    """Writes one JSON line per row, masked. Links to other files are never followed."""
    with TemporaryFile(dir=Path(out.name).parent) as copy:
        shutil.copyfileobj(data, copy, BLOCK)
        with workbook(copy, name, limits) as book:
            return _write_sheet(_sheet(book, mapping, name), out, mapping, name, limits)


@contextmanager
def workbook(file: IO[bytes], name: str, limits: Limits) -> Iterator[Any]:
    """A workbook whose parts were checked; whatever is wrong with it is one refusal."""
    with zipped(file, name, limits) as archive:
        _check_parts(archive, name, limits)
    file.seek(0)
    try:
        with warnings.catch_warnings():
            # Styles and extensions openpyxl does not know are of no interest here.
            warnings.simplefilter("ignore")
            # Half a second to load, and most files are no workbooks.
            openpyxl = import_module("openpyxl")
            yield openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except DefusedXmlException:
        raise _dtd(name) from None
    except _DAMAGED:
        raise cut_container(name) from None


def read(
    lines: Iterable[str], mapping: Mapping, _limits: Limits, last: dict[Row, int]
) -> Iterator[Line]:
    """The lines of kept rows, with the cells in the mapping's order."""
    grid, header, rows = _grid(lines, mapping, last)
    for number, raw, row in rows:
        if number > header and (line := grid.line(number, raw, _fitted(row, grid))) is not None:
            yield line


def last_of_each(lines: Iterable[str], mapping: Mapping, _limits: Limits) -> dict[Row, int]:
    """The last row of each number that stands in several rows."""
    grid, header, rows = _grid(lines, mapping, {})
    repeats = Repeats()
    for number, _raw, row in rows:
        if number > header and any(row):
            repeats.note(grid.number_of(_fitted(row, grid)), number)
    return repeats.last


def _grid(
    lines: Iterable[str], mapping: Mapping, last: dict[Row, int]
) -> tuple[Grid, int, Iterator[tuple[int, str, list[str]]]]:
    rows = _rows(lines)
    top: list[tuple[int, str, list[str]]] = []
    reach = max(HEADER_WITHIN, mapping.layout.header_row or 0)
    for row in rows:
        top.append(row)
        if len(top) == reach:
            break
    header, titles = titles_of([(number, row) for number, _, row in top], mapping)
    return Grid(mapping, titles, last), header, _joined(top, rows)


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, str, list[str]]]:
    for number, line in enumerate(lines, 1):
        raw = line.rstrip("\n")
        yield number, raw, json.loads(raw)


def _joined(
    top: list[tuple[int, str, list[str]]], rest: Iterator[tuple[int, str, list[str]]]
) -> Iterator[tuple[int, str, list[str]]]:
    yield from top
    yield from rest


def _fitted(row: list[str], grid: Grid) -> list[str]:
    """Rows of a sheet end at their last used cell."""
    return row[: grid.width] + [""] * (grid.width - len(row))


def _sheet(book: Any, mapping: Mapping, name: str) -> Any:
    wanted = mapping.layout.sheet
    if wanted and wanted not in book.sheetnames:
        found = ", ".join(book.sheetnames)
        raise Refused(f"{name} has no sheet {wanted!r}; it has {found}.", "sheet")
    if not wanted and len(book.sheetnames) > 1:
        raise Refused(
            f"{name} has several sheets ({', '.join(book.sheetnames)}): name the right one as "
            "file.sheet in the mapping.",
            "sheet",
        )
    return book[wanted] if wanted else book[book.sheetnames[0]]


def _write_sheet(
    sheet: Any, out: IO[bytes], mapping: Mapping, name: str, limits: Limits
) -> Spooled:
    # What the sheet says of its own size is not believed.
    sheet.reset_dimensions()
    facts = Spooled()
    reach = max(HEADER_WITHIN, mapping.layout.header_row or 0)
    held: list[tuple[int, list[str]]] = []
    grid: Grid | None = None
    header, last, blank = 0, "", 0
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        row = [_text(cell) for cell in cells]
        blank = 0 if any(row) else blank + 1
        if blank > BLANK_ROWS_MAX or len(cells) > limits.columns:
            raise Refused(
                f"{name} reaches to row {number} and column {len(cells)} with hardly anything in "
                "between. Save the sheet again without its empty rows and columns.",
                "dimension",
            )
        if grid is not None:
            last = _put(number, row, out, grid, header, facts) or last
            continue
        held.append((number, row))
        if len(held) == reach:
            header, grid = _held_grid(held, mapping)
            last = _flush(held, out, grid, header, facts)
    if grid is None:
        header, grid = _held_grid(held, mapping)
        last = _flush(held, out, grid, header, facts)
    facts.columns, facts.unknown_columns = tuple(grid.titles), grid.unknown_titles
    facts.top = [row for _, row in held]
    facts.check_end(grid.end, last)
    return facts


def _held_grid(held: list[tuple[int, list[str]]], mapping: Mapping) -> tuple[int, Grid]:
    header, titles = titles_of(held, mapping)
    return header, Grid(mapping, titles, {})


def _flush(
    held: list[tuple[int, list[str]]], out: IO[bytes], grid: Grid, header: int, facts: Spooled
) -> str:
    last = ""
    for number, row in held:
        last = _put(number, row, out, grid, header, facts) or last
    return last


def _put(
    number: int, row: list[str], out: IO[bytes], grid: Grid, header: int, facts: Spooled
) -> str:
    line = json.dumps(row, ensure_ascii=False)
    if may_hold_cards(line.encode("utf-8", "replace")):
        kept, found = grid.masked(_fitted(row, grid), is_typed=number > header)
        facts.masked_cards += found
        line = json.dumps(kept, ensure_ascii=False)
    if number > header and any(row):
        facts.records += 1
    out.write(line.encode("utf-8", "replace") + b"\n")
    return line if any(row) else ""


def _text(cell: Any) -> str:
    """A cell as a person reads it: whole numbers without a point, dates in ISO form."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        midnight = cell.time() == time()
        return cell.date().isoformat() if midnight else cell.isoformat(timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**DIGITS_SAFE:
        return str(int(cell))
    return str(cell)


def _check_parts(archive: zipfile.ZipFile, name: str, limits: Limits) -> None:
    """Every part is read once through a strict parser, and its true bytes are counted."""
    total = 0
    for info in archive.infolist():
        part = info.filename
        if not re.search(r"\.(xml|rels|vml)$", part, re.IGNORECASE):
            continue
        parser: Any = DefusedXMLParser(target=_Guard(name, limits), forbid_dtd=True)
        own = 0
        try:
            with entry_of(archive, info, name) as stream:
                while block := stream.read(BLOCK):
                    own += len(block)
                    total += len(block)
                    is_shared = part.endswith("sharedStrings.xml")
                    if total > limits.workbook_bytes or (
                        is_shared and own > limits.shared_text_bytes
                    ):
                        raise Refused(
                            f"{name} unpacks to more than {limits.workbook_bytes >> 20} MB: export "
                            "it as CSV.",
                            "too_large",
                        )
                    if own > max(limits.ratio_floor_bytes, info.compress_size * limits.ratio):
                        raise Refused(f"{name} looks like a zip bomb.", "zip_bomb")
                    parser.feed(block)
            parser.close()
        except DefusedXmlException:
            raise _dtd(name) from None
        except ParseError:
            raise cut_container(name) from None


class _Guard:
    """Only watches how deep a part is nested."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name, self.limits, self.depth = name, limits, 0

    def start(self, _tag: str, _attributes: dict[str, str]) -> None:
        """An element begins."""
        self.depth += 1
        if self.depth > self.limits.depth:
            raise Refused(f"{self.name} is nested deeper than any workbook.", "too_deep")

    def end(self, _tag: str) -> None:
        """An element ends."""
        self.depth -= 1

    def close(self) -> None:
        """The part ends."""


def _dtd(name: str) -> Refused:
    return Refused(f"{name} defines its own document type: DTD not allowed.", "dtd")
