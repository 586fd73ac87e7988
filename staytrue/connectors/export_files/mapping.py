"""What a mapping says: which cell of an export becomes which field. Loaded by `mapping_file`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from staytrue.connectors.base import Scope
from staytrue.connectors.export_files.mapping_words import DatedTable, Label
from staytrue.hotel.codes import GuestRole, ProfileKind, Status

POSITION = "#position"
"""Pseudo column: the how manieth record of the file it is."""
OCCURRENCE = "#occurrence"
"""Pseudo column: the how manieth record with this number in the file."""


@dataclass(frozen=True)
class Cell:
    """Where a value stands and how it is written."""

    columns: tuple[str, ...] = ()
    value: str | None = None
    join: str = " "
    plus: bool = False
    first: bool = False
    per_night: bool = False
    formats: tuple[str, ...] = ("iso",)
    decimal: str = "."
    thousands: str = ""
    when: Status | None = None
    split: str = ""
    prefixes: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    sharer: str = ""
    of: str = "text"


@dataclass(frozen=True)
class MadeAt:
    """Where a file says when it was made: in its name or in a cell (row and column, from one)."""

    format: str
    name: str = ""
    cell: tuple[int, int] | None = None


@dataclass(frozen=True)
class Layout:
    """How the file is written."""

    format: str
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    header_row: int | None = None
    final_newline: bool = True
    end_line: str = ""
    records: str = ""
    sheet: str = ""
    entry: str = ""
    nulls: frozenset[str] = frozenset({""})
    language: str = "en"
    made_at: tuple[MadeAt, ...] = ()
    made_at_mtime: bool = False
    rows_min: int = 0


@dataclass(frozen=True)
class ScopeRule:
    """What a complete file holds, and so what an absent booking means.

    `window`: arrivals from `days_before` before to `days_after` after the file's date.
    """

    kind: str = "delta"
    days_before: int = 0
    days_after: int = 0

    def on(self, day: date) -> Scope:
        """The scope of the file that was made on this day."""
        if self.kind != "window":
            return Scope(self.kind)
        first, last = day - timedelta(self.days_before), day + timedelta(self.days_after)
        return Scope("window", first, last)


@dataclass(frozen=True)
class Part:
    """A structured part of a record: an e-mail, an address, a membership, an extra.

    `each` is the path of a repeated group in XML or JSON; its cells are relative to it.
    """

    cells: dict[str, Cell]
    each: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ProfileMap:
    """Cells of a guest: his own row, or columns beside a reservation."""

    cells: dict[str, Cell]
    kind: ProfileKind = ProfileKind.PERSON
    role: GuestRole | None = None
    emails: tuple[Part, ...] = ()
    phones: tuple[Part, ...] = ()
    addresses: tuple[Part, ...] = ()
    loyalty: tuple[Part, ...] = ()
    consents: tuple[Part, ...] = ()
    custom: dict[str, Cell] = field(default_factory=dict)
    required: tuple[str, ...] = ()


@dataclass(frozen=True)
class Skip:
    """Records that are no bookings, such as posting masters: the words of a column."""

    column: str
    words: frozenset[str]


@dataclass(frozen=True)
class Mapping:
    """Everything Staytrue must be told about one export of one PMS."""

    name: str
    object: str
    layout: Layout
    scope: ScopeRule
    columns: tuple[str, ...]  # of the file; the pseudo columns are the last
    each: dict[str, tuple[str, ...]]
    ids: frozenset[str]
    phone_columns: frozenset[str]
    cells: dict[str, Cell] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    rows_per_booking: str = "many"
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    dated: dict[str, DatedTable] = field(default_factory=dict)
    labels: dict[str, tuple[Label, ...]] = field(default_factory=dict)
    guests: tuple[ProfileMap, ...] = ()
    profile: ProfileMap | None = None
    extras: tuple[Part, ...] = ()
    custom: dict[str, Cell] = field(default_factory=dict)
    skip: tuple[Skip, ...] = ()
    checks: tuple[str, ...] = ()

    @property
    def numbered_by_position(self) -> bool:
        """Whether the place in the file is part of what a record says."""
        return POSITION in self.columns

    @property
    def number_columns(self) -> tuple[str, ...]:
        """Columns of the reservation number, for counting its repetitions inside one file."""
        cell = self.cells.get("number")
        return cell.columns if cell else ()
