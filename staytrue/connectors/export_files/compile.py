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
    read_currency,
    read_sequence,
)
from staytrue.connectors.export_files.mapping import Cell, Mapping
from staytrue.hotel.contacts import country_code
from staytrue.kit.errors import Unreadable
from staytrue.kit.text import clean, clean_lines, fold

_NEW = object()
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

    def remembering(self, cell: Cell, parse: Callable[[str], Any]) -> Callable[[Row], Any]:
        """Reads a cell by `parse`, equal texts once; the words that mean nothing are `None`.

        Most columns of an export repeat few texts, so this is what makes a million rows fast.
        """
        known: dict[str | None, Any] = dict.fromkeys((None, *self.nulls))
        raw, nulls = self.raw(cell), self.nulls

        def first_time(text: str) -> Any:
            value = parse(text) if text.strip() not in nulls else None
            if len(known) < REMEMBERED_MAX:
                known[text] = value
            return value

        if cell.value is not None or len(cell.columns) != 1:

            def read_joined(row: Row) -> Any:
                text = raw(row)
                value = known.get(text, _NEW)
                return value if value is not _NEW else first_time(text or "")

            return read_joined
        place = self.places[cell.columns[0]]

        def read_one(row: Row) -> Any:
            text = row[place]
            value = known.get(text, _NEW)
            return value if value is not _NEW else first_time(text)

        return read_one

    def text(self, cell: Cell, *, lines: bool = False) -> TextReader:
        """Clean text; `lines` keeps line breaks; with prefixes the line that begins with one."""
        prefixes = cell.prefixes

        def prefixed(text: str) -> str | None:
            for prefix in prefixes:
                for line in clean_lines(text).split("\n"):
                    if line.startswith(prefix):
                        return line.removeprefix(prefix).strip() or None
            return None

        tidy = prefixed if prefixes else clean_lines if lines else clean
        return self.remembering(cell, lambda text: tidy(text) or None)

    def code(self, field: str, cell: Cell, table: dict[str, Any], other: Any) -> Reader:
        """The meaning of a word beside the word itself. An unknown word is noted, never guessed."""

        def meaning(text: str) -> tuple[Any, str | None, bool]:
            word = clean(text)
            code = table.get(fold(word))
            return (code, word, False) if code is not None else (other, word, True)

        look_up = self.remembering(cell, meaning)
        nothing = other, None

        def read(row: Row, notes: Notes) -> tuple[Any, str | None]:
            answer = look_up(row)
            if answer is None:
                return nothing
            code, word, is_unknown = answer
            if is_unknown:
                notes.append(("unknown_word", {"field": field, "word": word}))
            return code, word

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

    def sequence(self, field: str, cell: Cell) -> Reader:
        """A version number of the source."""
        return self._parsed(field, cell, read_sequence)

    def currency(self, field: str, cell: Cell) -> Reader:
        """A currency by its code, or by the house's word for it."""
        words = self.mapping.values.get("currency", {})
        return self._parsed(field, cell, lambda text: words.get(fold(text)) or read_currency(text))

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
        def named(text: str) -> Any:
            try:
                return parse(text)
            except Unreadable as problem:
                raise in_field(problem, field) from None

        read = self.remembering(cell, named)
        return lambda row, _notes: read(row)

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
