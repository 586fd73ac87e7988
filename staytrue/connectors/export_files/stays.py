"""A row of an export becomes a reservation, with the guests that stand beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from staytrue.connectors.base import Settings
from staytrue.connectors.export_files.cells import amount_reader, within_reason
from staytrue.connectors.export_files.compile import (
    Coded,
    Compiler,
    Notes,
    Row,
    in_field,
    label,
)
from staytrue.connectors.export_files.dated import DatedReader, local_day
from staytrue.connectors.export_files.mapping import Cell, Mapping, Part
from staytrue.hotel.codes import Channel, Status
from staytrue.hotel.records import Extra, Reservation
from staytrue.kit.errors import Unreadable
from staytrue.kit.text import clean, fold

NIGHTS_MAX = 3_660
_LOST_DIGITS = re.compile(r"[0-9][.,]?[0-9]*[eE]\+[0-9]+")
_TEXTS = ("group_number", "source", "room_number", "room_category", "rate_code")
_WORDED = {
    # Field: its table of words, the field that keeps the word, the answer to an unknown one.
    "board": ("board", "source_board", None),
    "channel": ("channel", "source_channel", Channel.OTHER),
    "segment": ("segment", "source_segment", None),
    "payment_method": ("payment", "source_payment", None),
}
_MOMENTS = ("created_at", "modified_at", "cancelled_at", "checked_in_at", "checked_out_at")
_DAYS = ("arrival_on", "departure_on")
_COUNTS = ("nights", "adults", "children", "infants")
_AMOUNTS = ("amount", "room_amount")


class StayReader:
    """Reads reservations of one mapping for one house."""

    def __init__(self, mapping: Mapping, settings: Settings) -> None:
        self.mapping, self.settings = mapping, settings
        compiler = self.compiler = Compiler(mapping, settings)
        cells = mapping.cells
        self.number = compiler.text(cells["number"], repeats=False)
        self.leg = compiler.text(cells["leg"]) if "leg" in cells else None
        self.status = compiler.code("status", cells["status"], mapping.values["status"], None)
        self.says_departure = "departure_on" in cells
        self.property = compiler.text(cells["property"]) if "property" in cells else None
        self.expected_property = fold(str(settings.values.get("property_code", settings.property)))
        texts = [(name, compiler.text(cells[name])) for name in _TEXTS if name in cells]
        if "notes" in cells:
            texts.append(("notes", compiler.text(cells["notes"], lines=True)))
        coded = self._coded()
        self.dated = [
            (name, word, DatedReader(name, compiler.text(cells[name]),
                                     mapping.values.get(table, {}), mapping.dated[table], other))
            for name, (table, word, other) in _WORDED.items()
            if name in cells and table in mapping.dated
        ]  # fmt: skip
        self.coded = list(coded.values())
        words = [(word, code.word) for (_, word), code in coded.items() if word]
        codes = [(name, code.meaning) for (name, _), code in coded.items()]
        values = [
            (name, make(name, cells[name]))
            for names, make in (
                (_DAYS, compiler.day),
                (_MOMENTS, partial(compiler.moment, repeats=False)),
                (_COUNTS, compiler.count),
                (_AMOUNTS, partial(compiler.amount, repeats=False)),
                (("currency",), compiler.currency),
                (("version",), compiler.sequence),
            )
            for name in names
            if name in cells
        ]
        status = [("source_status", self.status.word), ("status", self.status.meaning)]
        keys = [("number", self.number), *([("leg", self.leg)] if self.leg else [])]
        read_first = (*keys, *status, *texts, *words, *codes)
        self.plain = compiler.together(
            [
                *((name, compiler.quiet(read)) for name, read in read_first),
                *((name, read) for name, read in values if not _is_special(cells[name])),
            ]
        )
        self.special = [
            (name, read, cells[name].when, cells[name].per_night)
            for name, read in values
            if _is_special(cells[name])
        ]
        self.custom = [
            (name, compiler.custom(name, cell), cell.when) for name, cell in mapping.custom.items()
        ]
        self.extras = [_extras_reader(compiler, part) for part in mapping.extras]
        self.skip = [(compiler.places[skip.column], skip.words) for skip in mapping.skip]
        self.required = [name for name in mapping.required if name in cells]
        self.checks_departure = "checked_out_on_departure" in mapping.checks

    def _coded(self) -> dict[tuple[str, str], Coded]:
        """Field and the field that keeps its word → how both are read."""
        mapping, cells, code = self.mapping, self.mapping.cells, self.compiler.code
        coded = {
            (name, word): code(name, cells[name], mapping.values.get(table, {}), other)
            for name, (table, word, other) in _WORDED.items()
            if name in cells and table not in mapping.dated
        }
        if "tax_included" in cells:
            table = mapping.values.get("tax_included", {})
            coded["tax_included", ""] = code("tax_included", cells["tax_included"], table, None)
        return coded

    def skipped(self, row: Row) -> str | None:
        """Why this row is no booking at all, such as a posting master."""
        for place, words in self.skip:
            if row[place] and fold(row[place]) in words:
                return f"not a booking: {clean(row[place])}"
        return None

    def key(self, row: Row) -> tuple[str | None, str]:
        """Number and leg, as far as they can be read."""
        return self.number(row), (self.leg(row) if self.leg else None) or "1"

    def read(self, row: Row, notes: Notes) -> Reservation:
        """The reservation of a row, or Unreadable with the first reason against it."""
        try:
            values: dict[str, Any] = self.plain(row, notes)
        except Unreadable:
            # What is wrong with the booking itself is said before what is wrong with a cell.
            self._check(row, self.number(row), self.status.meaning(row), self.status.word(row))
            raise
        status = values["status"]
        self._check(row, values["number"], status, values["source_status"])
        if values.get("leg") is None:
            values["leg"] = "1"
        nights = self._span(values, notes)
        if self.compiler.strange:
            for coded in self.coded:
                coded.note(row, notes)
        for name, read, when, per_night in self.special:
            if when is None or when is status:
                value = read(row, notes)
                if per_night and value is not None:
                    value = within_reason(value * nights)
                values[name] = value
        if self.dated:
            made_on = local_day(values.get("created_at"), self.compiler.zone)
            for name, word_name, dated in self.dated:
                values[name], values[word_name] = dated.read(row, made_on, notes)
        modified = values.get("modified_at")
        if modified is not None and not isinstance(modified, datetime):
            # A bare date is no version: within the day it could not tell the newer of two.
            values["modified_at"] = None
            notes.append(("modified_without_time", {}))
        if values.get("currency") is None and any(values.get(name) for name in _AMOUNTS):
            values["currency"] = self.settings.currency or None
        for required in self.required:
            if values.get(required) is None:
                raise missing(required)
        extras = [extra for read_extras in self.extras for extra in read_extras(row)]
        custom = {
            name: value
            for name, read, when in self.custom
            if (when is None or when is status) and (value := read(row, notes)) is not None
        }
        if self.checks_departure and status is Status.CHECKED_OUT:
            _check_departure(values.get("checked_out_at"), values["departure_on"], notes)
        return Reservation(property=self.settings.property, extras=extras, custom=custom, **values)

    def _check(
        self, row: Row, number: str | None, status: Status | None, status_word: str | None
    ) -> None:
        """A booking has a number, is of this house and says its state; else Unreadable."""
        if number is None:
            raise missing("number")
        if "+" in number and _LOST_DIGITS.fullmatch(number):
            raise Unreadable(
                f"The number {number} lost its digits in a spreadsheet: its column must be text.",
                "damaged_number",
                text=number,
            )
        if self.property is not None:
            self._check_property(self.property(row))
        if status is None:
            raise missing("status") if status_word is None else unknown_status(status_word)

    def _check_property(self, code: str | None) -> None:
        """A booking of another house must never land in this one."""
        if code is not None and fold(code) != self.expected_property:
            raise Unreadable(
                f"This booking is of the property {code}. If the PMS calls this house so, set property_code "
                "of the connection to it.",
                "foreign_property",
                property=code,
            )

    def _span(self, values: dict[str, Any], notes: Notes) -> int:
        """The nights between the two dates; fills in the departure where only nights are said."""
        arrival: date | None = values.get("arrival_on")
        if arrival is None:
            raise missing("arrival_on")
        departure: date | None = values.get("departure_on")
        nights: int | None = values.get("nights")
        if departure is None:
            if nights is None:
                raise missing("departure_on" if self.says_departure else "nights")
            departure = values["departure_on"] = arrival + timedelta(nights)
        length = (departure - arrival).days
        if length < 0:
            raise Unreadable(
                f"The departure {departure} is before the arrival {arrival}.",
                "departure_before_arrival",
                arrival_on=arrival.isoformat(),
                departure_on=departure.isoformat(),
            )
        if length > NIGHTS_MAX:
            raise Unreadable(
                f"A stay of {length} nights, from {arrival} to {departure}, cannot be right.",
                "too_long",
                nights=length,
            )
        if nights is not None and nights != length:
            notes.append(("nights_disagree", {"said": nights, "between_dates": length}))
        values["nights"] = length
        return length


def _is_special(cell: Cell) -> bool:
    """Whether the cell's meaning hangs on more than its text."""
    return cell.when is not None or cell.per_night


