"""Compiles a mapping into functions of a row: each field of a record becomes one reader.

A reader takes the row (cells in the mapping's order) and the notes of the record; it answers the
value, `None` where nothing is said, or raises Unreadable, which parks the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import getitem
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
from staytrue.connectors.export_files.grid import picker
from staytrue.connectors.export_files.mapping import Cell, Mapping
from staytrue.hotel.contacts import country_code
from staytrue.kit.errors import Unreadable
from staytrue.kit.text import clean, clean_lines, fold

Row = Sequence[Any]
Notes = list[tuple[str, dict[str, Any]]]
Reader = Callable[[Row, Notes], Any]
TextReader = Callable[[Row], str | None]


class Known(dict[str | None, Any]):
    """What each text of a cell means, worked out once; past the limit, each time.

    Most columns of an export repeat few texts, so this is what makes a million rows fast.
    """

    def __init__(
        self, parse: Callable[[str], Any], nulls: Iterable[str], nothing: Any, field: str
    ) -> None:
        super().__init__(dict.fromkeys((None, *nulls), nothing))
        self.parse, self.nulls, self.nothing = parse, frozenset(nulls), nothing
        self.field = field

    def __missing__(self, text: str) -> Any:
        try:
            value = self.parse(text) if text.strip() not in self.nulls else self.nothing
        except Unreadable as problem:
            raise (in_field(problem, self.field) if self.field else problem) from None
        if len(self) < REMEMBERED_MAX:
            self[text] = value
        return value


class Compiler:
    """Makes readers for one mapping and one house."""

    def __init__(self, mapping: Mapping, settings: Settings) -> None:
        self.mapping = mapping
        self.layout = mapping.layout
        self.nulls = mapping.layout.nulls
        self.zone = ZoneInfo(settings.zone)
        self.places = {column: index for index, column in enumerate(mapping.columns)}
        # The readers that only look up the text of one column: `together` asks for these at once.
        self.columns: dict[Any, tuple[int, Known]] = {}
        # The readers of one column whose texts are not remembered.
        self.afresh: dict[Any, tuple[int, Callable[[str], Any]]] = {}
        # The fields with a word that has no meaning, as far as was read.
        self.strange: set[str] = set()

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

    def remembering(
        self, cell: Cell, parse: Callable[[str], Any], nothing: Any = None, field: str = ""
    ) -> Callable[[Row], Any]:
        """Reads a cell by `parse`, equal texts once; the words that mean nothing are `nothing`.

        What cannot be read names the field.
        """
        known = Known(parse, self.nulls, nothing, field)
        if cell.value is not None or len(cell.columns) != 1:
            raw = self.raw(cell)
            return lambda row: known[raw(row)]
        place = self.places[cell.columns[0]]

        def read_one(row: Row) -> Any:
            return known[row[place]]

        self.columns[read_one] = place, known
        return read_one

    def reading(
        self, cell: Cell, parse: Callable[[str], Any], field: str = ""
    ) -> Callable[[Row], Any]:
        """As `remembering`, for a cell that hardly ever says what another row said.

        Looking for such a text, in vain, cost half a microsecond, of which a booking has seven.
        """
        if cell.value is not None or len(cell.columns) != 1:
            return self.remembering(cell, parse, field=field)
        place, nulls = self.places[cell.columns[0]], self.nulls

        def read_one(row: Row) -> Any:
            text = row[place]
            if not text or text.strip() in nulls:
                return None
            try:
                return parse(text)
            except Unreadable as problem:
                raise (in_field(problem, field) if field else problem) from None

        self.afresh[read_one] = place, parse
        return read_one

    def together(self, readers: Sequence[tuple[str, Reader]]) -> Callable[[Row, Notes], Any]:
        """Reads many fields: name → value. What is one look-up each is done without a call each."""
        single = [(name, *self.columns[read]) for name, read in readers if read in self.columns]
        names = [name for name, _, _ in single]
        meanings = [known for _, _, known in single]
        pick = picker([place for _, place, _ in single])
        afresh = [(name, *self.afresh[read]) for name, read in readers if read in self.afresh]
        easy, nulls = {*self.columns, *self.afresh}, self.nulls
        others = [(name, read) for name, read in readers if read not in easy]

        def read_all(row: Row, notes: Notes) -> dict[str, Any]:
            try:
                values = dict(zip(names, map(getitem, meanings, pick(row)), strict=True))
                for name, place, parse in afresh:
                    text = row[place]
                    values[name] = parse(text) if text and text.strip() not in nulls else None
            except Unreadable:
                # Each by itself: the first of them names its field.
                for _, read in readers:
                    if read in easy:
                        read(row, notes)
                raise
            for name, read in others:
                values[name] = read(row, notes)
            return values

        return read_all

    def quiet(self, read: Callable[[Row], Any]) -> Reader:
        """A reader that never has anything to note, in the form of all others."""

        def read_quietly(row: Row, _notes: Notes) -> Any:
            return read(row)

        if read in self.columns:
            self.columns[read_quietly] = self.columns[read]
        if read in self.afresh:
            self.afresh[read_quietly] = self.afresh[read]
        return read_quietly

    def text(self, cell: Cell, *, lines: bool = False, repeats: bool = True) -> TextReader:
        """Clean text; `lines` keeps line breaks; with prefixes the line that begins with one.

        `repeats` says, here and below, whether the column says few things many times.
        """
        tidy = _tidy(cell, lines=lines)

        def parse(text: str) -> str | None:
            # As `clean` does for most texts: looked at here, because a call costs as much.
            if text.isalnum() and text.isascii():
                return text
            return tidy(text) or None

        read = tidy if cell.prefixes else parse
        return self.remembering(cell, read) if repeats else self.reading(cell, read)

    def ids(self, cell: Cell) -> Callable[[Row], tuple[str, ...] | None]:
        """The ids in a cell, several where the mapping says what stands between them."""
        tidy, split = _tidy(cell), cell.split
        is_plain = not cell.prefixes and not (split and split.isalnum())

        def parse(text: str) -> tuple[str, ...]:
            if is_plain and text.isascii() and text.isalnum():
                return (text,)
            said = tidy(text) or ""
            parts = said.split(split) if split else (said,)
            return tuple(one for part in parts if (one := part.strip()))

        return self.reading(cell, parse)

    def code(self, field: str, cell: Cell, table: dict[str, Any], other: Any) -> Coded:
        """The meaning of a word beside the word itself; `other` is the answer to an unknown one."""
        return Coded(self, field, cell, table, other)

    def day(self, field: str, cell: Cell) -> Reader:
        """A local date of the property."""
        return self._parsed(field, cell, day_reader(cell.formats, self.layout.language, self.zone))

    def moment(self, field: str, cell: Cell, *, repeats: bool = True) -> Reader:
        """An instant with a zone, or a date where the PMS tells no more."""
        read = moment_reader(cell.formats, self.layout.language, self.zone)
        return self._parsed(field, cell, read, repeats=repeats)

    def amount(self, field: str, cell: Cell, *, repeats: bool = True) -> Reader:
        """An exact decimal; several columns are added up."""
        read = amount_reader(cell.decimal, cell.thousands)
        if cell.plus:
            return self._summed(field, cell, read)
        return self._parsed(field, cell, read, repeats=repeats)

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
        return self.quiet(text)

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

    def _parsed(
        self, field: str, cell: Cell, parse: Callable[[str], Any], *, repeats: bool = True
    ) -> Reader:
        make = self.remembering if repeats else self.reading
        return self.quiet(make(cell, parse, field=field))

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


def _tidy(cell: Cell, *, lines: bool = False) -> Callable[[str], str | None]:
    prefixes = cell.prefixes

    def prefixed(text: str) -> str | None:
        for prefix in prefixes:
            for line in clean_lines(text).split("\n"):
                if line.startswith(prefix):
                    return line.removeprefix(prefix).strip() or None
        return None

    return prefixed if prefixes else clean_lines if lines else clean


class Coded:
    """A word with its meaning by a table. An unknown word is noted, never guessed."""

    def __init__(
        self, compiler: Compiler, field: str, cell: Cell, table: dict[str, Any], other: Any
    ) -> None:
        self.field, self.table, self.other, self.strange = field, table, other, compiler.strange
        self.word = compiler.remembering(cell, clean)
        self.meaning = compiler.remembering(cell, self._meaning, nothing=other)

    def _meaning(self, text: str) -> Any:
        code = self.table.get(fold(clean(text)))
        if code is not None:
            return code
        self.strange.add(self.field)
        return self.other

    def note(self, row: Row, notes: Notes) -> None:
        """Tells of the row's word where the table has no meaning for it."""
        word = self.word(row)
        if word is not None and self.table.get(fold(word)) is None:
            notes.append(("unknown_word", {"field": self.field, "word": word}))


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
