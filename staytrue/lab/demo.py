"""The demo hotel: Hotel Sirga with a year behind it, its last days as daily files, and no end.

The first deliveries hold what a front desk must see on its first morning: arrivals, departures,
a booking gone from the file, a word nobody knows, a moved stay, a replaced guest, a room move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from staytrue.hotel.codes import Board, Channel, Payment, Segment, Status
from staytrue.lab.bookings import World, build_world
from staytrue.lab.demand import Plot, Step
from staytrue.lab.files import Delivery, Vices, write_delivery
from staytrue.lab.house import House, RoomBook, hotel_sirga
from staytrue.lab.names import DUTCH, FRENCH, GERMAN, SPANISH, Culture
from staytrue.lab.people import MAILBOXES, Crowd, Person

EXPORT_AT = time(3, 10)
UNKNOWN_WORD = "TENT"
CAST_DOMAIN = "sirga-guests.example"
"""Where the mailboxes of those guests are whose names stand in the script."""
MAIL_DOMAINS = (CAST_DOMAIN, "guest.ota.example", *MAILBOXES)
"""Who may be written to in the demo: mailboxes that nobody has, and no other."""
DAYS_BEHIND, DAYS_AHEAD = 365, 400


@dataclass
class Year:
    """The demo hotel's PMS, the files it has written so far, and what each of them hides."""

    world: World
    today: date
    folder: Path
    history: Delivery
    days: list[Delivery]
    vices: Vices

    @property
    def numbers(self) -> dict[str, str]:
        """The booking number behind each scripted scene: `arrival`, `out of sight`, `moved` …"""
        return self.world.tagged


def write_year(
    folder: Path,
    *,
    today: date,
    property_code: str = "BIO",
    seed: int = 1,
    rooms: int = 90,
    days: int = 7,
    travellers: Sequence[list[Person]] = (),
) -> Year:
    """Write `history/` (everything up to the first export) and `daily/` (the last `days` exports).

    The last export is the one of `today`, 03:10 local time.
    """
    house = hotel_sirga(property_code, rooms)
    book = RoomBook(house)
    world = build_world(
        seed,
        house,
        today - timedelta(days=DAYS_BEHIND),
        today + timedelta(days=DAYS_AHEAD),
        today=today,
        scripted=_script(house, book, seed, today),
        book=book,
        travellers=travellers,
    )
    exports = [_export_at(house, today - timedelta(days=back)) for back in reversed(range(days))]
    history = write_delivery(folder / "history", world, exports[0], history=True)
    last_vices = Vices(
        vanished=frozenset({world.tagged["out of sight"]}),
        words={world.tagged["unknown word"]: UNKNOWN_WORD},
    )
    written = [
        write_delivery(folder / "daily", world, at, vices=last_vices if at == exports[-1] else None)
        for at in exports[1:]
    ]
    return Year(world, today, folder / "daily", history, written, last_vices)


def live(year: Year, now: datetime) -> Delivery:
    """Write the export of this instant of the virtual day: the next file of the demo loop."""
    delivery = write_delivery(year.folder, year.world, now, vices=year.vices)
    # Only what a delivery says is needed once it is written; a demo runs for days.
    year.days = [*year.days[-6:], delivery]
    return delivery


def _export_at(house: House, day: date) -> datetime:
    return house.instant(day, EXPORT_AT.hour * 60 + EXPORT_AT.minute)


