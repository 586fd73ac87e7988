"""Reads a mapping from its TOML file and refuses whatever it does not understand, by its key."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any

from staytrue.connectors.export_files import mapping_words
from staytrue.connectors.export_files.cells import check_format
from staytrue.connectors.export_files.mapping import (
    OCCURRENCE,
    POSITION,
    Cell,
    Layout,
    Mapping,
    Part,
    ProfileMap,
    ScopeRule,
    Skip,
)
from staytrue.connectors.export_files.mapping_fields import (
    NEEDED,
    PARTS,
    PROFILE,
    RESERVATION,
    check_types,
)
from staytrue.connectors.export_files.mapping_layout import layout
from staytrue.hotel.codes import GuestRole, ProfileKind, Status
from staytrue.kit.errors import Misconfigured
from staytrue.kit.text import clean, fold

CHECKS = ("checked_out_on_departure",)
KINDS = ("text", "number", "date", "bool", "country")

_TEXT = {"column", "columns", "first", "join", "value", "prefix"}
_AMOUNT = {"column", "plus", "value", "decimal", "thousands", "when"}
_DATE = {"column", "columns", "join", "date", "when"}
_OPTIONS: dict[str, set[str]] = {
    "text": _TEXT,
    "key": _TEXT | {"position", "occurrence", "split"},
    "code": _TEXT,
    "date": _DATE,
    "instant": _DATE,
    "count": _AMOUNT,
    "amount": _AMOUNT | {"per"},
    "name": _TEXT | {"order", "plain", "sharer", "split"},
    "custom": _TEXT | _DATE | _AMOUNT | {"type"},
}
_TOP = {
    "title", "object", "file", "scope", "reservation", "profile", "guests", "extras", "values",
    "values_dated", "labels", "custom", "skip", "checks",
}  # fmt: skip


def shipped() -> list[str]:
    """Names of the mappings that come with the project."""
    folder = resources.files(__package__).joinpath("mappings")
    return sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml"))


def load(source: str | Path) -> Mapping:
    """A mapping by its file, or by the name of a shipped one."""
    if isinstance(source, str) and source in shipped():
        text = (
            resources.files(__package__).joinpath("mappings", f"{source}.toml").read_text("utf-8")
        )
        return parse(text, source)
    path = Path(source)
    try:
        return parse(path.read_text("utf-8"), path.stem)
    except (FileNotFoundError, IsADirectoryError):
        raise Misconfigured(
            f"There is no mapping {source}: give a file or one of {', '.join(shipped())}.",
            "mapping_missing",
            mapping=str(source),
        ) from None
    except UnicodeDecodeError:
        raise Misconfigured(f"The mapping {path.name} is not UTF-8 text.", "mapping") from None


def parse(text: str, name: str) -> Mapping:
    """A mapping from the text of its TOML file."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"The mapping {name} is not TOML: {error}.", "mapping") from None
    return read(document, name)


def read(document: dict[str, Any], name: str) -> Mapping:
    """A mapping from a document of the form that its TOML file has."""
    return _Reader(name, document).mapping()


