"""Tables with a row of titles (CSV and XLSX): finding the titles, and the cells a mapping names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from staytrue.connectors.base import Line
from staytrue.connectors.export_files.lines import hash_of
from staytrue.connectors.export_files.mapping import OCCURRENCE, POSITION, Mapping
from staytrue.kit.cards import DIGITS_MIN, mask_cards
from staytrue.kit.errors import Refused, Unreadable
from staytrue.kit.text import clean

HEADER_WITHIN = 20
SUPERSEDED = "superseded"
"""Values of a record whose number comes again further down, where one row is one booking."""

Row = Sequence[Any]


class Repeats:
    """Finds numbers that come again, and the record each comes in last.

    Only hashes are remembered: the texts of a million numbers would take a hundred megabytes. Of
    two numbers with one hash the second counts as repeated, which changes nothing.
    """

    def __init__(self) -> None:
        self.seen: set[int] = set()
        self.last: dict[Row, int] = {}

    def note(self, key: Row, number: int) -> None:
        """A record with this number."""
        mark = hash(key)
        if mark in self.seen:
            self.last[key] = number
        self.seen.add(mark)


class Grid:
    """The table below the titles: turns rows into lines and counts what was seen."""

    def __init__(self, mapping: Mapping, titles: list[str], last: dict[Row, int]) -> None:
        self.mapping = mapping
        self.titles = titles
        self.width = len(titles)
        self.wanted = [column for column in mapping.columns if not column.startswith("#")]
        places = {title: index for index, title in enumerate(titles)}
        self.pick = picker([places[column] for column in self.wanted])
        self.is_all = [places[column] for column in self.wanted] == list(range(self.width))
        self.number_of = picker([places[name] for name in mapping.number_columns if name in places])
        self.exempt = frozenset(places[name] for name in mapping.ids if name in places)
        self.phones = frozenset(places[name] for name in mapping.phone_columns if name in places)
        self.end = re.compile(mapping.layout.end_line) if mapping.layout.end_line else None
        self.by_position = POSITION in mapping.columns
        self.by_occurrence = OCCURRENCE in mapping.columns
        self.position = 0
        self.seen: dict[Row, int] = {}
        self.last = last
        # Whether a line says the same wherever it stands in the file.
        self.stands_alone = not (self.by_position or self.by_occurrence or last)

    @property
    def unknown_titles(self) -> tuple[str, ...]:
        """Columns of the file that the mapping does not name."""
        return tuple(title for title in self.titles if title and title not in self.wanted)

    def line(self, number: int, raw: str, row: Row) -> Line | None:
        """The line of a row; None for a blank one and for the line that only says the end."""
        if len(row) != self.width:
            if not any(row) or (self.end and self.end.search(raw)):
                return None
            self.position += 1
            problem = Unreadable(
                f"This line has {len(row)} cells, the titles are {self.width}.",
                "field_count",
                found=len(row),
                expected=self.width,
            )
            return Line(number, raw, hash_of(raw), problem)
        values = row if self.is_all else self.pick(row)
        if self.end and self.end.search(raw):
            return None
        # The quick look spares the slow one: most bookings say something at either end.
        if not (row[0] or row[-1]).strip() and not "".join(row).strip():
            return None
        self.position += 1
        if self.stands_alone:
            return Line(number, raw, hash_of(raw), values)
        return self._placed(number, raw, row, values)

    def masked(self, row: Row, *, is_typed: bool) -> tuple[list[str], int]:
        """The cells without card numbers, and how many there were.

        In a row below the titles, cells of id columns stay as they are.
        """
        is_typed = is_typed and len(row) == self.width
        cells: list[str] = []
        total = 0
        for place, cell in enumerate(row):
            if len(cell) < DIGITS_MIN or (is_typed and place in self.exempt):
                cells.append(cell)
                continue
            kept, found = mask_cards(cell, phone=is_typed and place in self.phones)
            cells.append(kept)
            total += found
        return cells, total

    def _placed(self, number: int, raw: str, row: Row, values: Row) -> Line:
        """A line whose place in the file is part of what it says."""
        place, key = "", self.number_of(row)
        if self.last.get(key, number) != number:
            return Line(number, raw, hash_of(raw), SUPERSEDED)
        if self.by_position:
            place = str(self.position)
            values = (*values, place)
        if self.by_occurrence:
            self.seen[key] = occurrence = self.seen.get(key, 0) + 1
            values = (*values, str(occurrence))
            place += f"/{occurrence}"
        return Line(number, raw, hash_of(raw, place), values)


def titles_of(rows: Sequence[tuple[int, Row]], mapping: Mapping) -> tuple[int, list[str]]:
    """The line of the titles and the titles. `rows` are the first rows with their lines."""
    wanted = {column for column in mapping.columns if not column.startswith("#")}
    best: tuple[int, int, list[str]] = (-1, 0, [])
    for number, row in rows:
        if mapping.layout.header_row is not None and number != mapping.layout.header_row:
            continue
        titles = [clean(str(cell)) for cell in row]
        shared = len(wanted.intersection(titles))
        if shared > best[0]:
            best = (shared, number, titles)
    shared, number, titles = best
    missing = [column for column in mapping.columns if column in wanted and column not in titles]
    if shared < 0 or missing:
        raise _no_titles(missing or sorted(wanted), titles)
    doubled = sorted(title for title in wanted if titles.count(title) > 1)
    if doubled:
        raise Refused(
            f"The file has two columns called {doubled[0]!r}: the mapping cannot tell which one.",
            "doubled_column",
            columns=doubled,
        )
    while titles and not titles[-1]:
        titles.pop()
    return number, titles


def _no_titles(missing: list[str], titles: list[str]) -> Refused:
    names = ", ".join(repr(column) for column in missing[:8])
    found = ", ".join(repr(title[:40]) for title in titles if title)[:600] or "nothing"
    return Refused(
        f"The file lacks the column {names} that the mapping names. Its titles are: {found}. If the "
        "PMS renamed a column, change the mapping; nothing of the file was taken.",
        "missing_column",
        missing=missing,
        found=titles[:200],
    )


def picker(places: Sequence[int]) -> Callable[[Row], Row]:
    """Takes the cells of these places out of a row."""
    if not places:
        return lambda _row: ()
    if len(places) == 1:
        only = places[0]
        return lambda row: (row[only],)
    return itemgetter(*places)