def missing(field: str) -> Unreadable:
    """The refusal of a record without a mandatory field."""
    return Unreadable(f"{label(field)} is missing.", f"missing_{field}", field=field)


def unknown_status(word: str) -> Unreadable:
    """The refusal of a record whose status word has no meaning yet."""
    return Unreadable(
        f"The file says {word} as status. The mapping gives this word no meaning, so nothing is "
        "guessed.",
        "unknown_status",
        word=word,
    )


def _check_departure(checked_out: date | datetime | None, departure: date, notes: Notes) -> None:
    day = checked_out.date() if isinstance(checked_out, datetime) else checked_out
    if day is not None and day != departure:
        notes.append(
            (
                "checked_out_off_departure",
                {"checked_out_on": day.isoformat(), "departure_on": departure.isoformat()},
            )
        )


def _extras_reader(compiler: Compiler, part: Part) -> Callable[[Row], list[Extra]]:
    """Services in one cell: a list of lines, each with its parts in a fixed order."""
    cell = part.cells["list"]
    split, names, delimiter = part.facts["split"], part.facts["parts"], part.facts["delimiter"]
    read_amount = amount_reader(cell.decimal, cell.thousands)

    def parse(text: str) -> list[Extra]:
        extras = []
        for line in text.split(split) if split else [text]:
            words = line.split(delimiter) if delimiter else [line]
            said = {name: word.strip() for name, word in zip(names, words, strict=False)}
            if not said.get("code"):
                continue
            extras.append(
                Extra(
                    clean(said["code"]),
                    clean(said.get("label", "")) or None,
                    _decimal(said.get("quantity"), read_amount),
                    _decimal(said.get("amount"), read_amount),
                )
            )
        return extras

    return compiler.remembering(cell, parse, nothing=[])


def _decimal(text: str | None, read: Callable[[str], Decimal]) -> Decimal | None:
    if not text:
        return None
    try:
        return read(text)
    except Unreadable as problem:
        raise in_field(problem, "extras") from None
