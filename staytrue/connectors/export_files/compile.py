"""Compiles a mapping into functions of a row: each field of a record becomes one reader.

A reader takes the row (cells in the mapping's order) and the notes of the record; it answers the
value, `None` where nothing is said, or raises Unreadable, which parks the record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from staytrue.connectors.base import Settings
from staytrue.connectors.export_files.cells import (
    REMEMBERED_MAX,
    amount_reader,
    day_reader,
    moment_reader,
    read_count,
)
from staytrue.connectors.export_files.contacts import country_code
from staytrue.connectors.export_files.mapping import Cell, Mapping
from staytrue.kit.errors import Unreadable
from staytrue.kit.text import clean, clean_lines, fold

Row = Sequence[Any]
Notes = list[tuple[str, dict[str, Any]]]
Reader = Callable[[Row, Notes], Any]
TextReader = Callable[[Row], str | None]


class Compiler:
    """Makes readers for one mapping and one house."""

    def __init__(self, mapping: Mapping, settings: Settings) -> None:
        self.mapping = mapping
        self.layout = mapping.layout
        self.nulls = mapping.layout.nulls
        self.zone = ZoneInfo(settings.zone)
        self.places = {column: index for index, column in enumerate(mapping.columns)}

    def within(self, columns: Sequence[str]) -> Compiler:
        """The compiler of a repeated group: its columns count from its own first one."""
        inner = object.__new__(Compiler)
        inner.__dict__.update(self.__dict__)
        inner.places = {column: index for index, column in enumerate(columns)}
        return inner

    def raw(self, cell: Cell) -> TextReader:
        """The text of one or several cells as it stands, without the words that mean nothing."""
        nulls = self.nulls
        if cell.value is not None:
            constant = cell.value
            return lambda _row: constant
        if len(cell.columns) == 1:
            place = self.places[cell.columns[0]]

            def read_one(row: Row) -> str | None:
                text = row[place]
                if not text or text in nulls:
                    return None
                return text if text.strip() not in nulls else None

            return read_one
        places = [self.places[column] for column in cell.columns]
        join, first = cell.join, cell.first

        def read_joined(row: Row) -> str | None:
            parts = [row[place] for place in places]
            parts = [part.strip() for part in parts if part and part.strip() not in nulls]
            return (parts[0] if first and parts else join.join(parts)) or None

        return read_joined

    def text(self, cell: Cell, *, lines: bool = False) -> TextReader:
        """Clean text; `lines` keeps line breaks; with prefixes the line that begins with one."""
        raw, prefixes = self.raw(cell), cell.prefixes

        def read(row: Row) -> str | None:
            text = raw(row)
            return (clean(text) or None) if text is not None else None

        def read_lines(row: Row) -> str | None:
            text = raw(row)
            return (clean_lines(text) or None) if text is not None else None

        def read_prefixed(row: Row) -> str | None:
            for prefix in prefixes:
                for line in clean_lines(raw(row) or "").split("\n"):
                    if line.startswith(prefix):
                        return line.removeprefix(prefix).strip() or None
            return None

        return read_prefixed if prefixes else read_lines if lines else read

    def code(self, field: str, cell: Cell, table: dict[str, Any], other: Any) -> Reader:
        """The meaning of a word beside the word itself. An unknown word is noted, never guessed."""
        raw = self.raw(cell)
        known: dict[str, tuple[Any, str | None]] = {}

        def read(row: Row, notes: Notes) -> tuple[Any, str | None]:
            text = raw(row)
            if text is None:
                return other, None
            answer = known.get(text)
            if answer is None:
                word = clean(text)
                meaning = table.get(fold(word))
                if meaning is None:
                    notes.append(("unknown_word", {"field": field, "word": word}))
                    return other, word
                answer = meaning, word
                if len(known) < REMEMBERED_MAX:
                    known[text] = answer
            return answer

        return read

    def day(self, field: str, cell: Cell) -> Reader:
        """A local date of the property."""
        return self._parsed(field, cell, day_reader(cell.formats, self.layout.language, self.zone))

    def moment(self, field: str, cell: Cell) -> Reader:
        """An instant with a zone, or a date where the PMS tells no more."""
        read = moment_reader(cell.formats, self.layout.language, self.zone)
        return self._parsed(field, cell, read)

    def amount(self, field: str, cell: Cell) -> Reader:
        """An exact decimal; several columns are added up."""
        read = amount_reader(cell.decimal, cell.thousands)
        return self._summed(field, cell, read) if cell.plus else self._parsed(field, cell, read)

    def count(self, field: str, cell: Cell) -> Reader:
        """A whole number; several columns are added up."""
        if cell.plus:
            return self._summed(field, cell, read_count)
        return self._parsed(field, cell, read_count)

    def custom(self, name: str, cell: Cell) -> Reader:
        """A typed value of the house's own, in a form that JSON can hold."""
        if cell.of == "date":
            moment = self.moment(name, cell)

            def read_date(row: Row, notes: Notes) -> str | None:
                value: date | datetime | None = moment(row, notes)
                return value.isoformat() if value is not None else None

            return read_date
        if cell.of == "number":
            amount = self.amount(name, cell)

            def read_number(row: Row, notes: Notes) -> int | float | None:
                value: Decimal | None = amount(row, notes)
                if value is None:
                    return None
                return int(value) if value == value.to_integral_value() else float(value)

            return read_number
        text = self.text(cell, lines=True)
        if cell.of == "bool":
            words = self.mapping.values.get(name) or _YES_NO
            return self._worded(name, text, lambda value: words.get(fold(value)))
        if cell.of == "country":
            return self._worded(name, text, country_code)
        return lambda row, _notes: text(row)

    def _worded(self, name: str, text: TextReader, meaning: Callable[[str], Any]) -> Reader:
        def read(row: Row, notes: Notes) -> Any:
            value = text(row)
            if value is None:
                return None
            answer = meaning(value)
            if answer is None:
                notes.append(("unknown_word", {"field": name, "word": value}))
                return value
            return answer

        return read

    def _parsed(self, field: str, cell: Cell, parse: Callable[[str], Any]) -> Reader:
        raw = self.raw(cell)

        def read(row: Row, _notes: Notes) -> Any:
            text = raw(row)
            if text is None:
                return None
            try:
                return parse(text)
            except Unreadable as problem:
                raise in_field(problem, field) from None

        return read

    def _summed(self, field: str, cell: Cell, parse: Callable[[str], Any]) -> Reader:
        raws = [self.raw(Cell(columns=(column,))) for column in cell.columns]

        def read(row: Row, _notes: Notes) -> Any:
            texts = [raw(row) for raw in raws]
            if None in texts:
                return None
            try:
                return sum(parse(text) for text in texts if text is not None)
            except Unreadable as problem:
                raise in_field(problem, field) from None

        return read


_YES_NO = {
    **dict.fromkeys(("1", "y", "yes", "true", "x", "oui", "si", "ja"), True),
    **dict.fromkeys(("0", "n", "no", "false", "non", "nein"), False),
}


def in_field(problem: Unreadable, field: str) -> Unreadable:
    """The same problem, naming the field a person would look at."""
    return Unreadable(
        f"{label(field)}: {problem.sentence}", problem.code, field=field, **problem.facts
    )


def label(field: str) -> str:
    """A field as a person would say it: `arrival_on` is Arrival."""
    return field.removesuffix("_on").removesuffix("_at").replace("_", " ").capitalize()
