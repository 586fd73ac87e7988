"""The mirror in memory: stays, guests and their addresses, as one reading after the other shows them.

A record that is read replaces the one before: which of two readings is newer is decided by the
database in the product, and proved on it (rig F). Everything that follows is decided here by the
product's own functions.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec

from staytrue.changes.rules import reservation_kinds
from staytrue.consent.facts import DomainFacts, Facts
from staytrue.consent.roles import role_of
from staytrue.consent.rules import Role
from staytrue.hotel.codes import Status
from staytrue.hotel.contacts import language_tag
from staytrue.hotel.records import Profile, Reservation
from staytrue.journeys import facts as plan
from staytrue.journeys import gathering
from staytrue.journeys.steps import CHANGE_FIELDS
from staytrue.lab.rigs.knowledge import Key
from staytrue.lab.rigs.world import Hotel, Truth
from staytrue.mirror.canonical import difference

CONNECTION = 1
# A mail host at which anybody has a box: seen so from all its other addresses.
_ANYBODYS = DomainFacts(addresses=400, surnames=300, with_number=0.3, named=0.8)


@dataclass
class Guest:
    """A profile of a hotel's PMS as mirrored; `person` is the truth, for counting who shares."""

    id: int
    hotel: str
    source: str
    person: str
    record: Profile
    seen_at: datetime


@dataclass
class Box:
    """An e-mail address with everybody who uses it, and who is therefore behind it."""

    id: int
    address: str
    users: dict[int, datetime] = field(default_factory=dict)
    people: int = 1
    role: Role = Role.PRIVATE


@dataclass
class Copy:
    """One mirrored stay; `version` is the truth's, `content` ours: it grows with every change."""

    id: int
    key: Key
    property_id: int
    version: int
    record: Reservation
    plain: dict[str, Any]
    first_seen_at: datetime
    content: int = 1
    edits: list[tuple[datetime, list[str], dict[str, Any]]] = field(default_factory=list)
    hidden_at: datetime | None = None
    parked: str = ""


