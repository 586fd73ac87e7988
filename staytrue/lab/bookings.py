"""Bookings and their lives: plots cast with people and folded into dated versions.

The versions are canonical records, so that what a test reads from the mirror can be laid
directly beside the truth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from staytrue.hotel.codes import Channel, GuestRole, Status
from staytrue.hotel.records import Extra, GuestOnBooking, Profile, Reservation
from staytrue.lab import figures
from staytrue.lab.demand import Plot, board_cents, plots
from staytrue.lab.house import (
    BOARD_WORDS,
    CHANNEL_WORDS,
    PAYMENT_WORDS,
    SEGMENT_WORDS,
    STATUS_WORDS,
    House,
    RoomBook,
)
from staytrue.lab.life import Life
from staytrue.lab.people import Crowd, Person
from staytrue.lab.profiles import Register
from staytrue.lab.streams import stream

FIRST_NUMBER = 20001
COMPANION_NAMED = 0.4
PAPERS_ASKED = 0.5
TRAVELS = 0.08


@dataclass
class World:
    """One hotel's PMS with its whole past and future, and the truth beside it."""

    house: House
    bookings: dict[str, Life[Reservation]]
    profiles: dict[str, Life[Profile]]
    people: dict[str, Person]
    person_of: dict[str, str]
    tagged: dict[str, str]

    def bookings_at(self, instant: datetime) -> Iterator[Reservation]:
        """Every booking as the PMS holds it at this instant, by number."""
        for life in self.bookings.values():
            state = life.state_at(instant)
            if state is None:
                return  # Numbers follow creation: all later ones are younger still.
            yield state

    def profiles_at(self, instant: datetime) -> Iterator[Profile]:
        """Every guest profile as the PMS holds it at this instant."""
        for life in self.profiles.values():
            state = life.state_at(instant)
            if state is not None:
                yield state


def build_world(
    seed: int,
    house: House,
    first: date,
    last: date,
    *,
    today: date,
    scripted: Iterable[Plot] = (),
    book: RoomBook | None = None,
    place: int = 0,
    travellers: Sequence[list[Person]] = (),
) -> World:
    """All bookings with arrival from `first` to `last`, known from their creation on.

    `scripted` plots join the drawn ones; their rooms must be taken in `book` beforehand. Houses of
    one group stand at different places, so that only `travellers` are guests of several.
    """
    drawn = plots(seed, house, first, last, book or RoomBook(house))
    ordered = sorted([*scripted, *drawn], key=lambda plot: plot.created_at)
    register = Register(seed, house.country)
    cast = _Cast(seed, register, Crowd(seed, today, place), travellers)
    bookings: dict[str, Life[Reservation]] = {}
    tagged: dict[str, str] = {}
    for position, plot in enumerate(ordered):
        number = str(FIRST_NUMBER + position)
        bookings[number] = _life(house, number, plot, cast)
        if plot.tag:
            tagged[plot.tag] = number
    return World(house, bookings, register.lives, register.people, register.person_of, tagged)


class _Cast:
    """Chooses the people of each booking: new households, or guests who come again."""

    def __init__(
        self, seed: int, register: Register, crowd: Crowd, travellers: Sequence[list[Person]]
    ) -> None:
        self.rng = stream(seed, "cast")
        self._travellers = travellers
        self.register = register
        self._crowd = crowd
        self._been: list[list[Person]] = []
        self._leaders: dict[int, str] = {}

    def first_roster(self, plot: Plot) -> list[GuestOnBooking]:
        """Who the booking is made for: a scripted person, or whoever the draw gives."""
        party = [plot.person] if plot.person else self._drawn(plot)
        return self._roster(plot, plot.created_at, party)

    def new_roster(self, plot: Plot, at: datetime) -> list[GuestOnBooking]:
        """Other people in the place of the first ones."""
        return self._roster(plot, at, self._drawn(plot))

    def _roster(self, plot: Plot, at: datetime, party: list[Person]) -> list[GuestOnBooking]:
        """Primary guest, booker where the channel names one, companions where they are known."""
        rng, register = self.rng, self.register
        channel = plot.facts["channel"]
        by_ota = channel is Channel.OTA
        primary = register.profile_for(party[0], at, by_ota=by_ota)
        roster = [GuestOnBooking(GuestRole.PRIMARY, primary)]
        if plot.group is not None:
            booker = self._leaders.setdefault(plot.group, primary)
        elif channel in (Channel.CORPORATE, Channel.TOUR_OPERATOR) and rng.random() < 0.3:
            assistant = self._crowd.household(1)[0]
            booker = register.profile_for(assistant, at, by_ota=False)
        else:
            booker = primary
        if not by_ota:
            roster.append(GuestOnBooking(GuestRole.BOOKER, booker))
        if rng.random() < COMPANION_NAMED:
            others = party[1 : plot.facts["adults"]]
            known = [register.profile_for(person, at, by_ota=False) for person in others]
            roster += [GuestOnBooking(GuestRole.COMPANION, profile) for profile in known]
        return roster

    def _drawn(self, plot: Plot) -> list[Person]:
        if self._travellers and self.rng.random() < TRAVELS:
            return self.rng.choice(self._travellers)
        if self._been and self.rng.random() < figures.RETURNING:
            return self.rng.choice(self._been)
        household = self._crowd.household(max(1, plot.facts["adults"]))
        self._been.append(household)
        return household


