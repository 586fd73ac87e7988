"""Plays the invented world into the books of the simulated Mews, and keeps the truth beside.

Nothing of the product is asked: the truth comes from the world's own records and from what this
script adds to them (late postings, rebates, merges).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from msgspec.structs import replace

from staytrue.hotel.codes import Channel, GuestRole, Payment, Status
from staytrue.hotel.records import Consent, Email, GuestOnBooking, Loyalty, Profile, Reservation
from staytrue.lab.bookings import World
from staytrue.lab.pms.mews import said, writing
from staytrue.lab.pms.mews.bills import Bills, Wanted
from staytrue.lab.pms.mews.books import Books, Row, moment, utc
from staytrue.lab.pms.mews.quirks import Quirk
from staytrue.lab.streams import stream

MIDNIGHT = 0.2
LATE_POSTING = 0.1
REBATE = 0.05
MERGED = 0.5
LATE_COMMIT, COMMITS_WITHIN = 0.05, 240
OPTIONS = [(whose, by) for whose in ("marketing", "partner_marketing") for by in ("email", "post")]
CLOSED = (Status.CANCELLED, Status.NO_SHOW)


@dataclass
class Truth:
    """What is so in the PMS, as canonical records: for tests, never for the product."""

    reservations: dict[str, Reservation] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)


@dataclass
class Told:
    """A push to come: what changed, and when it truly did."""

    at: datetime
    discriminator: str
    id: str


class Script:
    """The events of the world in their order, played as far as time has come."""

    def __init__(self, world: World, seed: int, quirks: frozenset[Quirk], books: Books) -> None:
        self.world, self.quirks, self.books = world, quirks, books
        self.house = world.house
        self.bills = Bills(books, world.house)
        self.truth = Truth()
        self.told: list[Told] = []
        self._streams = {name: stream(seed, f"mews {name}") for name in ("post", "merge", "row")}
        self._stays: dict[str, Reservation] = {}
        self._merged: dict[str, str] = {}
        self._together: dict[str, set[str]] = {}
        self._queue: list[tuple[datetime, int, str, Any]] = []
        self._placed = 0
        versions = [v[0] for life in world.bookings.values() for v in life.versions]
        writing.furnish(books, self.house, min(versions) - timedelta(days=1))
        for life in world.profiles.values():
            for at, _, guest in life.versions:
                self._plan(at, "guest", guest)
        for booking in world.bookings.values():
            for at, _, stay in booking.versions:
                self._plan(at, "stay", stay)
        if Quirk.MERGES in quirks:
            self._plan_merges()

    def play(self, until: datetime) -> None:
        """Everything that happens up to this instant."""
        while self._queue and self._queue[0][0] <= until:
            at, _, what, thing = heapq.heappop(self._queue)
            getattr(self, f"_{what}")(at, thing)

    def state(self) -> dict[str, Any]:
        """All that the PMS's own backup holds, and the truth of that instant."""
        held = {name: getattr(self, name) for name in ("truth", "_stays", "_merged", "_together")}
        return held | {"books": vars(self.books), "bills": self.bills.bills}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to this; who shares the books sees it too."""
        vars(self.books).update(state.pop("books"))
        self.bills.bills = state.pop("bills")
        vars(self).update(state)

    def change(self, number: str, at: datetime, **facts: Any) -> str:
        """The desk writes something else on a stay; its id."""
        self._stays[number] = replace(self._stays[number], **facts, modified_at=at)
        self._write(self._stays[number], at)
        self._tell(number)
        return self.books.id("stay", number)

    def id_of(self, profile: str) -> str:
        """The customer id of a profile of the world, merges followed."""
        id = self.books.id("customer", profile)
        while id in self._merged:
            id = self._merged[id]
        return id

    def _plan(self, at: datetime, what: str, thing: Any) -> None:
        self._placed += 1
        heapq.heappush(self._queue, (at, self._placed, what, thing))

    def _plan_merges(self) -> None:
        rng, first_of = self._streams["merge"], dict[str, str]()
        for source_id, life in self.world.profiles.items():
            first = first_of.setdefault(self.world.person_of[source_id], source_id)
            if first != source_id and rng.random() < MERGED:
                at = life.first_at + timedelta(hours=rng.randrange(1, 24 * 10))
                self._plan(at, "merge", (source_id, first))

    def _guest(self, at: datetime, guest: Profile) -> None:
        id = self.books.id("customer", guest.source_id)
        if id in self._merged:
            return
        is_new = self.books.newest("Customers", id) is None
        if Quirk.RELAYS not in self.quirks:
            guest = replace(guest, emails=[mail for mail in guest.emails if not mail.masked])
        row = writing.guest_row(id, guest)
        self._put("Customers", row, at, extra={"CreatedUtc": None})
        for one in writing.address_rows(self.books, id, guest):
            self._put("Addresses", one, at)
        for one in writing.membership_rows(self.books, id, guest):
            self._put("LoyaltyMemberships", one, at)
        for word in ("CustomerAdded", "CustomerUpdated") if is_new else ("CustomerUpdated",):
            self.told.append(Told(at, word, id))
        self.truth.profiles[id] = _as_mews_holds(guest, id, self._dated("Customers", id))

    def _stay(self, at: datetime, stay: Reservation) -> None:
        roster = [GuestOnBooking(g.role, self.id_of(g.profile)) for g in stay.guests]
        stay = replace(stay, guests=roster)
        if stay.status in CLOSED and stay.cancelled_at is None:
            stay = replace(stay, cancelled_at=at.replace(microsecond=0))
        is_new = stay.number not in self._stays
        self._stays[stay.number] = stay
        self._write(stay, at)
        self.bills.settle(stay, at, cancelled=stay.status in CLOSED)
        self._beside(stay, at, is_new=is_new)
        if stay.status is Status.CHECKED_OUT and not self.bills.of(stay.number).paid:
            self.told.append(Told(at, "PaymentUpdated", self.bills.pay(stay, at)))
            self._plan_late(at, stay.number)
        self._tell(stay.number)

    def _write(self, stay: Reservation, at: datetime) -> None:
        """The reservation's own row: it moves only when something of its own is different."""
        id = self.books.id("stay", stay.number)
        at_midnight = Random(id).random() < MIDNIGHT and Quirk.MIDNIGHT_ARRIVALS in self.quirks
        row = writing.stay_row(self.books, self.house, stay, at_midnight=at_midnight)
        before = self.books.newest("Reservations", id)
        if (before and before["CancelledUtc"] and not row["CancelledUtc"]
                and Quirk.CANCELLATION_STAYS in self.quirks):  # fmt: skip
            row |= {"CancelledUtc": before["CancelledUtc"], "CancellationReason": "Other"}
        self._put("Reservations", row, at)
        self.told.append(Told(at, "ServiceOrderUpdated", id))

    def _beside(self, stay: Reservation, at: datetime, *, is_new: bool) -> None:
        """What belongs to a reservation and stands elsewhere."""
        id, books = self.books.id("stay", stay.number), self.books
        if is_new:
            group = {"Id": writing.group_id(books, stay), "Name": stay.group_number}
            self._put("ReservationGroups", group, at)
        if is_new and stay.source and stay.channel in writing.SOURCE_TYPES:
            source = books.id("source", stay.source)
            self._put("Sources", {"Id": source, "Name": stay.source,
                                  "Type": writing.SOURCE_TYPES[stay.channel]}, at)  # fmt: skip
            self._put("SourceAssignments", {
                "Id": books.id("source of", id), "ReservationId": id, "SourceId": source,
                "IsPrimary": True,
            }, at)  # fmt: skip
        if is_new and stay.source and stay.channel is Channel.CORPORATE:
            company = {"Id": books.id("company", stay.source), "Name": stay.source,
                       "IsActive": True}  # fmt: skip
            self._put("Companies", company, at)
        if stay.notes:
            self._put("ServiceOrderNotes", {"Id": books.id("note", id), "OrderId": id,
                                            "Text": stay.notes, "Type": "General"}, at)  # fmt: skip
        self._companions(stay, id, at)

    def _companions(self, stay: Reservation, id: str, at: datetime) -> None:
        with_owner = Quirk.OWNER_AMONG_COMPANIONS in self.quirks
        roles = (GuestRole.COMPANION, GuestRole.PRIMARY) if with_owner else (GuestRole.COMPANION,)
        present = {guest.profile for guest in stay.guests if guest.role in roles}
        known = self._together.get(id, set())
        self._together[id] = present
        for customer in sorted(known - present):
            own = self.books.id("companionship", f"{id}/{customer}")
            self.books.remove("Companionships", own, at)
        for customer in sorted(present - known):
            own = self.books.id("companionship", f"{id}/{customer}")
            self._put("Companionships", {"Id": own, "ReservationId": id,
                                         "CustomerId": customer}, at)  # fmt: skip

    def _plan_late(self, at: datetime, number: str) -> None:
        rng = self._streams["post"]
        hours = timedelta(hours=rng.randrange(1, 20))
        if rng.random() < LATE_POSTING and Quirk.LATE_POSTINGS in self.quirks:
            self._plan(at + hours, "late", number)
        if rng.random() < REBATE and Quirk.CORRECTIONS in self.quirks:
            self._plan(at + 3 * hours, "rebate", number)

    def _late(self, at: datetime, number: str) -> None:
        """The minibar, found when the guest was gone."""
        if number not in self._stays:
            return
        day = at.astimezone(self.house.zone).date()
        self.bills.post(number, "late", Wanted("ProductOrder", Decimal("4.90"), day, "MINI"), at)
        self._tell(number)

    def _rebate(self, at: datetime, number: str) -> None:
        """A complaint was heard: a part of the first night is given back."""
        if "night 0" not in self.bills.of(number).lines:
            return
        night = self.bills.of(number).lines["night 0"][1]
        day = at.astimezone(self.house.zone).date()
        back = Wanted("Rebate", Decimal("-15.00"), day, corrects=night.line)
        self.bills.post(number, "rebate", back, at)
        self._tell(number)

    def _merge(self, at: datetime, pair: tuple[str, str]) -> None:
        """One customer is linked to another; his stays move with him."""
        source, target = self.books.id("customer", pair[0]), self.id_of(pair[1])
        row = self.books.newest("Customers", source)
        if row is None or source == target or source in self._merged:
            return
        self._merged[source] = target
        gone = {**row, "MergeTargetId": target, "IsActive": False, "ActivityState": "Deleted",
                "DeletedUtc": utc(at - self.books.behind)}  # fmt: skip
        if Quirk.MERGES_UNTOLD in self.quirks:
            self.books.overwrite("Customers", gone, at)
        else:
            self.books.put("Customers", gone, at)
        self.truth.profiles[source] = replace(
            self.truth.profiles[source], merged_into=target, deleted=True,
            modified_at=self._dated("Customers", source),
        )  # fmt: skip
        for number, stay in self._stays.items():
            if any(guest.profile == source for guest in stay.guests):
                roster = [
                    GuestOnBooking(g.role, target if g.profile == source else g.profile)
                    for g in stay.guests
                ]
                self._stays[number] = replace(stay, guests=roster)
                self._write(self._stays[number], at)
                self._companions(self._stays[number], self.books.id("stay", number), at)
                self._tell(number)

    def _put(self, table: str, row: Row, at: datetime, extra: Row | None = None) -> None:
        """A row, unless nothing of it is different."""
        before = self.books.newest(table, row["Id"]) or {}
        row = {**(extra or {}), **row}
        if before and all(before.get(name) == value for name, value in row.items()):
            return
        rng, shows = self._streams["row"], at
        if Quirk.LATE_COMMITS in self.quirks and rng.random() < LATE_COMMIT:
            shows = at + timedelta(seconds=rng.randrange(10, COMMITS_WITHIN))
        self.books.put(table, row, at, shows)

    def _dated(self, table: str, id: str) -> datetime:
        row = self.books.newest(table, id) or {}
        return moment(row["UpdatedUtc"])

    def _tell(self, number: str) -> None:
        stay, id = self._stays[number], self.books.id("stay", number)
        money, bill = self.bills.truth(number), self.bills.of(number)
        by_card = stay.payment_method is Payment.CARD
        is_group = stay.channel is Channel.GROUP
        self.truth.reservations[number] = replace(
            stay, **money, **said.of_stay(self.books, self.house, stay, bill), guests=self._roster(stay, id), group_number=writing.group_id(self.books, stay),
            source_status=writing.STATES[stay.status], modified_at=self._dated("Reservations", id),
            children=(stay.children or 0) + (stay.infants or 0), infants=None, board=None,
            cancelled_at=stay.cancelled_at if stay.status in CLOSED else None,
            source=None if is_group else stay.source,
            payment_method=bill.method or (Payment.CARD if by_card else None),
        )  # fmt: skip

    def _roster(self, stay: Reservation, id: str) -> list[GuestOnBooking]:
        """Mews holds companions as a set: they stand in the order of their rows, each once."""
        named = [guest for guest in stay.guests if guest.role is not GuestRole.COMPANION]
        named.sort(key=lambda guest: guest.role is not GuestRole.PRIMARY)
        others = {guest.profile for guest in stay.guests if guest.role is GuestRole.COMPANION}
        others -= {guest.profile for guest in named[:1]}
        rows = sorted(others, key=lambda one: self.books.id("companionship", f"{id}/{one}"))
        return named + [GuestOnBooking(GuestRole.COMPANION, profile) for profile in rows]


def _as_mews_holds(guest: Profile, id: str, modified_at: datetime) -> Profile:
    """The profile as far as Mews can hold it: one mailbox, one number, whole addresses."""
    told = {consent.state for consent in guest.consents}
    return replace(
        guest, source_id=id, modified_at=modified_at,
        emails=[Email(mail.address, masked=mail.masked) for mail in guest.emails[:1]],
        phones=[replace(phone, type=None) for phone in guest.phones[-1:]],
        country=next((place.country for place in guest.addresses), None),
        loyalty=[Loyalty(one.programme, one.number, one.level) for one in guest.loyalty],
        vip=writing.VIP[guest.vip] if guest.vip else None,
        custom=said.of_guest(guest),
        # Every option that is not in its list is one that was not given.
        consents=[
            Consent(purpose, channel, "in" if "in" in told and place == 0 else "out")
            for place, (purpose, channel) in enumerate(OPTIONS)
        ],
    )  # fmt: skip
