"""The truth of a simulated group: hotels, people, bookings with their lives, and what people said.

Every rig runs on it and one oracle judges them all. Nothing here knows how a PMS tells of it, nor
what Staytrue makes of that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from random import Random
from zoneinfo import ZoneInfo

from staytrue.hotel.codes import Status
from staytrue.hotel.records import Reservation
from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import House, rooms_of
from staytrue.lab.life import Life
from staytrue.lab.people import PLACES, Crowd, Person
from staytrue.lab.rigs.acts import Act, acts_of
from staytrue.lab.rigs.plots import Rates, plots
from staytrue.lab.streams import stream

FIRST_DAY, DAYS = date(2027, 3, 8), 45
"""Arrivals of these days: most zones of the group change their clocks in between."""
LIVE_DAYS, AFTER_DAYS = 20, 21
TRAVELLERS = 12
ROOMS = 60


class Feed(StrEnum):
    """How a hotel's PMS tells of its bookings."""

    PUSHED = "push"
    POLLED = "poll"
    FILED = "file"
    FILED_OFTEN = "file, 6-hourly"


@dataclass(frozen=True)
class Hotel:
    """One hotel of the group; `gone` says which bookings its PMS deleted outright, and when."""

    place: int
    house: House
    feed: Feed
    legal_entity: str
    language: str
    world: World
    gone: dict[str, datetime]

    @property
    def code(self) -> str:
        """The code its PMS and we know it by."""
        return self.house.code

    @property
    def is_living(self) -> bool:
        """Whether its PMS can be asked; else it sends files."""
        return self.feed in (Feed.PUSHED, Feed.POLLED)

    def shown(self, number: str, at: datetime) -> Reservation | None:
        """A booking as the PMS shows it at this instant; `None` where there is nothing to see."""
        deleted = self.gone.get(number)
        if deleted is not None and deleted <= at:
            return None
        return self.world.bookings[number].state_at(at)


@dataclass(frozen=True)
class Truth:
    """Everything that is so, from the first booking on. It goes live at `live_from`."""

    seed: int
    hotels: tuple[Hotel, ...]
    live_from: datetime
    ends_at: datetime
    acts: tuple[Act, ...] = field(default=())

    @cached_property
    def by_code(self) -> dict[str, Hotel]:
        """The hotels by their codes."""
        return {hotel.code: hotel for hotel in self.hotels}

    def lives(self) -> Iterator[tuple[Hotel, str, Life[Reservation]]]:
        """Every booking of every hotel, in order."""
        for hotel in self.hotels:
            for number, life in hotel.world.bookings.items():
                yield hotel, number, life

    @property
    def bookings(self) -> int:
        """How many bookings there are in all."""
        return sum(len(hotel.world.bookings) for hotel in self.hotels)


# Zones: with a gap at midnight (Beirut), without summer time (Tokyo), at UTC+13 (Tongatapu).
_HOTELS = (
    ("MAD", "Sirga Retiro", "Europe/Madrid", "ES", "EUR", Feed.PUSHED, "Sirga SL", "es"),
    ("BEY", "Sirga Corniche", "Asia/Beirut", "LB", "USD", Feed.POLLED, "Sirga SL", "fr"),
    ("HND", "Sirga Sumida", "Asia/Tokyo", "JP", "JPY", Feed.FILED, "Sirga East", "en"),
    ("TBU", "Sirga Lagoon", "Pacific/Tongatapu", "TO", "TOP", Feed.PUSHED, "Sirga East", "en"),
    ("LIS", "Sirga Alfama", "Europe/Lisbon", "PT", "EUR", Feed.POLLED, "Sirga SL", "en"),
    ("YUL", "Sirga Saint-Laurent", "America/Toronto", "CA", "CAD", Feed.PUSHED, "Sirga SL", "fr"),
    ("ZRH", "Sirga Limmat", "Europe/Zurich", "CH", "CHF", Feed.FILED_OFTEN, "Sirga SL", "en"),
)


def build(seed: int, bookings: int, rates: Rates | None = None) -> Truth:
    """A group with exactly so many bookings, the same one for the same seed."""
    travellers = _travellers(seed)
    each, rest = divmod(bookings, len(_HOTELS))
    hotels = tuple(
        _hotel(seed, place, each + (place < rest), rates or Rates(), travellers)
        for place in range(len(_HOTELS))
    )
    truth = Truth(
        seed,
        hotels,
        live_from=_midnight(FIRST_DAY - timedelta(days=LIVE_DAYS)),
        ends_at=_midnight(FIRST_DAY + timedelta(days=DAYS + AFTER_DAYS)),
    )
    drawn = (
        act for hotel in hotels
        for act in acts_of(stream(seed, f"acts {hotel.code}"), hotel.code, hotel.world)
    )  # fmt: skip
    return replace(
        truth, acts=tuple(sorted(drawn, key=lambda act: (act.at, act.hotel, act.booking)))
    )


def _hotel(
    seed: int, place: int, bookings: int, rates: Rates, travellers: list[list[Person]]
) -> Hotel:
    code, name, zone, country, currency, feed, company, language = _HOTELS[place]
    house = House(code, name, ZoneInfo(zone), country, currency, rooms_of(ROOMS))
    rng = stream(seed, f"stays {code}")
    world = build_world(
        Random(f"{seed} {code}").randrange(1 << 40), house, FIRST_DAY, FIRST_DAY - timedelta(days=1),
        today=FIRST_DAY, scripted=plots(rng, house, bookings, rates, FIRST_DAY, DAYS),
        place=place, travellers=travellers,
    )  # fmt: skip
    gone = {
        number: next(at for at, what, _ in world.bookings[number].versions if what == "cancelled")
        for number in world.tagged.values()
        if world.bookings[number].last.status == Status.CANCELLED
    }
    return Hotel(place, house, feed, company, language, world, gone)


def _travellers(seed: int) -> list[list[Person]]:
    """Households who stay at several hotels, each hotel knowing them its own way."""
    crowd = Crowd(seed, FIRST_DAY, place=PLACES - 1)
    return [crowd.household(1 + number % 2) for number in range(TRAVELLERS)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
