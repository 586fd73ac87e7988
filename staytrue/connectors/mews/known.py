"""The side entities of an answer, found by id or by what they belong to.

A stay's room, rate, guests and money stand in entities of their own. Pages overlap, so an entity
may come twice: the newer one counts, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from staytrue.connectors.base import Settings
from staytrue.connectors.mews import entities
from staytrue.connectors.mews.entities import Entity, Named, Names
from staytrue.connectors.mews.reading import Tree, rows
from staytrue.kit.errors import Unreadable
from staytrue.kit.text import clean

E = TypeVar("E", bound=Entity)
Notes = list[tuple[str, dict[str, Any]]]

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def utc(moment: datetime | None) -> datetime | None:
    """An instant of the API; one without a zone is UTC, as its name says."""
    if moment is None:
        return None
    if not 1900 <= moment.year < 2200:
        raise Unreadable(f"{moment.date()} is no day of a hotel's life.", "instant",
                         text=moment.isoformat())  # fmt: skip
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def said(text: str | None) -> str | None:
    """A text without what only hides or turns it; empty is nothing."""
    return clean(text) or None if text else None


class Known:
    """Everything an answer and its context say beside the records themselves."""

    def __init__(self, trees: Sequence[Tree], settings: Settings) -> None:
        self.trees = trees
        self.settings = settings
        self.notes: Notes = []
        self._by_id: dict[str, dict[str, Any]] = {}
        self._of: dict[str, dict[str, list[Any]]] = {}
        self.enterprises = self._enterprises()
        self.services = self._single("Service", entities.Service) | self.by_id(
            "Services", entities.Service
        )
        self.language = next(
            (e.default_language_code for e in self.enterprises.values()
             if e.default_language_code), "en-US",
        )  # fmt: skip

    def by_id(self, name: str, kind: type[E]) -> dict[str, E]:
        """All entities under a name, by their id."""
        if name not in self._by_id:
            self._by_id[name] = {one.id: one for one in self._read(name, kind) if one.id}
        return self._by_id[name]

    def of(self, name: str, kind: type[E], belongs_to: str, owner: str | None) -> list[E]:
        """The entities under a name that belong to one owner, in the order of their ids."""
        if name not in self._of:
            found: dict[str, list[Any]] = {}
            for one in self._read(name, kind):
                key = getattr(one, belongs_to)
                if key is not None:
                    found.setdefault(key, []).append(one)
            self._of[name] = found
        return self._of[name].get(owner or "", [])

    def named(self, name: str, id: str | None) -> Named | None:
        """A thing with a name, by its id."""
        return self.by_id(name, Named).get(id or "")

    def word(self, names: Names | None) -> str | None:
        """A name in the hotel's language, else in English, else in the first there is."""
        told = {key: text for key, value in (names or {}).items() if (text := said(value))}
        for wanted in (self.language, self.language[:2], "en-US", "en"):
            for key in sorted(told):
                if key == wanted or (len(wanted) == 2 and key.startswith(wanted)):
                    return told[key]
        return told[min(told)] if told else None

    def label(self, thing: Named | None) -> str | None:
        """What people call a thing."""
        return (said(thing.name) or self.word(thing.names)) if thing else None

    def code(self, thing: Named | None) -> str | None:
        """The short word the hotel uses for a thing."""
        if thing is None:
            return None
        return (
            said(thing.short_name) or self.word(thing.short_names)
            or said(thing.external_identifier) or self.label(thing)
        )  # fmt: skip

    def enterprise_of(self, stay: entities.Reservation) -> str | None:
        """The id of the property a stay belongs to, as far as it is told."""
        service = self.services.get(stay.service_id or "")
        return stay.enterprise_id or (service.enterprise_id if service else None)

    def zone_of(self, stay: entities.Reservation) -> ZoneInfo:
        """The zone of the stay's property by the PMS; where it tells none, by our own settings."""
        enterprise = self.enterprises.get(self.enterprise_of(stay) or "")
        if enterprise is None and len(self.enterprises) == 1:
            enterprise = next(iter(self.enterprises.values()))
        name = enterprise.time_zone_identifier if enterprise else None
        try:
            return ZoneInfo(name or self.settings.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.notes.append(("unknown_word", {"field": "time_zone", "word": name}))
            return ZoneInfo(self.settings.zone)

    @property
    def country(self) -> str:
        """Whose phone numbers stand without a country."""
        places = (e.address.country_code for e in self.enterprises.values() if e.address)
        return self.settings.country or next((place for place in places if place), "")

    def _enterprises(self) -> dict[str, entities.Enterprise]:
        return self.by_id("Enterprises", entities.Enterprise) | self._single(
            "Enterprise", entities.Enterprise
        )

    def _single(self, name: str, kind: type[E]) -> dict[str, E]:
        """`configuration/get` gives the enterprise and its service without a list around."""
        found = [one[name] for one in self.trees if isinstance(one.get(name), dict)]
        return {one.id: one for one in self._converted(name, kind, found) if one.id}

    def _read(self, name: str, kind: type[E]) -> Iterable[E]:
        newest: dict[str, E] = {}
        for place, one in enumerate(self._converted(name, kind, rows(self.trees, name))):
            key = one.id or f"#{place}"
            if key not in newest or _changed(one) >= _changed(newest[key]):
                newest[key] = one
        return [newest[key] for key in sorted(newest)]

    def _converted(self, name: str, kind: type[E], raw: Iterable[Any]) -> Iterable[E]:
        for one in raw:
            try:
                yield msgspec.convert(one, kind, strict=False)
            except msgspec.ValidationError as problem:
                self.notes.append(("unreadable_entity", {"field": name, "text": str(problem)}))


def _changed(one: Entity) -> datetime:
    moment = one.updated_utc or _LONG_AGO
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
