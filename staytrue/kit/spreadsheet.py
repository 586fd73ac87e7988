"""Lists as people keep them in spreadsheets: read whichever way they were saved, written harmless."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TextIO

from staytrue.kit.errors import Refused

# What begins a formula, also in full width; and what spreadsheets drop before they look.
_BEGINS = frozenset("=+-@|%\t\r\n")
_SEPARATORS = ",;\t|"


def text_of(data: bytes) -> str:
    """The text of a file: UTF-8, or the western page in which spreadsheets save a CSV."""
    if b"\0" in data:
        raise Refused("This is no text file. Save the list as CSV.", "content")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def read_rows(text: str) -> Iterator[list[str]]:
    """The rows of a CSV, whichever of the usual marks parts its cells."""
    text = text.removeprefix("\ufeff")
    separator = max(_SEPARATORS, key=text.partition("\n")[0].count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error as error:
        raise Refused("The file is no CSV that can be read.", "malformed") from error


def read_csv(text: str) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    """The heading, and each row under it that is not empty: its number, its cells by column.

    Rows count as a spreadsheet counts them, the heading being the first. What a row lacks is empty,
    what it has beyond the heading is left out, as is a column without a name.
    """
    rows = read_rows(text)
    heading = [name.strip() for name in next(rows, [])]
    return [name for name in heading if name], (
        (number, _by_name(heading, row)) for number, row in enumerate(rows, 2) if any(row)
    )


def _by_name(heading: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    cells = {name: row[at] if at < len(row) else "" for at, name in enumerate(heading)}
    cells.pop("", None)
    return cells


def cell(value: Any) -> str:
    """The value as the text of one cell: what could begin a formula gets an apostrophe before it."""
    text = "".join(
        letter for letter in str("" if value is None else value) if letter == "\t" or letter >= " "
    )
    first = unicodedata.normalize("NFKC", text.lstrip(" \u00a0\ufeff"))[:1]
    return f"'{text}" if first in _BEGINS and first else text


def write_csv(out: TextIO, heading: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows with every cell quoted; answers how many."""
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(heading)
    count = 0
    for row in rows:
        writer.writerow([cell(value) for value in row])
        count += 1
    return count