class _Script:
    """Writes the few bookings that must be there, day by day around `today`."""

    def __init__(self, house: House, book: RoomBook, seed: int, today: date) -> None:
        self.house, self.book, self.today = house, book, today
        self._crowd = Crowd(seed, today)
        self._cast = 0
        self.plots: list[Plot] = []

    def person(self, culture: Culture, title: str, first: str, last: str) -> Person:
        """Somebody with a name known from the papers, otherwise drawn."""
        self._cast += 1
        drawn = self._crowd.household(1, culture)[0]
        address = f"{first}.{last}".lower().replace(" ", "")
        return replace(
            drawn,
            id=f"s{self._cast:06d}",
            household=f"s{self._cast:06d}",
            title=title,
            first_name=first,
            last_name=last,
            second_last_name=None,
            email=f"{address}@{CAST_DOMAIN}",
        )

    def stay(
        self,
        person: Person,
        in_days: int,
        nights: int,
        *,
        tag: str = "",
        booked_before: int = 40,
        category: str = "Classic",
        **facts: Any,
    ) -> Plot:
        """One booking, `in_days` from today; it comes unless later steps say otherwise."""
        arrival = self.today + timedelta(days=in_days)
        departure = arrival + timedelta(days=nights)
        plot = Plot(
            self.house.instant(arrival - timedelta(days=booked_before), 11 * 60 + 12),
            arrival,
            departure,
            _usual(arrival, departure, category) | facts,
            11900,
            person=person,
            tag=tag,
        )
        room = self.book.take(category, arrival, departure)
        checked_in = self.house.instant(arrival, 15 * 60 + 20)
        checked_out = self.house.instant(departure, 10 * 60 + 5)
        plot.steps = [
            (
                checked_in,
                "checked in",
                {"status": Status.IN_HOUSE, "checked_in_at": checked_in, "room_number": room},
            ),
            (
                checked_out,
                "checked out",
                {"status": Status.CHECKED_OUT, "checked_out_at": checked_out},
            ),
        ]
        self.plots.append(plot)
        return plot

    def yesterday(self, minute: int, what: str, **changes: Any) -> Step:
        """A step of yesterday: the last two files differ by it."""
        return self.house.instant(self.today - timedelta(days=1), minute), what, changes


def _usual(arrival: date, departure: date, category: str) -> dict[str, Any]:
    return {
        "status": Status.CONFIRMED,
        "arrival_on": arrival,
        "departure_on": departure,
        "room_category": category,
        "adults": 2,
        "children": 0,
        "infants": 0,
        "board": Board.BB,
        "channel": Channel.WEBSITE,
        "source": None,
        "segment": Segment.LEISURE,
        "rate_code": "BAR",
        "payment_method": Payment.CARD,
        "notes": None,
    }


def _script(house: House, book: RoomBook, seed: int, today: date) -> list[Plot]:
    script = _Script(house, book, seed, today)
    _around_today(script)
    iker = script.person(SPANISH, "Sr.", "Iker", "Zabala")
    for months_ago in (10, 7, 5, 2):
        script.stay(iker, -30 * months_ago, 2, category="Superior")
    script.stay(iker, 12, 2, tag="returning", booked_before=60, category="Superior")
    return script.plots


def _around_today(script: _Script) -> None:
    nekane = script.person(SPANISH, "Sra.", "Nekane", "Olabarria")
    script.stay(
        nekane, 0, 3, tag="arrival", category="Superior patio", notes="Ground floor, please"
    )
    claire = script.person(FRENCH, "Mme", "Claire", "Fontanel")
    script.stay(claire, 2, 3, tag="soon", category="Superior patio", notes="Cot in room")
    peter = script.person(DUTCH, "Dhr.", "Peter", "van Dongen")
    script.stay(peter, 0, 2, tag="out of sight")
    sabine = script.person(GERMAN, "Frau", "Sabine", "Keller")
    script.stay(sabine, 1, 4, tag="unknown word")

    moved = script.stay(script.person(SPANISH, "Sr.", "Unai", "Arrieta"), 1, 3, tag="moved")
    final = {"arrival_on": moved.arrival_on, "departure_on": moved.leaves_on}
    moved.facts |= {day: value + timedelta(days=4) for day, value in final.items()}
    moved.steps.append(script.yesterday(16 * 60 + 40, "moved", **final))

    replaced = script.stay(
        script.person(FRENCH, "M.", "Hugo", "Perrin"), 1, 2, tag="guest replaced"
    )
    replaced.steps.append(script.yesterday(12 * 60 + 5, "guest replaced"))

    in_house = script.stay(
        script.person(GERMAN, "Herr", "Jonas", "Meyer"),
        -2,
        4,
        tag="room moved",
        category="Superior",
    )
    other = script.book.take("Superior", script.today - timedelta(days=1), in_house.leaves_on)
    in_house.steps.append(script.yesterday(17 * 60 + 20, "room moved", room_number=other))
    script.stay(
        script.person(SPANISH, "Sra.", "Ane", "Urrutia"),
        -3,
        3,
        tag="departure",
        category="Superior",
    )
