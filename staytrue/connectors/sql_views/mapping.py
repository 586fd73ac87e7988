"""Which views are read and what their columns mean: the administrator's mapping, checked whole.

Only views and columns named here are ever asked for.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import resources
from typing import Any

from staytrue.connectors.sql_views.database import View, column_named, view_named
from staytrue.hotel.codes import Board, Channel, GuestRole, Payment, ProfileKind, Segment, Status
from staytrue.kit.errors import Misconfigured
from staytrue.kit.text import fold

WORDS: dict[str, dict[str, type[StrEnum]]] = {
    "reservation": {
        "status": Status,
        "channel": Channel,
        "segment": Segment,
        "board": Board,
        "payment_method": Payment,
    },
    "profile": {"kind": ProfileKind},
}
"""Fields whose words are translated by a table, and the standard words they become."""

PLAIN: dict[str, frozenset[str]] = {
    "reservation": frozenset(
        ("number", "leg", "group_number", "arrival_on", "departure_on", "created_at",
         "modified_at", "cancelled_at", "checked_in_at", "checked_out_at", "adults", "children",
         "infants", "room_number", "room_category", "rate_code", "source", "amount",
         "room_amount", "currency", "tax_included", "version", "notes")
    ),
    "profile": frozenset(
        ("source_id", "title", "first_name", "last_name", "second_last_name", "birth_date",
         "language", "nationality", "country", "email", "phone", "mobile", "line1", "line2",
         "postcode", "city", "region", "vip", "card_token", "marketing_email", "marketing_sms",
         "marketing_phone", "marketing_post", "merged_into", "deleted", "anonymised",
         "modified_at", "version", "notes")
    ),
}  # fmt: skip
"""Fields that are read as they stand."""

_NEEDED = {
    "reservation": ("number", "status", "arrival_on", "departure_on"),
    "profile": ("source_id",),
}
_SECTIONS = frozenset(
    ("view", "changed", "property", "null", "fields", "guests", "custom", "values")
)


@dataclass(frozen=True)
class ViewMap:
    """One view and what its columns mean."""

    object: str
    view: View
    fields: dict[str, tuple[str, ...]]
    changed: str | None = None
    house: str | None = None
    guests: dict[GuestRole, str] = field(default_factory=dict)
    custom: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    null: frozenset[str] = frozenset()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, once, in the order of the mapping."""
        own = [column for columns in self.fields.values() for column in columns]
        extra = [column for column in (self.changed, self.house) if column]
        return tuple(dict.fromkeys([*own, *self.guests.values(), *self.custom.values(), *extra]))

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that tell one record from another."""
        if self.object == "profile":
            return self.fields["source_id"]
        return self.fields["number"] + self.fields.get("leg", ())


def parsed(text: str) -> dict[str, ViewMap]:
    """The mapping of a connection: a name of those that come with us, or TOML of the house's own."""
    if "\n" not in text and "=" not in text:
        text = _shipped(text.strip())
    try:
        sections = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise _wrong(f"it is not TOML ({problem})") from None
    if unknown := sorted(set(sections) - set(PLAIN)):
        raise _wrong(f"[{unknown[0]}] is neither [reservation] nor [profile]")
    if "reservation" not in sections:
        raise _wrong("it has no [reservation]")
    # Guests first, so that a stay finds those it names.
    order = [name for name in ("profile", "reservation") if name in sections]
    return {name: _view_map(name, sections[name]) for name in order}


def shipped() -> list[str]:
    """Names of the mappings that come with us."""
    folder = resources.files(__package__).joinpath("mappings")
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir())


def _shipped(name: str) -> str:
    if name not in shipped():
        raise _wrong(f"there is no mapping named {name[:40]!r}; there are {', '.join(shipped())}")
    return resources.files(__package__).joinpath(f"mappings/{name}.toml").read_text("utf-8")


def _view_map(object: str, section: Any) -> ViewMap:
    if not isinstance(section, dict) or not isinstance(section.get("view"), str):
        raise _wrong(f"[{object}] does not name its view")
    if unknown := sorted(set(section) - _SECTIONS):
        raise _wrong(f"[{object}] has no meaning for {unknown[0]}")
    fields = {
        name: _columns(f"{object}.fields.{name}", value)
        for name, value in _table(object, section, "fields").items()
    }
    for name in fields:
        if name not in PLAIN[object] and name not in WORDS[object]:
            raise _wrong(f"a {object} has no field {name}")
    for name in _NEEDED[object]:
        if name not in fields:
            raise _wrong(f"[{object}.fields] does not say which column is {name}")
    null = section.get("null", [])
    if not isinstance(null, list) or not all(isinstance(word, str) for word in null):
        raise _wrong(f"{object}.null must be a list of texts")
    return ViewMap(
        object=object,
        view=view_named(section["view"]),
        fields=fields,
        changed=_column(f"{object}.changed", section.get("changed")),
        house=_column(f"{object}.property", section.get("property")),
        guests=_guests(object, section),
        custom={
            name: _columns(f"{object}.custom.{name}", value)[0]
            for name, value in _table(object, section, "custom").items()
        },
        words=_words(object, section),
        null=frozenset(null),
    )


def _guests(object: str, section: Dictionary[str, Any]) -> dict[GuestRole, str]:
    guests = {}
    for role, value in _table(object, section, "guests").items():
        if object != "reservation" or role not in set(GuestRole):
            raise _wrong(f"[{object}.guests] has no role {role}")
        guests[GuestRole(role)] = _columns(f"{object}.guests.{role}", value)[0]
    return guests


def _words(object: str, section: Dictionary[str, Any]) -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = {}
    for name, table in _table(object, section, "values").items():
        standard = WORDS[object].get(name)
        if standard is None or not isinstance(table, dict):
            raise _wrong(f"[{object}.values.{name}] is no table of words")
        for word, meaning in table.items():
            if meaning not in set(standard):
                raise _wrong(f"{object}.values.{name}: {word} cannot mean {meaning}")
        words[name] = {fold(word): meaning for word, meaning in table.items()}
    return words


def _table(object: str, section: Dictionary[str, Any], name: str) -> dict[str, Any]:
    table = section.get(name, {})
    if not isinstance(table, dict):
        raise _wrong(f"{object}.{name} must be a table")
    return table


def _column(place: str, value: Any) -> str | None:
    return None if value is None else _columns(place, value)[0]


def _columns(place: str, value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise _wrong(f"{place} must name a column")
    return tuple(map(column_named, names))


def _wrong(why: str) -> Misconfigured:
    return Misconfigured(f"The mapping of the views cannot be used: {why}.", "mapping", why=why)