def _life(house: House, number: str, plot: Plot, cast: _Cast) -> Life[Reservation]:
    """Fold the steps of a plot into the versions a PMS would have held."""
    current = _first_version(house, number, plot, cast)
    life = Life([(plot.created_at, "created", current)])
    at = plot.created_at
    for planned_at, what, changes in sorted(plot.steps, key=lambda step: step[0]):
        at = max(planned_at, at + timedelta(seconds=30))
        if what == "checked in" and cast.rng.random() < PAPERS_ASKED:
            cast.register.completed(current.guests[0].profile, at)
        known = {"guests": cast.new_roster(plot, at)} if what == "guest replaced" else changes
        current = _next_version(current, at, known, plot.cents_per_night)
        life.then(at, what, current)
    return life


def _first_version(house: House, number: str, plot: Plot, cast: _Cast) -> Reservation:
    facts = plot.facts
    booked = Reservation(
        number=number,
        property=house.code,
        group_number=f"G{plot.group:05d}" if plot.group is not None else None,
        source_status="",
        nights=0,
        created_at=plot.created_at,
        source_board=BOARD_WORDS[facts["board"]],
        source_channel=CHANNEL_WORDS[facts["channel"]],
        source_segment=SEGMENT_WORDS[facts["segment"]],
        source_payment=PAYMENT_WORDS[facts["payment_method"]],
        currency=house.currency,
        tax_included=True,
        guests=cast.first_roster(plot),
        **facts,
    )
    return _next_version(booked, plot.created_at, {}, plot.cents_per_night)


def _next_version(
    before: Reservation, at: datetime, changes: dict[str, Any], cents_per_night: int
) -> Reservation:
    """The record after a step, with everything that follows from the changed facts."""
    changes = dict(changes)
    extra = changes.pop("extra", None)
    arrival = changes.get("arrival_on", before.arrival_on)
    nights = (changes.get("departure_on", before.departure_on) - arrival).days
    extras = before.extras
    if extra is not None:
        code, label, quantity, cents = extra
        line = Extra(code, label, Decimal(quantity), money(quantity * cents))
        extras = [*extras, line]
    paid_nights = max(1, nights)
    meals = board_cents(before.board) if before.board else 0
    room = money(cents_per_night * paid_nights)
    board = money(meals * (before.adults or 0) * paid_nights)
    status: Status = changes.get("status", before.status)
    return replace(
        before,
        **changes,
        source_status=STATUS_WORDS[status],
        modified_at=at,
        nights=nights,
        extras=extras,
        room_amount=room,
        amount=room + board + sum((line.amount or Decimal(0) for line in extras), Decimal(0)),
    )


def money(cents: int) -> Decimal:
    """Cents as an amount with two places, exactly."""
    return Decimal(cents).scaleb(-2)


def counts(reservations: Iterable[Reservation]) -> dict[str, Any]:
    """What a test lays beside the mirror: bookings by status, and nights and money that came."""
    by_status: Counter[str] = Counter()
    nights, revenue = 0, Decimal(0)
    for reservation in reservations:
        by_status[reservation.status.value] += 1
        if reservation.status is Status.CHECKED_OUT:
            nights += reservation.nights
            revenue += reservation.room_amount or Decimal(0)
    return {
        "bookings": by_status.total(),
        "by_status": dict(sorted(by_status.items())),
        "nights": nights,
        "room_revenue": str(revenue),
    }