class _Reader:
    """Walks the document and remembers every column that any cell names."""

    def __init__(self, name: str, document: dict[str, Any]) -> None:
        self.name = name
        self.document = document
        self.columns: dict[str, None] = {}
        self.each: dict[str, tuple[str, ...]] = {}
        self.ids: set[str] = set()
        self.phones: set[str] = set()
        self.layout = Layout("csv")

    def refuse(self, where: str, why: str) -> Misconfigured:
        return Misconfigured(
            f"Mapping {self.name}, {where}: {why}.", "mapping", mapping=self.name, key=where
        )

    def mapping(self) -> Mapping:
        self.only(self.document, "the top", _TOP)
        check_types(self.document, self.refuse)
        kind = self.document.get("object", "reservation")
        if kind not in {"reservation", "profile"}:
            raise self.refuse("object", 'say "reservation" or "profile"')
        if kind not in self.document:
            raise self.refuse(f"[{kind}]", "this section is missing")
        table = dict(self.table(self.document, "file"))
        self.decimal, self.thousands = table.pop("decimal", "."), table.pop("thousands", "")
        rows = table.pop("rows_per_booking", "many")
        if rows not in {"one", "many"}:
            raise self.refuse("file.rows_per_booking", 'say "one" or "many"')
        named_ids = table.pop("ids", [])
        self.layout = layout(table, self.refuse)
        values = {
            key: mapping_words.values(f"values.{key}", table, self.refuse)
            for key, table in self.table(self.document, "values").items()
        }
        reservation = dict(self.document.get("reservation", {}))
        required = tuple(reservation.pop("required", ()))
        cells = self.cells("reservation", reservation, RESERVATION)
        if kind == "reservation":
            self.complete(cells, values)
        guests = tuple(
            self.profile(f"guests[{index}]", table, GuestRole)
            for index, table in enumerate(self.document.get("guests", []))
        )
        profile = self.profile("profile", self.document["profile"]) if kind == "profile" else None
        extras = tuple(
            self.service(f"extras[{index}]", table)
            for index, table in enumerate(self.document.get("extras", []))
        )
        custom = self.custom("custom", self.table(self.document, "custom"))
        skip = tuple(self.skip(table) for table in self.document.get("skip", []))
        return Mapping(
            name=self.name,
            object=kind,
            layout=self.layout,
            scope=self.scope(),
            columns=tuple(sorted(self.columns, key=_is_pseudo)),
            each=self.each,
            ids=frozenset({*self.ids, *named_ids}),
            phone_columns=frozenset(self.phones),
            cells=cells,
            required=required,
            rows_per_booking=rows,
            values=values,
            dated=mapping_words.dated(self.table(self.document, "values_dated"), self.refuse),
            labels=mapping_words.labels(self.table(self.document, "labels"), self.refuse),
            guests=guests,
            profile=profile,
            extras=extras,
            custom=custom,
            skip=skip,
            checks=self.checks(),
        )

    def checks(self) -> tuple[str, ...]:
        named = tuple(self.document.get("checks", ()))
        for check in named:
            if check not in CHECKS:
                raise self.refuse("checks", f"{check!r} is none of {', '.join(CHECKS)}")
        return named

    def table(self, parent: dict[str, Any], key: str) -> dict[str, Any]:
        table = parent.get(key, {})
        if not isinstance(table, dict):
            raise self.refuse(key, "this must be a table")
        return table

    def only(self, table: dict[str, Any], where: str, allowed: Iterable[str]) -> None:
        for key in table:
            if key not in allowed:
                known = ", ".join(sorted(allowed))
                raise self.refuse(where, f"{key!r} is not known here; known are {known}")

    def complete(self, cells: dict[str, Cell], values: dict[str, Any]) -> None:
        for key in ("number", "status", "arrival_on"):
            if key not in cells:
                raise self.refuse("reservation", f"{key} is missing")
        if "departure_on" not in cells and "nights" not in cells:
            raise self.refuse("reservation", "departure_on or nights is missing")
        if "status" not in values:
            raise self.refuse("[values.status]", "the table of status words is missing")
        for field_name, key in (("board", "board"), ("channel", "channel")):
            if field_name in cells and key not in values:
                raise self.refuse(f"[values.{key}]", f"the table of {key} words is missing")

    def scope(self) -> ScopeRule:
        table = self.table(self.document, "scope")
        self.only(table, "scope", ScopeRule.__dataclass_fields__)
        rule = ScopeRule(**table)
        if rule.kind not in {"full", "window", "delta"}:
            raise self.refuse("scope.kind", 'say "full", "window" or "delta"')
        if rule.kind == "window" and not {"days_before", "days_after"} <= set(table):
            raise self.refuse("scope", "a window needs days_before and days_after")
        return rule

    def cells(self, where: str, table: dict[str, Any], kinds: dict[str, str]) -> dict[str, Cell]:
        self.only(table, where, kinds)
        return {key: self.cell(f"{where}.{key}", table[key], kinds[key]) for key in table}

    def cell(self, where: str, spec: Any, kind: str) -> Cell:
        options = {"column": spec} if isinstance(spec, str) else spec
        if not isinstance(options, dict):
            raise self.refuse(where, "name a column, or a table with `column`")
        self.only(options, where, _OPTIONS[kind])
        columns = self.sources(where, options)
        for column in columns:
            self.columns[column] = None
        if kind == "key":
            self.ids.update(columns)
        made = Cell(
            columns=columns,
            value=options.get("value"),
            join=options.get("join", " "),
            plus="plus" in options,
            first="first" in options,
            per_night=self.one_of(where, options, "per", ("night",)) is not None,
            formats=self.formats(where, options),
            decimal=options.get("decimal", self.decimal),
            thousands=options.get("thousands", self.thousands),
            when=Status(when)
            if (when := self.one_of(where, options, "when", tuple(Status)))
            else None,
            split=options.get("split", ""),
            prefixes=_several(options.get("prefix", ())),
            order=_several(options.get("order", ())),
            plain=_several(options.get("plain", ())),
            sharer=options.get("sharer", ""),
            of=self.one_of(where, options, "type", KINDS) or "text",
        )
        if not made.columns and made.value is None:
            raise self.refuse(where, "name a column or a value")
        return made

    def formats(self, where: str, options: dict[str, Any]) -> tuple[str, ...]:
        formats = _several(options.get("date", "iso"))
        for format_ in formats:
            if found := check_format(format_):
                raise self.refuse(f"{where}.date", f"{found} is not known in a date format")
        return formats

    def sources(self, where: str, options: dict[str, Any]) -> tuple[str, ...]:
        if options.get("position"):
            return (POSITION,)
        if options.get("occurrence"):
            return (OCCURRENCE,)
        named = [options[key] for key in ("column", "columns", "first", "plus") if key in options]
        if len(named) > 1:
            raise self.refuse(where, "use only one of column, columns, first and plus")
        return tuple(clean(column) for column in _several(named[0])) if named else ()

    def one_of(
        self, where: str, options: dict[str, Any], key: str, allowed: tuple[str, ...]
    ) -> str | None:
        value: str | None = options.get(key)
        if value is not None and value not in allowed:
            raise self.refuse(f"{where}.{key}", f"say one of {', '.join(allowed)}")
        return value

    def profile(
        self, where: str, table: dict[str, Any], roles: type[GuestRole] | None = None
    ) -> ProfileMap:
        table = dict(table)
        role = table.pop("role", None)
        if roles and role not in set(roles):
            raise self.refuse(f"{where}.role", f"say one of {', '.join(roles)}")
        kind = table.pop("kind", "person")
        if kind not in set(ProfileKind):
            raise self.refuse(f"{where}.kind", f"say one of {', '.join(ProfileKind)}")
        required = tuple(table.pop("required", ()))
        custom = self.custom(f"{where}.custom", table.pop("custom", {}))
        parts = {
            key: tuple(self.part(f"{where}.{key}", key, entry) for entry in table.pop(key, []))
            for key in PARTS
        }
        cells = self.cells(where, table, PROFILE)
        if not roles and "source_id" not in cells:
            raise self.refuse(where, "source_id is missing")
        return ProfileMap(
            cells, ProfileKind(kind), GuestRole(role) if role else None,
            custom=custom, required=required, **parts,
        )  # fmt: skip

    def part(self, where: str, kind: str, table: dict[str, Any]) -> Part:
        table = dict(table)
        each = table.pop("each", "")
        facts = {}
        if kind == "consents":
            facts = {key: table.pop(key, "") for key in ("purpose", "channel")}
            facts["values"] = mapping_words.values(
                f"{where}.values", table.pop("values", {}), self.refuse
            )
            table = {"state": table.pop("column", ""), **table}
        kinds = {key: "instant" if key == "at" else "text" for key in PARTS[kind]}
        if not each:
            cells = self.cells(where, table, kinds)
        else:
            cells = self.relative(where, each, table, kinds)
        if (needed := NEEDED.get(kind)) and needed not in cells:
            raise self.refuse(where, f"{needed} is missing")
        if kind == "phones":
            self.phones.update(cells["number"].columns)
        return Part(cells, each, facts)

    def relative(
        self, where: str, each: str, table: dict[str, Any], kinds: dict[str, str]
    ) -> dict[str, Cell]:
        """Cells of a repeated group: their columns are relative to it and kept apart."""
        if self.layout.format not in {"xml", "json", "jsonl"}:
            raise self.refuse(where, "`each` needs XML or JSON")
        outer, self.columns = self.columns, {}
        cells = self.cells(where, table, kinds)
        known = self.each.get(each, ())
        self.each[each] = (*known, *(column for column in self.columns if column not in known))
        self.columns = outer
        return cells

    def service(self, where: str, table: dict[str, Any]) -> Part:
        self.only(table, where, {"column", "split", "parts", "part_delimiter"})
        cell = self.cell(where, table["column"], "text")
        facts = {
            "split": table.get("split", ""),
            "parts": tuple(table.get("parts", ("code",))),
            "delimiter": table.get("part_delimiter", ""),
        }
        return Part({"list": cell}, facts=facts)

    def custom(self, where: str, table: dict[str, Any]) -> dict[str, Cell]:
        return {key: self.cell(f"{where}.{key}", spec, "custom") for key, spec in table.items()}

    def skip(self, table: dict[str, Any]) -> Skip:
        self.only(table, "skip", {"column", "words"})
        column = clean(table["column"])
        self.columns[column] = None
        return Skip(column, frozenset(fold(word) for word in table["words"]))


def _is_pseudo(column: str) -> bool:
    return column in {POSITION, OCCURRENCE}


def _several(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
