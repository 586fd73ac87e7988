"""A mirror in a dictionary that follows a connector, as the line will, without its database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import msgspec

from staytrue.connectors.base import (
    Bookmark,
    Delivery,
    Hint,
    Http,
    Live,
    ReadsMany,
    Settings,
    Translated,
)
from staytrue.connectors.contract.results import Lacking
from staytrue.connectors.contract.simulated import House
from staytrue.connectors.contract.vocabulary import filled
from staytrue.hotel.records import Profile, Reservation
from staytrue.kit.errors import Temporary

R = TypeVar("R", Reservation, Profile)
PATIENCE = timedelta(seconds=30)
TURNS = 200
FIRST_LOOKS = 50
ROUNDS = 5


@dataclass
class Mirror:
    """The newest version of each record."""

    reservations: dict[str, Reservation] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)

    def keep(self, parts: Iterable[Translated]) -> None:
        """What a parcel says. An older version never wins; of equal ones the one read later does."""
        for part in parts:
            for stay in part.reservations:
                key = key_of(stay)
                self.reservations[key] = _newer(self.reservations.get(key), stay)
            for guest in part.profiles:
                self.profiles[guest.source_id] = _newer(self.profiles.get(guest.source_id), guest)


def key_of(stay: Reservation) -> str:
    """A stay's number, with its leg where it is not the first."""
    return stay.number if stay.leg == "1" else f"{stay.number}/{stay.leg}"


def _newer(known: R | None, read: R) -> R:
    if known is None:
        return read
    if known.version is not None and read.version is not None and read.version < known.version:
        return known
    if known.modified_at and read.modified_at and read.modified_at < known.modified_at:
        return known
    return read


@dataclass
class Follower:
    """Looks, keeps, reads what it was told to read. Waiting is virtual."""

    live: Live
    house: House
    http: Http
    mirror: Mirror = field(default_factory=Mirror)
    bookmark: Bookmark = field(default_factory=dict)
    waiting: dict[tuple[str, str], Hint] = field(default_factory=dict)
    kept: list[list[Translated]] = field(default_factory=list)
    rests: list[Temporary] = field(default_factory=list)
    seen: dict[str, set[str]] = field(default_factory=dict)

    def settings(self) -> Settings:
        """The connection's settings, now."""
        house = self.house
        return Settings(house.code, house.zone, house.country, house.currency, house.now,
                        dict(house.values))  # fmt: skip

    def first_look(self) -> None:
        """Looks until two in a row bring nothing new: some PMSs prepare what they are asked for."""
        quiet, known = 0, -1
        for _ in range(FIRST_LOOKS):
            self.look()
            size = len(self.mirror.reservations) + len(self.mirror.profiles)
            quiet, known = (quiet + 1, known) if size == known else (0, size)
            if quiet == 2:
                return
            self.house.wait(timedelta(minutes=1))
        raise Lacking(f"After {FIRST_LOOKS} looks the first load still brings new records.")

    def look(self) -> None:
        """One turn to its end. A busy PMS gives a rest."""
        for _ in range(TURNS):
            try:
                for _parcel in self.parcels():
                    pass
                self.settle()
            except Temporary as busy:
                self.rests.append(busy)
                self.house.wait(timedelta(seconds=float(busy.facts.get("retry_after") or 0))
                                or PATIENCE)  # fmt: skip
                continue
            return
        raise Lacking(f"A look did not come to its end in {TURNS} tries.")

    def parcels(self) -> Iterator[Delivery]:
        """Each parcel of a fetch, once it is kept."""
        for parcel in self.live.fetch(self.bookmark, self.http, self.settings(), self.house.now):
            self.take(parcel)
            if parcel.bookmark is not None:
                # It is kept as text, so what does not survive that is lost at a restart.
                self.bookmark = msgspec.json.decode(msgspec.json.encode(parcel.bookmark))
            yield parcel

    def see(self, hints: Iterable[Hint]) -> None:
        """Read these things as they are now."""
        self.hear(hints)
        self.settle()

    def hear(self, hints: Iterable[Hint]) -> None:
        """Remember what to read; the facts of equal hints come together."""
        for hint in hints:
            known = self.waiting.setdefault((hint.entity, hint.id), Hint(hint.entity, hint.id))
            known.facts = {**known.facts, **hint.facts}

    def settle(self) -> None:
        """Read what waits, and the guests that were only glimpsed."""
        for _ in range(ROUNDS):
            if not self.waiting:
                return
            if isinstance(self.live, ReadsMany):
                wanted = dict(self.waiting)
                parcels = self.live.read_all([*wanted.values()], self.http, self.settings())
                for parcel in list(parcels):
                    self.take(parcel)
                for key in wanted:
                    del self.waiting[key]
            else:
                for key in list(self.waiting):
                    read = self.live.read(self.waiting[key], self.http, self.settings())
                    del self.waiting[key]
                    if read is not None:
                        self.take(read)
        self.waiting.clear()

    def take(self, parcel: Delivery) -> None:
        """What a parcel says; of a signal only what it asks to read."""
        if not parcel.body:
            return
        parts = list(self.live.translate(parcel.body, self.settings(), parcel.context))
        self.hear(hint for part in parts for hint in part.hints)
        if parcel.object in self.live.signals:
            return
        self.kept.append(parts)
        self.mirror.keep(parts)
        for part in parts:
            for stay in part.reservations:
                self.seen.setdefault("reservation", set()).update(filled(stay))
            for guest in part.profiles:
                self.seen.setdefault("profile", set()).update(filled(guest))
        named = {guest.profile for part in parts for stay in part.reservations
                 for guest in stay.guests}  # fmt: skip
        # A guest may be named without being shown, or shown only in passing.
        self.hear(Hint("profile", id) for id in sorted(named - self.mirror.profiles.keys()))
