"""CSV and its relatives: strict quotes, a declared delimiter, nothing sniffed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import IO

from staytrue.connectors.base import WHOLE, Line, Share
from staytrue.connectors.export_files.container import Limits
from staytrue.connectors.export_files.decoding import Decoded
from staytrue.connectors.export_files.grid import HEADER_WITHIN, Grid, Repeats, Row, titles_of
from staytrue.connectors.export_files.line_breaks import LineBreaks
from staytrue.connectors.export_files.lines import Batch, batches, unclosed
from staytrue.connectors.export_files.mapping import Layout, Mapping
from staytrue.connectors.export_files.spooled import Spooled
from staytrue.kit.cards import lines_that_may_hold_cards, may_hold_cards
from staytrue.kit.errors import Refused

_USUAL_DELIMITERS = ",;\t|"


def write(source: Decoded, out: IO[bytes], mapping: Mapping, limits: Limits) -> Spooled:
    """Checks the whole text, masks card numbers, and writes it as it is kept."""
    layout = mapping.layout
    facts = Spooled()
    table: _Table | None = None
    last, ending = (0, ""), "\n"
    blank = layout.delimiter + " \t\r\n"
    for found in batches(source.lines, layout.quote, limits.record_chars):
        batch = _without_nul(found, source)
        if table is None:
            table = _table(batch, mapping)
            facts.columns, facts.unknown_columns = tuple(table.titles), table.unknown_titles
            facts.top = rows_of(batch.top(), layout)
            breaks = LineBreaks(table.width)
        text, widths = _checked(batch, layout)
        encoded = text.encode("utf-8")
        source.watch(text, encoded)
        if may_hold_cards(encoded):
            records, masked = _masked(batch, encoded, table, layout)
            facts.masked_cards += masked
            encoded = "".join(records).encode("utf-8")
        out.write(encoded)
        if breaks.run or widths.count(table.width) != len(widths):
            breaks.look(_widths_of(batch, widths, table, layout, blank))
        if batch.numbers[0] >= table.start and all(map(str.strip, batch.records, repeat(blank))):
            facts.records += len(batch.records)
            last = (batch.numbers[-1], batch.records[-1])
        else:
            for number, record in zip(batch.numbers, batch.records, strict=True):
                if record.strip(blank):
                    facts.records += number >= table.start
                    last = (number, record)
        ending = batch.records[-1]
    if table is None:
        raise Refused(f"{source.name} is empty.", "empty")
    whole = ending.endswith("\n") or (
        not layout.final_newline and len(rows_of(Batch.of(ending), layout)[0]) == table.width
    )
    if not whole:
        raise _cut(source.name, last[0])
    facts.check_end(table.end, last[1].rstrip("\r\n"))
    return facts


def read(
    lines: Iterable[str],
    mapping: Mapping,
    limits: Limits,
    last: dict[Row, int],
    share: Share = WHOLE,
) -> Iterator[Line]:
    """The lines of a kept text, with the cells in the mapping's order.

    `last` tells, where one row is one booking, the last line of each repeated number. Lines of
    other shares are left out, unless the place of a line hangs on those before it.
    """
    table: _Table | None = None
    for batch in batches(lines, mapping.layout.quote, limits.record_chars):
        table = table or _table(batch, mapping, last)
        if table.stands_alone and share.misses(batch.numbers[0], batch.numbers[-1]):
            continue
        start, make = table.start, table.line
        records = _records_of(batch, mapping.layout)
        for number, (raw, row) in zip(batch.numbers, records, strict=True):
            if number >= start and (line := make(number, raw, row)) is not None:
                yield line


def last_of_each(lines: Iterable[str], mapping: Mapping, limits: Limits) -> dict[Row, int]:
    """The last line of each number that stands in several lines."""
    repeats = Repeats()
    table: _Table | None = None
    for batch in batches(lines, mapping.layout.quote, limits.record_chars):
        table = table or _table(batch, mapping)
        for number, row in zip(batch.numbers, rows_of(batch, mapping.layout), strict=True):
            if number >= table.start and len(row) == table.width:
                repeats.note(table.number_of(row), number)
    return repeats.last


def _records_of(batch: Batch, layout: Layout) -> Iterator[tuple[str, list[str]]]:
    """Each record without its line end, beside its cells."""
    if batch.quoted:
        raws = (record.rstrip("\r\n") for record in batch.records)
        yield from zip(raws, rows_of(batch, layout), strict=True)
        return
    # Cut one by one: the cells of a whole batch leave the processor's cache before they are read,
    # which cost a booking two microseconds.
    delimiter = layout.delimiter
    for record in batch.records:
        raw = record.rstrip("\r\n")
        yield raw, raw.split(delimiter)


def rows_of(batch: Batch, layout: Layout) -> list[list[str]]:
    """The cells of each record."""
    if not batch.quoted:
        delimiter = layout.delimiter
        return [record.rstrip("\r\n").split(delimiter) for record in batch.records]
    try:
        rows = list(
            csv.reader(
                batch.records, delimiter=layout.delimiter, quotechar=layout.quote, strict=True
            )
        )
    except csv.Error as error:
        raise Refused(
            f"Near line {batch.numbers[0]} a quoted cell goes on after its closing quote, or a cell "
            f"is endless ({error}): the file does not use quotes as the mapping says.",
            "quotes",
            line=batch.numbers[0],
        ) from None
    if len(rows) != len(batch.records):
        raise unclosed(batch.numbers[0])
    return rows


class _Table(Grid):
    """The grid of a text: its records begin at line `start`."""

    start = 1


def _table(batch: Batch, mapping: Mapping, last: dict[Row, int] | None = None) -> _Table:
    top = batch.top(max(HEADER_WITHIN, mapping.layout.header_row or 0))
    try:
        header, titles = titles_of(
            list(zip(top.numbers, rows_of(top, mapping.layout), strict=True)), mapping
        )
    except Refused as refused:
        # A wrong delimiter also makes quotes look misplaced.
        if refused.code in {"missing_column", "quotes", "unterminated_quote"}:
            _suggest_delimiter(top, mapping)
        raise
    table = _Table(mapping, titles, last or {})
    table.start = header + 1
    return table


def _suggest_delimiter(top: Batch, mapping: Mapping) -> None:
    wanted = {column for column in mapping.columns if not column.startswith("#")}
    for other in _USUAL_DELIMITERS.replace(mapping.layout.delimiter, ""):
        for record in top.records:
            titles = {title.strip(' "\r\n') for title in record.split(other)}
            if len(wanted & titles) > len(wanted) / 2 and len(wanted & titles) > 1:
                raise Refused(
                    f"The cells of this file are divided by {other!r}, not by "
                    f"{mapping.layout.delimiter!r} as the mapping says. Correct file.delimiter; "
                    "nothing of the file was taken.",
                    "wrong_delimiter",
                    found=other,
                )


def _without_nul(batch: Batch, source: Decoded) -> Batch:
    """Single NULs are dropped; a text full of them is UTF-16 read as something else."""
    if "\0" not in batch.text:
        return batch
    if batch.text.count("\0") > len(batch.text) / 10:
        raise source.refusal("utf-16", "it is full of zero bytes")
    records = [record.replace("\0", "") for record in batch.records]
    return batch._replace(records=records, joined="")


def _checked(batch: Batch, layout: Layout) -> tuple[str, list[int]]:
    """The whole text, and how many cells each record has."""
    text = batch.text
    if batch.quoted:
        widths = [len(row) for row in rows_of(batch, layout)]
    else:
        widths = [record.count(layout.delimiter) + 1 for record in batch.records]
    if "\r" in text and not batch.quoted and text.count("\r") != text.count("\r\n"):
        raise Refused(
            f"Near line {batch.numbers[0]} a line break stands inside a cell without quotes.",
            "line_break",
            line=batch.numbers[0],
        )
    return text, widths


def _widths_of(
    batch: Batch, widths: list[int], table: _Table, layout: Layout, blank: str
) -> Iterator[tuple[int, int, bool]]:
    """Line, cells, and whether the last of them says something, of each record of the table."""
    for number, record, width in zip(batch.numbers, batch.records, widths, strict=True):
        if number >= table.start and record.strip(blank):
            yield number, width, not record.rstrip("\r\n").endswith(layout.delimiter)


def _masked(batch: Batch, encoded: bytes, table: _Table, layout: Layout) -> tuple[list[str], int]:
    """The records without card numbers; cells of id columns stay as they are."""
    records, total = list(batch.records), 0
    for index in _suspects(batch, encoded):
        number, record = batch.numbers[index], records[index]
        row = rows_of(Batch([number], [record], quoted=batch.quoted), layout)[0]
        cells, found = table.masked(row, is_typed=number >= table.start)
        if found:
            total += found
            ending = record[len(record.rstrip("\r\n")) :]
            records[index] = _written(cells, layout) + ending
    return records, total


def _suspects(batch: Batch, encoded: bytes) -> list[int]:
    """Which records are worth a second look. Where each is one line, all are looked at as one."""
    if not batch.quoted:
        return lines_that_may_hold_cards(encoded)
    texts = (record.encode("utf-8") for record in batch.records)
    return [index for index, text in enumerate(texts) if may_hold_cards(text)]


def _written(cells: list[str], layout: Layout) -> str:
    if not layout.quote:
        return layout.delimiter.join(cells)
    text = io.StringIO()
    csv.writer(
        text, delimiter=layout.delimiter, quotechar=layout.quote, lineterminator=""
    ).writerow(cells)
    return text.getvalue()


def _cut(name: str, number: int) -> Refused:
    return Refused(
        f"{name} ends in the middle of line {number}: it was cut, or is still being written. Send it "
        "again; nothing of it was taken. (If this PMS never ends the last line, say "
        "file.final_newline = false in the mapping.)",
        "truncated",
        line=number,
    )