@dataclass
class Mirror:
    """Everything read so far."""

    truth: Truth
    cadences: dict[str, int]
    stays: dict[Key, Copy] = field(default_factory=dict)
    by_id: dict[int, Copy] = field(default_factory=dict)
    rooms: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    guests: dict[tuple[str, str], Guest] = field(default_factory=dict)
    by_guest: dict[int, Guest] = field(default_factory=dict)
    boxes: dict[str, Box] = field(default_factory=dict)
    by_box: dict[int, Box] = field(default_factory=dict)
    stays_of: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    customers: set[int] = field(default_factory=set)

    def apply(self, hotel: Hotel, number: str, version: int, now: datetime) -> bool:
        """A record as it was read; whether anything differs."""
        key = hotel.code, number
        record = hotel.world.bookings[number].versions[version][2]
        known = self.stays.get(key)
        if known is None:
            self._insert(hotel, key, version, record, now)
            return True
        is_back, known.parked = known.hidden_at is not None, ""
        if known.version == version and not is_back:
            return False
        plain = _plain(record, None)
        diff = difference(known.plain, plain)
        if diff:
            kinds: list[str] = [*reservation_kinds(diff, known.plain, plain)]
            told = {name: diff[name] for name in CHANGE_FIELDS if name in diff}
            known.edits.append((now, kinds, told))
            known.content += 1
        known.version, known.record, known.plain, known.hidden_at = version, record, plain, None
        self._sit(known)
        return bool(diff)

    def hide(self, key: Key, now: datetime) -> bool:
        """A whole walk or file did not show it: it left our sight, and is never cancelled by that."""
        known = self.stays[key]
        if known.hidden_at is not None:
            return False
        plain = _plain(known.record, now)
        diff = difference(known.plain, plain)
        known.edits.append((now, [*reservation_kinds(diff, known.plain, plain)], {}))
        known.plain, known.hidden_at = plain, now
        known.content += 1
        return True

    def _insert(
        self, hotel: Hotel, key: Key, version: int, record: Reservation, now: datetime
    ) -> None:
        made = Copy(
            len(self.by_id) + 1, key, hotel.place + 1, version, record, _plain(record, None), now
        )
        self.stays[key] = self.by_id[made.id] = made
        if record.group_number:
            self.rooms[hotel.code, record.group_number].append(made.id)
        self._sit(made)

    def _sit(self, stay: Copy) -> None:
        for guest in stay.record.guests:
            found = self.guests.get((stay.key[0], guest.profile))
            if found:
                self.stays_of[found.id].add(stay.id)
                if stay.record.status == Status.CHECKED_OUT:
                    self.customers.add(found.id)

    def meet(self, hotel: Hotel, source: str, now: datetime) -> Guest:
        """A profile as it was read now."""
        record = (
            hotel.world.profiles[source].state_at(now)
            or hotel.world.profiles[source].versions[0][2]
        )
        known = self.guests.get((hotel.code, source))
        if known is None:
            person = hotel.world.person_of[source]
            known = Guest(len(self.by_guest) + 1, hotel.code, source, person, record, now)
            self.guests[hotel.code, source] = self.by_guest[known.id] = known
            self._give(known, now)
        elif known.record is not record:
            for email in known.record.emails:
                self.boxes[email.address.lower()].users.pop(known.id, None)
            known.record = record
            self._give(known, now)
        return known

    def _give(self, guest: Guest, now: datetime) -> None:
        for email in guest.record.emails:
            address = email.address.lower()
            box = self.boxes.get(address)
            if box is None:
                box = self.boxes[address] = Box(len(self.boxes) + 1, email.address)
                self.by_box[box.id] = box
            box.users[guest.id] = now
            people = {
                self.truth.by_code[each.hotel].world.people[each.person]
                for each in map(self.by_guest.__getitem__, box.users)
            }
            box.people = len({each.id for each in people})
            told = Facts(
                "email", address, masked=email.masked, profiles=len(box.users), people=box.people,
                surnames=len({each.last_name for each in people}), named=True,
                one_home=len({each.household for each in people}) == 1, stays=1,
                domain=_ANYBODYS,
            )  # fmt: skip
            box.role = role_of(told).role

    def booking_of(self, stay_ids: Collection[int]) -> list[int]:
        """These stays with the other rooms of their bookings."""
        found = set(stay_ids)
        for id_ in stay_ids:
            stay = self.by_id[id_]
            if stay.record.group_number:
                found.update(self.rooms[stay.key[0], stay.record.group_number])
        return sorted(found)

    def planned_on(self, stay_ids: Sequence[int]) -> list[plan.Stay]:
        """These stays as a plan looks at them; give whole bookings."""
        rows = [self._row(self.by_id[id_]) for id_ in stay_ids]
        parties = gathering.parties_of(rows)
        edits = {id_: self.by_id[id_].edits for id_ in stay_ids}
        return [
            gathering.stay_of(row, parties, edits, self._people(self.by_id[row[0]])) for row in rows
        ]

    def _row(self, stay: Copy) -> tuple[Any, ...]:
        record, hotel = stay.record, self.truth.by_code[stay.key[0]]
        values = {
            "channel": record.channel, "segment": record.segment, "board": record.board,
            "rate_code": record.rate_code, "nights": record.nights,
            "room_category": record.room_category, "children": record.children,
            "source": record.source,
        }  # fmt: skip
        return (
            stay.id, stay.property_id, CONNECTION, record.number, record.group_number, 1,
            record.status.value, record.arrival_on, record.departure_on, stay.first_seen_at,
            record.created_at, record.checked_in_at, record.checked_out_at, (), False, False, None,
            json.dumps(values), hotel.house.zone.key, self.cadences[hotel.code],
        )  # fmt: skip

    def _people(self, stay: Copy) -> list[plan.Person]:
        return [self._person(stay, each.role, each.profile) for each in stay.record.guests]

    def _person(self, stay: Copy, role: Any, source: str) -> plan.Person:
        guest = self.guests[stay.key[0], source]
        record = guest.record
        boxes = [self.boxes[email.address.lower()] for email in record.emails]
        return plan.Person(
            role=role,
            profile_id=guest.id,
            language=language_tag(record.language) if record.language else None,
            country=record.country,
            birthday=record.birth_date or "",
            points=tuple(
                plan.Point(box.id, "email", box.role, box.users[guest.id]) for box in boxes
            ),
            is_last=max(self.stays_of[guest.id], key=self._ended) == stay.id,
        )

    def _ended(self, stay_id: int) -> tuple[bool, date, int]:
        record = self.by_id[stay_id].record
        came = record.status in (Status.CHECKED_OUT, Status.IN_HOUSE)
        return came, record.departure_on, stay_id


def _plain(record: Reservation, hidden_at: datetime | None) -> dict[str, Any]:
    """The record as a difference looks at it."""
    plain: dict[str, Any] = msgspec.to_builtins(record)
    plain["out_of_sight_since"] = hidden_at.isoformat() if hidden_at else None
    return plain
