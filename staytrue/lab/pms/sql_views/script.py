"""Plays the invented world into the tables of the simulated PMS, and keeps the truth beside.

Nothing of the product is asked. The truth is what a perfect mirror holds: also of rows that the
archive took away, because a mirror forgets nothing.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from staytrue.hotel.codes import FINAL, Status
from staytrue.hotel.records import Profile, Reservation
from staytrue.lab.bookings import World
from staytrue.lab.pms.sql_views import rows
from staytrue.lab.pms.sql_views.quirks import Quirk
from staytrue.lab.pms.sql_views.tables import Row, Tables
from staytrue.lab.streams import stream

LATE, LONG, SILENT, FUTURE = 0.05, 0.01, 0.1, 0.005
CORRECTED, UNSAID, DELETED, REUSED, MERGED, STRUCK = 0.2, 0.5, 0.2, 0.5, 0.5, 0.05
ARCHIVED_AFTER = timedelta(days=21)
A_DAY = timedelta(days=1)
# Hours in UTC: in autumn the second of them is the repeated one.
PORTER_LEAVES, PORTER_EACH = 3, timedelta(minutes=20)

Key = tuple[int, int]


@dataclass
class Truth:
    """What a perfect mirror holds, as canonical records: for tests, never for the product.

    `gone` are stays that the PMS deleted before they came: they are out of sight.
    """

    reservations: dict[str, Reservation] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)


class Script:
    """The events of the world in their order, played as far as time has come.

    `behind` is what the PMS's clock lacks, from now on.
    """

    def __init__(self, world: World, seed: int, quirks: frozenset[Quirk], tables: Tables) -> None:
        self.world, self.quirks, self.tables = world, quirks, tables
        self.house, self.truth = world.house, Truth()
        self.seen = rows.seen_by(quirks, world.house.zone)
        self.begun = False
        self.behind = timedelta()
        names = ("write", "stay", "guest")
        self._streams = {name: stream(seed, f"sql_views {name}") for name in names}
        self._stays: dict[Key, Reservation] = {}
        self._rows: dict[Key, Row] = {}
        self._keys: dict[str, Key] = {}
        self._parties: dict[str, tuple[int, int]] = {}
        self._corrected: dict[Key, Decimal] = {}
        self._guests: dict[str, Profile] = {}
        self._stamps: dict[str, datetime] = {}
        self._merged: dict[str, str] = {}
        self._struck: set[str] = set()
        self._free: list[int] = []
        self._queue: list[tuple[datetime, int, str, Any]] = []
        self._placed = 0
        for life in world.profiles.values():
            for at, _, guest in life.versions:
                self._plan(at, "guest", guest)
        for booking in world.bookings.values():
            for at, _, stay in booking.versions:
                self._plan(at, "stay", stay)
        self._plan_lives()

    def begin(self, at: datetime) -> None:
        """From now on somebody looks."""
        self.begun = True
        self._plan(at, "porter", None)

    def state(self) -> dict[str, Any]:
        """What the PMS's own backup holds besides its tables, and the truth of that instant."""
        names = ("truth", "_stays", "_rows", "_keys", "_parties", "_corrected", "_guests",
                 "_stamps", "_merged", "_struck", "_free")  # fmt: skip
        return {name: getattr(self, name) for name in names}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to this. What a mirror alone holds of rows archived before stays true."""
        vars(self).update(state)

    def row(self, number: int, line: int) -> Row:
        """A booking's row as the PMS itself would write it now."""
        return dict(self._rows[number, line])

    def play(self, until: datetime) -> None:
        """Everything that happens up to this instant, and the transactions that end by then."""
        while self._queue and self._queue[0][0] <= until:
            at, _, what, thing = heapq.heappop(self._queue)
            self.tables.settle(at)
            getattr(self, f"_{what}")(at, thing)
        self.tables.settle(until)

    def _plan(self, at: datetime, what: str, thing: Any) -> None:
        self._placed += 1
        heapq.heappush(self._queue, (at, self._placed, what, thing))

    def _plan_lives(self) -> None:
        """What happens to guests and bookings beside what the world knows."""
        rng, first_of = self._streams["guest"], dict[str, str]()
        for source_id, life in self.world.profiles.items():
            first = first_of.setdefault(self.world.person_of[source_id], source_id)
            later = life.versions[-1][0] + timedelta(minutes=rng.randrange(60, 20 * 24 * 60))
            if first != source_id and Quirk.MERGES in self.quirks and rng.random() < MERGED:
                self._plan(later, "merge", (source_id, first))
            elif Quirk.STRUCK in self.quirks and rng.random() < STRUCK:
                self._plan(later, "strike", source_id)
        for number, booking in self.world.bookings.items():
            last = booking.versions[-1]
            if booking.last.status is Status.CHECKED_OUT and Quirk.CORRECTIONS in self.quirks:
                if rng.random() < CORRECTED:
                    self._plan(last[0] + timedelta(hours=rng.randrange(2, 90)), "correct", number)
            elif Quirk.DELETIONS in self.quirks and rng.random() < DELETED:
                self._plan(last[0] - timedelta(seconds=5), "delete", number)
        if Quirk.ARCHIVE in self.quirks:
            first_at = min(life.first_at for life in self.world.bookings.values())
            self._plan(first_at + A_DAY, "archive", None)

    def _guest(self, at: datetime, guest: Profile) -> None:
        if guest.source_id in self._merged or guest.source_id in self._struck:
            return
        self._guests[guest.source_id] = guest
        stamp = self._stamps[guest.source_id] = self._stamp(at, self._stamps.get(guest.source_id))
        self._put("guest", rows.guest_row(guest, stamp), at)
        self.truth.profiles[guest.source_id] = rows.guest_truth(guest, stamp, self.seen)

    def _porter(self, at: datetime, _: None) -> None:
        """At night there is time to write notes, also in the hour that autumn repeats."""
        if at.hour < PORTER_LEAVES:
            here = sorted(self._guests.keys() - self._merged.keys() - self._struck)
            guest = self._guests[self._streams["guest"].choice(here)]
            self._guest(at, replace(guest, notes=f"Seen by the porter at {at:%H:%M on %d %B}"))
        is_over = at.hour >= PORTER_LEAVES
        midnight = at.replace(hour=0, minute=5, second=0, microsecond=0) + A_DAY
        self._plan(midnight if is_over else at + PORTER_EACH, "porter", None)

    def _stay(self, at: datetime, stay: Reservation) -> None:
        key = self._key_of(stay, at)
        if key is None:
            return
        is_unsaid = Quirk.NO_SHOWS_UNSAID in self.quirks
        if stay.status is Status.NO_SHOW and is_unsaid and self._chance("stay", UNSAID):
            return
        stay = replace(
            stay, guests=[replace(g, profile=self._alive(g.profile)) for g in stay.guests]
        )
        self._write(key, stay, at)

    def _write(self, key: Key, stay: Reservation, at: datetime) -> None:
        """The row as it is now; a silent change leaves its stamp behind."""
        before = self._rows.get(key)
        row = rows.stay_row(stay, *key, self._stamp(at, before["changed"] if before else None))
        if before and before["cancelled"] and Quirk.CANCELLATION_STAYS in self.quirks:
            row["cancelled"] = row["cancelled"] or before["cancelled"]
        self._stays[key], self._rows[key] = stay, row
        self._put("booking", row, at)
        self._tell(key)

    def _tell(self, key: Key) -> None:
        name = f"{key[0]}/{key[1]}"
        truth = rows.stay_truth(self._stays[key], self._rows[key], self.seen)
        total = (truth.amount or Decimal(0)) + self._corrected.get(key, Decimal(0))
        self.truth.reservations[name] = replace(truth, amount=total)
        self.truth.gone.discard(name)

    def _key_of(self, stay: Reservation, at: datetime) -> Key | None:
        """The number and line of a stay: rooms of one party stand under one number."""
        if stay.number in self._keys:
            key = self._keys[stay.number]
            return key if key in self._rows else None
        party = stay.group_number
        if party and party in self._parties:
            number, lines = self._parties[party]
            key = (number, lines + 1)
        else:
            is_second = bool(self._free) and stay.arrival_on > at.date() + A_DAY
            key = (int(stay.number), 1)
            if is_second and not party and self._chance("stay", REUSED):
                key = (self._free.pop(0), 1)
        if party:
            self._parties[party] = key
        self._keys[stay.number] = key
        return key

    def _correct(self, at: datetime, number: str) -> None:
        """The bill of a guest who left, put right in a table that stamps nothing."""
        key = self._keys.get(number)
        if key in self._rows:
            self._corrected[key] = Decimal("-12.50")
            row = {"booking_no": key[0], "room_line": key[1], "amount": self._corrected[key]}
            self._put("correction", row, at)
            self._tell(key)

    def _delete(self, at: datetime, number: str) -> None:
        """A booking that never was."""
        key = self._keys.get(number)
        stay = self._stays.get(key) if key else None
        if key is None or stay is None or key not in self._rows or stay.status in FINAL:
            return
        if stay.arrival_on <= at.date():
            return
        self.tables.remove("booking", self._rows.pop(key))
        if self.begun:
            self.truth.gone.add(f"{key[0]}/{key[1]}")
        else:
            del self.truth.reservations[f"{key[0]}/{key[1]}"]

    def _archive(self, at: datetime, _: None) -> None:
        """At night the old rows are taken away, and their numbers are free again."""
        oldest = (at - ARCHIVED_AFTER).date()
        for key in [key for key in self._rows if self._rows[key]["dep"] < oldest]:
            self.tables.remove("booking", self._rows.pop(key))
            self.tables.remove("correction", {"booking_no": key[0], "room_line": key[1]})
            self._corrected.pop(key, None)
            is_whole = not any(number == key[0] for number, _ in self._rows)
            if (
                Quirk.NUMBERS_REUSED in self.quirks
                and is_whole
                and self._stays[key].status in FINAL
            ):
                self._free.append(key[0])
            if not self.begun:
                # Nobody looked yet: what was archived before is nowhere.
                del self.truth.reservations[f"{key[0]}/{key[1]}"]
        self._plan(at + A_DAY, "archive", None)

    def _merge(self, at: datetime, pair: tuple[str, str]) -> None:
        """One guest is put into another; his stays move with him."""
        source, target = pair[0], self._alive(pair[1])
        if {source, target} & self._struck or source not in self.truth.profiles or source == target:
            return
        self._merged[source] = target
        is_told = Quirk.MERGES_UNTOLD not in self.quirks
        stamp = at if is_told else self._stamps[source]
        before = self.truth.profiles[source]
        self.truth.profiles[source] = replace(
            before, merged_into=target, modified_at=self.seen(stamp)
        )
        merged = {"guest_no": int(source), "merged_to": int(target), "changed": stamp}
        self._put("guest", merged, at)
        for key, row in self._rows.items():
            stay = self._stays[key]
            if any(guest.profile == source for guest in stay.guests):
                roster = [replace(g, profile=self._alive(g.profile)) for g in stay.guests]
                self._stays[key] = replace(stay, guests=roster)
                moved = rows.stay_row(self._stays[key], *key, at if is_told else row["changed"])
                self._rows[key] = moved | {"cancelled": row["cancelled"]}
                self._put("booking", self._rows[key], at)
                self._tell(key)

    def _strike(self, at: datetime, source_id: str) -> None:
        """The guest asked to be forgotten: his row stays, and says nothing any more."""
        if source_id in self._merged:
            return
        self._struck.add(source_id)
        empty = rows.guest_row(Profile(source_id=source_id), at)
        self._put("guest", empty | {"struck": True}, at)
        self.truth.profiles[source_id] = Profile(
            source_id=source_id, deleted=True, modified_at=self.seen(at)
        )

    def _alive(self, profile: str) -> str:
        while profile in self._merged:
            profile = self._merged[profile]
        return profile

    def _stamp(self, at: datetime, before: datetime | None) -> datetime:
        """The instant of the change, unless it is one of those that tell another or none."""
        if before and Quirk.SILENT in self.quirks and self._chance("write", SILENT):
            return before
        if Quirk.FUTURE_STAMPS in self.quirks and self._chance("write", FUTURE):
            return at + 3 * A_DAY
        return at - self.behind

    def _put(self, table: str, row: Row, at: datetime) -> None:
        self.tables.put(table, row, ends_at=self._ends_at(at) if self.begun else None)

    def _ends_at(self, at: datetime) -> datetime | None:
        """When the transaction of a change ends, if not at once."""
        rng, ends_at = self._streams["write"], None
        if Quirk.LATE_COMMITS in self.quirks and rng.random() < LATE:
            ends_at = at + timedelta(minutes=rng.randrange(1, 14))
        if Quirk.LONG_TRANSACTIONS in self.quirks and rng.random() < LONG:
            ends_at = at + timedelta(minutes=rng.randrange(70, 200))
        return ends_at

    def _chance(self, name: str, share: float) -> bool:
        return self._streams[name].random() < share
