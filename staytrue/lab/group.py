"""The invented group: four hotels, each on another kind of PMS, and what happens in them by day.

Hotel Sirga exports files (`lab.demo`). The three others live: in their front offices something is
written down every few minutes, so that a person who looks sees the mirror move.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from staytrue.hotel.codes import Status
from staytrue.hotel.records import Reservation
from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import House, rooms_of
from staytrue.lab.life import Life
from staytrue.lab.people import PLACES, Crowd, Person
from staytrue.lab.pms.mews import ALL as MEWS_QUIRKS
from staytrue.lab.pms.mews import Quirk as MewsQuirk
from staytrue.lab.pms.opera_cloud import ALL as OPERA_QUIRKS
from staytrue.lab.pms.opera_cloud import Quirk as OperaQuirk
from staytrue.lab.pms.sql_views import Quirk as SqlQuirk
from staytrue.lab.pms.sql_views.housing import Housing
from staytrue.lab.pms.sql_views.relay import Relay
from staytrue.lab.rigs.houses import House as Pms
from staytrue.lab.rigs.houses import MewsHouse, Now, OperaHouse, SqlHouse
from staytrue.lab.streams import stream

DAYS_BEHIND, DAYS_AHEAD = 30, 75
LIVELY_DAYS_AHEAD = 7
TRAVELLERS, TRAVELLERS_SEED = 80, 24
LIVELY_EACH = timedelta(minutes=3)
SOON = timedelta(days=10)
WISHES = (
    "Arrives about 22:40", "Cot in room", "Quiet room, please", "Vegan breakfast",
    "Pillows without feathers", "Parking for a tall van", "Flowers: their anniversary",
    "Asks for a late check-out", "Bicycles for two", "Invoice to the company",
)  # fmt: skip


@dataclass(frozen=True)
class Hotel:
    """One of the hotels that live: what the group knows of it, and the PMS it is on."""

    dialect: str
    house: House
    city: str
    language: str
    legal_entity: str
    seed: int
    place: int

    @property
    def link(self) -> str:
        """The name of its connection."""
        return f"{self.house.code}-{self.dialect}".lower().replace("_", "-")


WHARF = Hotel(
    "mews", House("LON", "Sirga Wharf", ZoneInfo("Europe/London"), "GB", "GBP", rooms_of(40)),
    "London", "en", "Sirga Wharf Ltd", 21, 1,
)  # fmt: skip
SAINT_LAURENT = Hotel(
    "opera_cloud",
    House("YUL", "Sirga Saint-Laurent", ZoneInfo("America/Toronto"), "CA", "CAD", rooms_of(20)),
    "Montréal", "fr", "Sirga Saint-Laurent Inc.", 22, 2,
)  # fmt: skip
LIMMAT = Hotel(
    "sql_views",
    House("ZRH", "Pension Sirga", ZoneInfo("Europe/Zurich"), "CH", "CHF", rooms_of(30)),
    "Zürich", "de", "Pension Sirga GmbH", 23, 3,
)  # fmt: skip
LIVING = (WHARF, SAINT_LAURENT, LIMMAT)

# Who watches a quarter of an hour shall not wait for a network to mend, nor wonder at a stranger.
PATIENT_MEWS = MEWS_QUIRKS - {
    MewsQuirk.RATE_LIMIT, MewsQuirk.SERVER_ERRORS, MewsQuirk.PROXY_PAGES, MewsQuirk.TOO_HEAVY,
}  # fmt: skip
PATIENT_OPERA = OPERA_QUIRKS - {
    OperaQuirk.RATE_LIMIT, OperaQuirk.SERVER_ERRORS, OperaQuirk.SLOW_SUMMARIES,
    OperaQuirk.TOKEN_ENDS, OperaQuirk.FOREIGN_ROWS,
}  # fmt: skip
PATIENT_SQL = frozenset(
    {
        SqlQuirk.SECONDS, SqlQuirk.WALL_TIME, SqlQuirk.CORRECTIONS, SqlQuirk.CANCELLATION_STAYS,
        SqlQuirk.MERGES,
    }
)  # fmt: skip


@dataclass
class Standing:
    """One of the hotels with its PMS; the same seed and day give the same one again."""

    hotel: Hotel
    pms: Pms


@contextmanager
def standing(
    now: Now, began_on: date, housing: Housing, hotels: Sequence[Hotel] = LIVING
) -> Iterator[tuple[Standing, ...]]:
    """The living hotels as they began on this day, and whatever happened until now."""
    with ExitStack() as until_the_end:
        found = []
        for hotel in hotels:
            world = world_of(hotel, began_on, now())
            pms: Pms
            if hotel.dialect == "mews":
                pms = MewsHouse(world, now, hotel.seed, {"quirks": PATIENT_MEWS})
            elif hotel.dialect == "opera_cloud":
                pms = OperaHouse(world, now, hotel.seed, {"quirks": PATIENT_OPERA})
            else:
                until_the_end.enter_context(housing.made())
                relay = until_the_end.enter_context(Relay(housing.socket))
                pms = SqlHouse(world, now, housing, relay, hotel.seed, PATIENT_SQL)
                until_the_end.enter_context(pms.pms)
            found.append(Standing(hotel, pms))
        yield tuple(found)


def travellers(began_on: date) -> list[list[Person]]:
    """Households who stay at several hotels of the group, each hotel knowing them its own way."""
    crowd = Crowd(TRAVELLERS_SEED, began_on, place=PLACES - 1)
    return [crowd.household(1 + number % 2) for number in range(TRAVELLERS)]


def world_of(hotel: Hotel, began_on: date, now: datetime) -> World:
    """Its bookings around the day it began, and a busy front office from that day on."""
    first, last = began_on - timedelta(days=DAYS_BEHIND), began_on + timedelta(days=DAYS_AHEAD)
    world = build_world(
        hotel.seed, hotel.house, first, last, today=began_on, place=hotel.place,
        travellers=travellers(began_on),
    )  # fmt: skip
    # West of the house whose day it is, the day before has not ended.
    the_day_before = began_on - timedelta(days=1)
    _enliven(world, hotel.seed, the_day_before, now + timedelta(days=LIVELY_DAYS_AHEAD))
    return world


def _enliven(world: World, seed: int, first: date, until: datetime) -> None:
    """Every few minutes, also at night, a wish of a guest is written down.

    Each is drawn by its own instant: a demo called again days later finds those it had, and more.
    """
    day = world.house.instant(first, 0)
    while day < until:
        lives = [life for life in world.bookings.values() if _is_near(life, day)]
        first += timedelta(days=1)
        at, day = day, world.house.instant(first, 0)
        while lives and at < min(day, until):
            rng = stream(seed, f"wish {at:%Y%m%d%H%M}")
            _write_down(rng.choice(lives), at, rng.choice(WISHES))
            at += LIVELY_EACH


def _is_near(life: Life[Reservation], at: datetime) -> bool:
    stay = life.state_at(at)
    return (
        stay is not None
        and stay.status in (Status.CONFIRMED, Status.IN_HOUSE)
        and at.date() <= stay.departure_on
        and stay.arrival_on <= (at + SOON).date()
    )


def _write_down(life: Life[Reservation], at: datetime, wish: str) -> None:
    before = life.state_at(at)
    if before is None or before.status not in (Status.CONFIRMED, Status.IN_HOUSE):
        return
    place = sum(1 for when, _, _ in life.versions if when <= at)
    life.versions.insert(place, (at, "wish", replace(before, notes=wish, modified_at=at)))
    life.versions[place + 1 :] = [
        (when, what, replace(stay, notes=wish)) for when, what, stay in life.versions[place + 1 :]
    ]
