"""What befalls a whole hotel at once: a bulk edit of its rates, a strike that cancels for real."""

from __future__ import annotations

from dataclasses import replace as with_other
from datetime import date, datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from staytrue.hotel.codes import Status
from staytrue.hotel.records import Reservation
from staytrue.lab.bookings import World
from staytrue.lab.life import Life

OTHER_RATE = {"BAR": "FLEX", "FLEX": "BAR", "CORP": "BAR"}
CENT = Decimal("0.01")
OPEN = (Status.OPTION, Status.CONFIRMED)


def rerated(world: World, at: datetime, most: int = 10_000) -> World:
    """Every booking still to come gets another rate and price at one instant, `most` at the most."""

    def dearer(stay: Reservation) -> Reservation:
        room = stay.room_amount or Decimal(0)
        new = (room * Decimal("1.1")).quantize(CENT) + 1
        total = (stay.amount or Decimal(0)) + new - room
        rate = OTHER_RATE[stay.rate_code or "BAR"]
        return replace(stay, rate_code=rate, room_amount=new, amount=total)

    lives, left = dict(world.bookings), most
    for number, life in lives.items():
        now = life.state_at(at)
        if left and now and now.status in OPEN and now.arrival_on > at.date() + timedelta(days=1):
            left -= 1
            edited = replace(dearer(now), modified_at=at)
            later = [(when, what, dearer(stay)) for when, what, stay in life.versions if when > at]
            lives[number] = Life([*_until(life, at), (at, "re-rated", edited), *later])
    return with_other(world, bookings=lives)


def struck(world: World, at: datetime, last: date) -> World:
    """Nobody can come until this day: all who would are cancelled at one instant, and stay so."""
    lives = dict(world.bookings)
    for number, life in lives.items():
        now = life.state_at(at)
        if now and now.status in OPEN and at.date() < now.arrival_on <= last:
            told = replace(now, status=Status.CANCELLED, cancelled_at=at, modified_at=at)
            lives[number] = Life([*_until(life, at), (at, "cancelled", told)])
    return with_other(world, bookings=lives)


def audited(world: World, at: datetime) -> World:
    """Nobody came the day before: this night's audit makes no-shows of all who should have."""
    day = at.astimezone(world.house.zone).date() - timedelta(days=1)
    noon, lives = world.house.instant(day, 12 * 60), dict(world.bookings)
    for number, life in lives.items():
        now = life.state_at(noon)
        if now and now.status in OPEN and now.arrival_on == day:
            told = replace(now, status=Status.NO_SHOW, modified_at=at)
            lives[number] = Life([*_until(life, noon), (at, "no-show", told)])
    return with_other(world, bookings=lives)


def edited(world: World, at: datetime) -> int:
    """How many bookings were touched at this very instant."""
    return sum(any(when == at for when, _, _ in life.versions) for life in world.bookings.values())


def _until(life: Life[Reservation], at: datetime) -> list[tuple[datetime, str, Reservation]]:
    return [version for version in life.versions if version[0] < at]
