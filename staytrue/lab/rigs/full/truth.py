"""The truth of rig F: the bookings of a house in a few dense days, and what happens to how many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from staytrue.hotel.codes import Status
from staytrue.hotel.records import Reservation
from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import House
from staytrue.lab.life import Life
from staytrue.lab.rigs.plots import Rates, plots
from staytrue.lab.streams import stream

LATE = 0.8
"""Late is in the last fifth of the time between booking and arrival."""


@dataclass(frozen=True)
class Shares:
    """What happens to so many bookings over their lives."""

    stays: int = 0
    cancelled: int = 0
    cancelled_late: int = 0
    moved: int = 0
    no_shows: int = 0
    reinstated: int = 0

    def __add__(self, other: Shares) -> Shares:
        mine, his = vars(self).values(), vars(other).values()
        return Shares(*(one + two for one, two in zip(mine, his, strict=True)))


def world_of(seed: int, house: House, count: int, first: date, days: int, place: int) -> World:
    """Exactly so many bookings of a house, with first arrivals of these days."""
    rng = stream(seed, f"stays {house.code}")
    drawn = plots(rng, house, count, Rates(), first, days)
    return build_world(
        Random(f"{seed} {house.code}").randrange(1 << 40), house, first,
        first - timedelta(days=1), today=first, scripted=drawn, place=place,
    )  # fmt: skip


def shares(world: World) -> Shares:
    """What happens to the bookings of a house."""
    return sum((_of(world.house, life) for life in world.bookings.values()), Shares())


def _of(house: House, life: Life[Reservation]) -> Shares:
    steps = {what for _, what, _ in life.versions}
    is_off = life.last.status == Status.CANCELLED
    return Shares(
        stays=1,
        cancelled=is_off,
        cancelled_late=is_off and life.versions[-1][0] >= _late_from(house, life),
        moved="moved" in steps,
        no_shows=life.last.status == Status.NO_SHOW,
        reinstated="reinstated" in steps,
    )


def _late_from(house: House, life: Life[Reservation]) -> datetime:
    arrival = house.instant(life.last.arrival_on, 0)
    return life.first_at + max(arrival - life.first_at, timedelta()) * LATE
