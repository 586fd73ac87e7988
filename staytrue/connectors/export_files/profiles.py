"""A row of an export becomes a guest profile: his own row, or columns beside a reservation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from staytrue.connectors.base import Settings
from staytrue.connectors.export_files.cells import moment_reader, read_birth_date
from staytrue.connectors.export_files.compile import Compiler, Notes, Row, TextReader
from staytrue.connectors.export_files.mapping import Cell, Part, ProfileMap
from staytrue.connectors.export_files.stays import missing
from staytrue.hotel.contacts import (
    addresses_in,
    country_code,
    email,
    language_tag,
)
from staytrue.hotel.phones import phone
from staytrue.hotel.records import Address, Consent, Email, Loyalty, Phone, Profile
from staytrue.kit.errors import Unreadable
from staytrue.kit.text import clean, fold, repaired

_TEXTS = (
    "title",
    "first_name",
    "last_name",
    "second_last_name",
    "vip",
    "card_token",
    "merged_into",
)
# What hardly two guests share: an e-mail's address, the number of a phone or a card, a street.
_OWN = frozenset({"address", "number", "line1"})
_NAMES = ("first_name", "last_name", "second_last_name")
Soft = Callable[[Row, Notes], Any]


class ProfileReader:
    """Reads profiles of one part of a mapping for one house."""

    def __init__(self, part: ProfileMap, compiler: Compiler, settings: Settings) -> None:
        self.part, self.compiler, self.settings = part, compiler, settings
        cells = part.cells
        self.latest = settings.read_at.date()
        source = cells.get("source_id")
        self.source_id = compiler.text(source, repeats=False) if source else None
        texts = [(name, compiler.text(cells[name])) for name in _TEXTS if name in cells]
        if "notes" in cells:
            texts.append(("notes", compiler.text(cells["notes"], lines=True)))
        self.texts = compiler.together([(name, compiler.quiet(read)) for name, read in texts])
        self.full_name = compiler.text(cells["full_name"]) if "full_name" in cells else None
        self.names = cells.get("full_name")
        values = compiler.mapping.values
        self.country = _worded(values.get("country", {}), country_code)
        self.lookups = [
            (name, compiler.text(cells[name]), look_up)
            for name, look_up in (
                ("language", _worded(values.get("language", {}), language_tag)),
                ("country", self.country),
                ("nationality", self.country),
            )
            if name in cells
        ]
        self.birth = self._birth(cells["birth_date"]) if "birth_date" in cells else None
        self.modified = (
            compiler.moment("modified_at", cells["modified_at"]) if "modified_at" in cells else None
        )
        self.version = (
            compiler.sequence("version", cells["version"]) if "version" in cells else None
        )
        self.emails = [self._emails(entry) for entry in part.emails]
        self.phones = [self._phones(entry) for entry in part.phones]
        self.addresses = [self._addresses(entry) for entry in part.addresses]
        self.loyalty = [self._loyalty(entry) for entry in part.loyalty]
        self.consents = [self._consents(entry) for entry in part.consents]
        self.custom = [(name, compiler.custom(name, cell)) for name, cell in part.custom.items()]
        self.is_id_only = set(cells) <= {"source_id"} and not any(
            (part.emails, part.phones, part.addresses, part.loyalty, part.consents, part.custom)
        )

    def read(self, row: Row, notes: Notes) -> Profile:
        """The profile of its own row; without an id the row is unreadable."""
        source_id = self.source_id(row) if self.source_id else None
        if source_id is None:
            raise missing("source_id")
        return self.named(source_id, row, notes)

    def named(
        self, source_id: str, row: Row, notes: Notes, full_name: str | None = None
    ) -> Profile:
        """The profile under this id, with all the row says of it."""
        custom: dict[str, Any] = {}
        values: dict[str, Any] = self.texts(row, notes)
        if self.full_name and self.names:
            values |= split_name(full_name or self.full_name(row) or "", self.names)
        for name in _NAMES:
            if (value := values.get(name)) and not value.isascii() and (better := repaired(value)):
                notes.append(("garbled_name", {"field": name, "text": value, "proposal": better}))
        for name, read, look_up in self.lookups:
            text = read(row)
            if text is None:
                continue
            values[name] = code = look_up(text)
            if code is None:
                notes.append(("unknown_word", {"field": name, "word": text}))
            if code != text:
                custom[f"{name}_text"] = text
        if self.birth:
            values["birth_date"] = self.birth(row, notes)
        if self.modified:
            moment = self.modified(row, notes)
            values["modified_at"] = moment if isinstance(moment, datetime) else None
        if self.version:
            values["version"] = self.version(row, notes)
        for required in self.part.required:
            if not values.get(required):
                raise missing(required)
        for name, read_custom in self.custom:
            if (value := read_custom(row, notes)) is not None:
                custom[name] = value
        return Profile(
            source_id=source_id,
            kind=self.part.kind,
            emails=[found for read in self.emails for found in read(row, notes)],
            phones=[found for read in self.phones for found in read(row, notes)],
            addresses=[found for read in self.addresses for found in read(row, notes)],
            loyalty=[found for read in self.loyalty for found in read(row, notes)],
            consents=[found for read in self.consents for found in read(row, notes)],
            custom=custom,
            **values,
        )

    def _birth(self, cell: Cell) -> Soft:
        compiler, latest = self.compiler, self.latest
        raw = compiler.text(cell)
        read_moment = moment_reader(cell.formats, compiler.layout.language, compiler.zone)

        def read(row: Row, notes: Notes) -> str | None:
            text = raw(row)
            if text is None:
                return None
            try:
                moment = None if text.startswith("--") else read_moment(text)
                return read_birth_date(text, moment, latest)
            except Unreadable:
                notes.append(("unreadable_cell", {"field": "birth_date", "text": text[:40]}))
                return None

        return read

    def _texts_of(self, part: Part, compiler: Compiler) -> dict[str, TextReader]:
        return {
            name: compiler.text(cell, repeats=name not in _OWN) for name, cell in part.cells.items()
        }

    def _each(self, part: Part, make: Callable[[Compiler], Soft]) -> Soft:
        """Reads a part once, or once per element of the repeated group it belongs to."""
        if not part.each:
            return make(self.compiler)
        mapping = self.compiler.mapping
        place = len(mapping.columns) + list(mapping.each).index(part.each)
        read_inner = make(self.compiler.within(mapping.each[part.each]))

        def read(row: Row, notes: Notes) -> list[Any]:
            return [found for inner in row[place] or () for found in read_inner(inner, notes)]

        return read

    def _emails(self, part: Part) -> Soft:
        def make(compiler: Compiler) -> Soft:
            texts = self._texts_of(part, compiler)
            address, type_ = texts["address"], texts.get("type")

            def read(row: Row, notes: Notes) -> list[Email]:
                text = address(row)
                if text is None:
                    return []
                found = addresses_in(text)
                if found is None:
                    notes.append(("unreadable_cell", {"field": "email", "text": text[:254]}))
                    return []
                return [email(one, type_(row) if type_ else None) for one in found]

            return read

        return self._each(part, make)

    def _phones(self, part: Part) -> Soft:
        country = self.settings.country

        def make(compiler: Compiler) -> Soft:
            texts = self._texts_of(part, compiler)
            number, type_ = texts["number"], texts.get("type")

            def read(row: Row, notes: Notes) -> list[Phone]:
                text = number(row)
                if text is None:
                    return []
                found = phone(text, type_(row) if type_ else None, country)
                if found.number is None:
                    notes.append(("unreadable_cell", {"field": "phone", "text": text[:60]}))
                return [found]

            return read

        return self._each(part, make)

    def _addresses(self, part: Part) -> Soft:
        def make(compiler: Compiler) -> Soft:
            texts = compiler.together(
                [
                    (name, compiler.quiet(get))
                    for name, get in self._texts_of(part, compiler).items()
                ]
            )

            def read(row: Row, notes: Notes) -> list[Address]:
                said: dict[str, str | None] = texts(row, notes)
                if country := said.get("country"):
                    said["country"] = self.country(country)
                    if said["country"] is None:
                        notes.append(("unknown_word", {"field": "country", "word": country}))
                return [Address(**said)] if any(said.values()) else []

            return read

        return self._each(part, make)

    def _loyalty(self, part: Part) -> Soft:
        def make(compiler: Compiler) -> Soft:
            texts = list(self._texts_of(part, compiler).items())

            def read(row: Row, _notes: Notes) -> list[Loyalty]:
                said = {name: value for name, get in texts if (value := get(row)) is not None}
                return [Loyalty(**said)] if "programme" in said else []

            return read

        return self._each(part, make)

    def _consents(self, part: Part) -> Soft:
        facts = part.facts

        def make(compiler: Compiler) -> Soft:
            state = compiler.text(part.cells["state"])
            at = compiler.moment("consent", part.cells["at"]) if "at" in part.cells else None

            def read(row: Row, notes: Notes) -> list[Consent]:
                word = state(row)
                if word is None:
                    return []
                said = facts["values"].get(fold(word))
                if said is None:
                    notes.append(("unknown_word", {"field": "consent", "word": word}))
                    return []
                moment: date | datetime | None = at(row, notes) if at else None
                instant = moment if isinstance(moment, datetime) else None
                return [Consent(facts["purpose"], facts["channel"], said, instant)]

            return read

        return self._each(part, make)


def _worded(
    words: dict[str, str], standard: Callable[[str], str | None]
) -> Callable[[str], str | None]:
    """The house's own word for it, else what everybody calls it."""
    return (lambda text: words.get(fold(text)) or standard(text)) if words else standard


def split_name(text: str, cell: Cell) -> dict[str, str | None]:
    """A full name by the order the mapping tells: `last,first,title`, or words where no comma is.

    Without an order nothing is guessed: the whole is the last name.
    """
    text = clean(text.removeprefix(cell.sharer)) if cell.sharer else clean(text)
    parts = [part.strip() or None for part in text.split(",")]
    if cell.order and len(parts) > 1:
        names = dict(zip(cell.order, parts, strict=False))
    elif cell.plain and " " in text:
        # Of several words the first names are the longer part, on whichever side they stand.
        cut = text.partition(" ") if cell.plain[0] == "last" else text.rpartition(" ")
        names = dict(zip(cell.plain, (cut[0], cut[2]), strict=False))
    else:
        names = {"last": text or None}
    return {
        "first_name": names.get("first"),
        "last_name": names.get("last"),
        "title": names.get("title"),
    }
