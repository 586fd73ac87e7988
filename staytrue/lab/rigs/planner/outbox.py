"""The planned messages in memory, and the case of each as the gate would gather it.

What the database carries in the product — slots, caps, silences, the first day's limit — is proved
on it (rig F). What is decided here, the product's own functions decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count
from typing import Any

from staytrue.journeys import settling
from staytrue.journeys.facts import House, Running
from staytrue.journeys.gathering import Left
from staytrue.journeys.rules import Line
from staytrue.journeys.steps import STANDARD
from staytrue.lab.rigs.planner.mirrored import CONNECTION, Copy, Mirror
from staytrue.lab.rigs.planner.permitting import Register
from staytrue.lab.rigs.world import Hotel, Truth
from staytrue.messages import case, people, reaching, rules, surroundings, turns
from staytrue.messages.case import Case, Permitted, Proof, Recipient
from staytrue.messages.kinds import DEMANDS, OPEN, USED, Kind, State
from staytrue.messages.people import Address, Whom
from staytrue.messages.reaching import Meant, Way
from staytrue.messages.reasons import Reason
from staytrue.messages.surroundings import StayRow
from staytrue.messages.wanted import Wanted

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass
class Row:
    """A planned message; its planned columns are set by `take`."""

    pk: int
    stay_id: int
    kind: str
    occurrence: str
    recipient_role: str
    state: str = State.PLANNED
    reason: str = ""
    held_until: datetime | None = None
    attempts: int = 0
    fence: int = 0
    stamp: int = 0
    looked: turns.Looked | None = None
    basis: Mapping[str, str] = field(default_factory=dict)
    due_at: datetime = NEVER
    not_before: datetime = NEVER
    not_after: datetime = NEVER
    purpose: str = ""
    channel: str = "email"
    party: str = ""
    profile_id: int = 0
    contact_point_id: int | None = None

    def take(self, wanted: Wanted) -> None:
        """Be what the plan wants."""
        for name, value in turns.values(wanted).items():
            setattr(self, name, value)

    @property
    def look_at(self) -> datetime:
        """When it is decided next."""
        return self.held_until or self.due_at


@dataclass(frozen=True)
class Envelope:
    """One message with its case, and where it would go."""

    case: Case
    address: Address | None
    consent: int


@dataclass
class Outbox:
    """All messages of a group, with what surrounds them."""

    truth: Truth
    mirror: Mirror
    register: Register
    cadences: Mapping[str, timedelta]
    rows: dict[int, Row] = field(default_factory=dict)
    by_stay: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    proofs: dict[int, Proof] = field(default_factory=dict)
    as_of: dict[str, datetime] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    is_stopped: bool = False
    _used: set[tuple[object, ...]] = field(default_factory=set)
    _stays: dict[int, tuple[tuple[int, str], StayRow]] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: count(1))

    @cached_property
    def houses(self) -> dict[int, House]:
        """The hotels as a plan sees them."""
        return {
            hotel.place + 1: House(hotel.place + 1, hotel.house.zone.key, hotel.language)
            for hotel in self.truth.hotels
        }

    @cached_property
    def journeys(self) -> dict[int, list[Running]]:
        """The standard journey, live everywhere from one instant on."""
        running = Running("standard", 1, STANDARD, self.truth.live_from)
        return {place: [running] for place in self.houses}

    @cached_property
    def _settings(self) -> dict[int, Any]:
        """What each hotel chose for its door: nothing, so what holds for all."""
        return {place: surroundings.defaults(place) for place in self.houses}

    def plan(
        self, stay_ids: Iterable[int], now: datetime
    ) -> tuple[list[Row], list[tuple[Row, str]]]:
        """Plan whole bookings anew: rows to look at again, and rows that were dropped with why."""
        ids = list(stay_ids)
        left = [
            Left(row.stay_id, row.kind, row.occurrence, row.recipient_role, row.contact_point_id)
            for id_ in ids for row in self.by_stay[id_] if row.state in USED
        ]  # fmt: skip
        lines = settling.of_stays(
            self.mirror.planned_on(ids), self.houses, self.journeys, left, now
        )
        wanted: dict[int, list[Wanted]] = {id_: [] for id_ in ids}
        for line in lines:
            if line.wanted:
                wanted[line.stay_id].append(line.wanted)
        looked: list[Row] = []
        dropped: list[tuple[Row, str]] = []
        for id_, asked in wanted.items():
            found = turns.difference(self.by_stay[id_], asked)
            looked += [self._added(id_, each) for each in found.new]
            for row, each in found.changed:
                row.take(each)
                row.state, row.reason, row.held_until = State.PLANNED, "", None
                looked.append(row)
            for row, _ in found.same:
                if row.state == State.HELD:
                    row.held_until = now
                    looked.append(row)
            dropped += [(row, _why(row, lines)) for row in found.dropped]
        return looked, dropped

    def _added(self, stay_id: int, wanted: Wanted) -> Row:
        row = Row(
            next(self._numbers), stay_id, wanted.kind.value, wanted.occurrence,
            wanted.recipient_role,
        )  # fmt: skip
        row.take(wanted)
        self.rows[row.pk] = row
        self.by_stay[stay_id].append(row)
        return row

    def envelope(self, row: Row, now: datetime) -> Envelope:
        """Everything the gate looks at, as it is now."""
        copy = self.mirror.by_id[row.stay_id]
        hotel = self.truth.by_code[copy.key[0]]
        door = self._door(hotel)
        guest = self.mirror.by_guest[row.profile_id]
        whom = Whom(guest.id, frozenset({(CONNECTION, guest.source)}), False, False, (guest.id,))
        kind = Kind(row.kind)
        stay_row = self._stay_row(copy)
        usable = people.addresses_for(
            row.channel,
            row.contact_point_id,
            whom,
            {(guest.id, "email"): self._addresses(guest.id)},
        )
        answers = [self._permission(row, hotel, address) for address in usable]
        ways = [
            Way(
                case.Point(address.role, bool(address.to(row.channel)),
                           self.mirror.by_box[address.point_id].people),
                Permitted(answer.allowed, answer.reason, answer.basis),
            )
            for address, answer in zip(usable, answers, strict=True)
        ]  # fmt: skip
        meant = Meant(row.purpose, row.recipient_role, door.chosen.shared_above)
        chosen, _ = reaching.first(ways, meant)
        address, answer = (usable[chosen], answers[chosen]) if usable else (None, None)
        made = Case(
            now=now,
            today=now.astimezone(hotel.house.zone).date(),
            kind=kind,
            purpose=row.purpose,
            recipient_role=row.recipient_role,
            not_before=row.not_before,
            not_after=row.not_after,
            basis=row.basis,
            stay=stay_row.stay if DEMANDS[kind].of_stay else None,
            source=door.source(CONNECTION),
            proof=self.proofs.get(row.stay_id),
            recipient=Recipient(
                is_gone=False, is_child=False, is_on_stay=stay_row.has(whom.way, row.recipient_role)
            ),
            point=ways[chosen].point if ways else None,
            permitted=ways[chosen].permitted if ways else None,
            chosen=door.choice(kind),
            is_before_go_live=row.due_at < self.truth.live_from,
            is_sent=_stay_slot(row) in self._used,
            is_party_written=bool(row.party) and self._party_slot(row, address) in self._used,
            has_future_stay=False,
            silence="",
            unready=None,
            quiet_until=door.quiet_until(now),
            capped_until=None,
            shut=Reason.DISARMED if self.is_stopped else None,
        )
        return Envelope(made, address, answer.version if answer else 0)

    def looked_at(self, envelope: Envelope) -> turns.Looked:
        """What a last look compares."""
        stay, permitted = envelope.case.stay, envelope.case.permitted
        version = None if stay is None or stay.is_out_of_sight else stay.version
        is_allowed = permitted is not None and permitted.allowed
        good_until = rules.good_until(envelope.case)
        return turns.Looked(version, envelope.consent, is_allowed, not self.is_stopped, good_until)

    def use(self, row: Row, address: Address) -> None:
        """It may leave: its slots are used."""
        row.contact_point_id = address.point_id
        self._used.add(_stay_slot(row))
        if row.party:
            self._used.add(self._party_slot(row, address))

    def free(self, row: Row) -> None:
        """It surely did not leave: its slots are free again."""
        self._used.discard(_stay_slot(row))
        self._used.discard((row.party, row.kind, row.occurrence, row.contact_point_id))

    def open_rows(self) -> list[Row]:
        """What is still to be decided."""
        return [row for row in self.rows.values() if row.state in OPEN]

    def _door(self, hotel: Hotel) -> surroundings.Hotel:
        return surroundings.Hotel(
            hotel.house.zone,
            self._settings[hotel.place + 1],
            {CONNECTION: (self.as_of.get(hotel.code), self.cadences[hotel.code])},
            hotel.code in self.held,
            hotel.is_living,
        )

    def _stay_row(self, copy: Copy) -> StayRow:
        """The stay as the gate reads it; the same one as long as nothing about it differs."""
        so = copy.content, copy.parked
        known = self._stays.get(copy.id)
        if known is None or known[0] != so:
            known = self._stays[copy.id] = so, _stay_row(copy)
        return known[1]

    def _addresses(self, guest_id: int) -> list[Address]:
        emails = self.mirror.by_guest[guest_id].record.emails
        boxes = [self.mirror.boxes[email.address.lower()] for email in emails]
        return [
            Address(
                guest_id, box.id, box.role, box.address.lower(), box.address, len(box.users), place
            )
            for place, box in enumerate(boxes, 1)
        ]

    def _permission(self, row: Row, hotel: Hotel, address: Address) -> Any:
        guest = self.mirror.by_guest[address.profile_id]
        return self.register.asked(
            address.point_id, address.role, guest.id, row.purpose,
            frozenset({guest.record.country or "", hotel.house.country}),
            is_customer=guest.id in self.mirror.customers,
            others=sorted(self.mirror.by_box[address.point_id].users.keys() - {guest.id}),
        )  # fmt: skip

    def _party_slot(self, row: Row, address: Address | None) -> tuple[object, ...]:
        return row.party, row.kind, row.occurrence, address.point_id if address else None


def _stay_slot(row: Row) -> tuple[object, ...]:
    return row.stay_id, row.kind, row.occurrence, row.recipient_role


def _stay_row(copy: Copy) -> StayRow:
    record = copy.record
    stay = case.Stay(
        record.status.value, record.status_origin.value, record.arrival_on, record.departure_on,
        copy.content, is_history=False, is_out_of_sight=copy.hidden_at is not None,
        parked=copy.parked, is_doubted=False,
    )  # fmt: skip
    roster = frozenset((each.role.value, CONNECTION, each.profile) for each in record.guests)
    return StayRow(stay, CONNECTION, roster)


def _why(row: Row, lines: Iterable[Line]) -> str:
    return next(
        (
            line.reason for line in lines
            if (line.stay_id, line.step.kind, line.occurrence) == (row.stay_id, row.kind, row.occurrence)
            and line.reason
        ),
        Reason.REPLANNED.value,
    )  # fmt: skip
