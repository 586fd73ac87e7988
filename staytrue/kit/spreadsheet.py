"""Cells that a spreadsheet takes for text and never for a formula."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

# What begins a formula, also in full width; and what spreadsheets drop before they look.
_BEGINS = frozenset("=+-@|%\t\r\n")


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
