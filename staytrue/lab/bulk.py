"""Big exports for benches: millions of bookings and profiles in the daily files' layout, fast.

Cheaper than `bookings`: each row stands for itself and only its end state is drawn. The truth
(counts by status, nights, revenue to the cent) stands in a JSON file beside the two exports.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from staytrue.hotel.codes import Segment, Status
from staytrue.lab import figures
from staytrue.lab.bookings import money
from staytrue.lab.demand import EXTRAS, SOURCES, board_cents
from staytrue.lab.files import GUEST_COLUMNS, STAY_COLUMNS
from staytrue.lab.house import (
    BOARD_WORDS,
    CATEGORIES,
    CHANNEL_WORDS,
    SEGMENT_WORDS,
    STATUS_WORDS,
    House,
    hotel_sirga,
)
from staytrue.lab.names import Culture
from staytrue.lab.people import plain
from staytrue.lab.streams import index, pick, quantile, stream

TODAY = date(2026, 5, 21)
DAYS_BEHIND, DAYS_AHEAD = 3 * 365, 365
FIRST_NUMBER, FIRST_PROFILE = 1_000_001, 100_001
KINDS = 4096
RAISE_CENTS = 1000
STATUS_OF_WORD = {word: status for status, word in STATUS_WORDS.items()}


@dataclass(frozen=True)
class BulkFiles:
    """The two exports, and the truth about them as a JSON file."""

    stays: Path
    guests: Path
    truth: Path

    def counts(self) -> dict[str, Any]:
        """The truth: bookings, by_status, nights, room_revenue, profiles, people, roster."""
        known: dict[str, Any] = json.loads(self.truth.read_text())
        return known


def write_bulk(
    folder: Path,
    reservations: int = 1_000_000,
    profiles: int = 600_000,
    seed: int = 1,
    *,
    today: date = TODAY,
    days_behind: int = DAYS_BEHIND,
) -> BulkFiles:
    """Write a history export of this size: the state at 03:10 of `today`.

    It looks back `days_behind`; without any, every stay is still to come.
    """
    house = hotel_sirga()
    folder.mkdir(parents=True, exist_ok=True)
    files = _named(folder, house, today)
    days = _Days(house, today)
    truth = _Truth()
    span = _Span(reservations, profiles, days_behind)
    rows = _stay_rows(stream(seed, "bulk stays"), house, days, span, truth)
    _write(files.stays, STAY_COLUMNS, rows)
    people = _Count()
    rows = _guest_rows(stream(seed, "bulk guests"), days, profiles, people)
    _write(files.guests, GUEST_COLUMNS, rows)
    found = truth.counts() | {"profiles": profiles, "people": people.value}
    files.truth.write_text(json.dumps(found, indent=1))
    return files


def mutate(
    files: BulkFiles, share: float = 0.01, seed: int = 1, *, today: date = TODAY
) -> BulkFiles:
    """Write the next day's export of the same bookings, where that share of the rows changed.

    Confirmed stays are cancelled, all others get ten more on the bill; profiles get a note.
    """
    house = hotel_sirga()
    at = house.instant(today, 22 * 60).astimezone(house.zone).isoformat(timespec="seconds")
    later = _named(files.stays.parent, house, today + timedelta(days=1))
    truth = files.counts()
    rng = stream(seed, "bulk changes")
    changes: Counter[str] = Counter()

    def stay(row: list[str]) -> None:
        changes[_change_stay(row, at)] += 1

    def guest(row: list[str]) -> None:
        row[GUEST_COLUMNS.index("modified")] = at
        row[GUEST_COLUMNS.index("notes")] = "Called about the invoice"
        changes["profiles"] += 1

    _rewrite(files.stays, later.stays, rng, share, stay)
    _rewrite(files.guests, later.guests, rng, share, guest)
    confirmed, came = STATUS_WORDS[Status.CONFIRMED], STATUS_WORDS[Status.CHECKED_OUT]
    truth["by_status"][Status.CONFIRMED] -= changes[confirmed]
    truth["by_status"][Status.CANCELLED] += changes[confirmed]
    raised = money(RAISE_CENTS) * changes[came]
    truth["room_revenue"] = str(Decimal(truth["room_revenue"]) + raised)
    truth["changed_profiles"] = changes.pop("profiles")
    truth["changed_bookings"] = changes.total()
    later.truth.write_text(json.dumps(truth, indent=1))
    return later


def _named(folder: Path, house: House, day: date) -> BulkFiles:
    stamp = f"{house.code}_{day:%Y%m%d}-0310"
    return BulkFiles(
        folder / f"stays_{stamp}.csv",
        folder / f"guests_{stamp}.csv",
        folder / f"truth_{stamp}.json",
    )


def _write(path: Path, columns: list[str], rows: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(";".join(columns) + "\n")
        file.writelines(rows)


def _rewrite(
    source: Path, target: Path, rng: Random, share: float, change: Callable[[list[str]], None]
) -> None:
    """Copy a file and let `change` edit that share of its rows. Bulk rows hold no quotes."""
    with (
        source.open(encoding="utf-8", newline="") as old,
        target.open("w", encoding="utf-8", newline="") as new,
    ):
        new.write(next(old))
        for line in old:
            if rng.random() >= share:
                new.write(line)
                continue
            row = line.rstrip("\n").split(";")
            change(row)
            new.write(";".join(row) + "\n")


def _change_stay(row: list[str], at: str) -> str:
    """Edit a row in place; answers the status word it had."""
    status = STAY_COLUMNS.index("status")
    word = row[status]
    row[STAY_COLUMNS.index("modified")] = at
    if word == STATUS_WORDS[Status.CONFIRMED]:
        row[status] = STATUS_WORDS[Status.CANCELLED]
        row[STAY_COLUMNS.index("cancelled")] = at
    else:
        for name in ("amount", "room_amount"):
            column = STAY_COLUMNS.index(name)
            row[column] = str(Decimal(row[column]) + money(RAISE_CENTS))
    return word


@dataclass
class _Count:
    value: int = 0


class _Truth:
    """Adds up what was written."""

    def __init__(self) -> None:
        self.by_status: Counter[str] = Counter()
        self.nights = self.cents = self.roster = 0

    def counts(self) -> dict[str, Any]:
        """The same keys as `bookings.counts`, and the entries of all rosters."""
        by_status = {STATUS_OF_WORD[word].value: n for word, n in self.by_status.items()}
        return {
            "bookings": self.by_status.total(),
            "by_status": dict(sorted(by_status.items())),
            "nights": self.nights,
            "room_revenue": str(money(self.cents)),
            "roster": self.roster,
        }


class _Days:
    """Dates and instants as text, made once: day 0 is today."""

    def __init__(self, house: House, today: date) -> None:
        self.first = -(DAYS_BEHIND + max(max(market.lead) for market in figures.MARKETS) + 1)
        self.minutes = [f"T{minute // 60:02d}:{minute % 60:02d}:00" for minute in range(1440)]
        self._dates: list[str] = []
        self._offsets: list[str] = []
        for offset in range(self.first, DAYS_AHEAD + 60):
            day = today + timedelta(days=offset)
            self._dates.append(day.isoformat())
            noon = datetime.combine(day, time(12), house.zone)
            self._offsets.append(noon.isoformat()[-6:])

    def on(self, offset: int) -> str:
        """The date of a day."""
        return self._dates[offset - self.first]

    def at(self, offset: int, minute: int) -> str:
        """The instant of a minute of a day, with the day's offset to UTC."""
        place = offset - self.first
        return self._dates[place] + self.minutes[minute] + self._offsets[place]


class _Kind(NamedTuple):
    """What bookings have in common: drawn once, used by many rows."""

    party: str
    adults: int
    tail: str
    lead: int
    nights: int
    room_cents: int
    board_cents: int
    cancelled_below: float
    absent_below: float
    payment: str
    extra: tuple[str, int]
    group: bool


def _kind(rng: Random) -> _Kind:
    market = figures.MARKETS[index(rng, [market.share for market in figures.MARKETS])]
    channel = pick(rng, market.channels)
    adults, children, infants = pick(rng, figures.PARTIES)
    category = rng.choices(CATEGORIES, [c.share for c in CATEGORIES])[0]
    board = pick(rng, figures.BOARDS)
    source = rng.choice(SOURCES[channel]) if channel in SOURCES else ""
    nights = index(rng, market.nights)
    rate = "CORP" if market.segment is Segment.BUSINESS else rng.choice(("BAR", "FLEX"))
    words = (category.name, rate, BOARD_WORDS[board], CHANNEL_WORDS[channel], source)
    code, label, cents = rng.choice(EXTRAS)
    extra = (f"{code}:{label}:1:{money(cents)}", cents) if rng.random() < 0.35 else ("", 0)
    return _Kind(
        party=f"{adults};{children};{infants}",
        adults=adults,
        tail=";".join((*words, SEGMENT_WORDS[market.segment], "EUR")),
        lead=quantile(rng, market.lead),
        nights=nights,
        room_cents=round(quantile(rng, figures.RATE_DECILES) * category.price) * max(1, nights),
        board_cents=board_cents(board) * adults * max(1, nights),
        cancelled_below=market.cancelled,
        absent_below=market.cancelled + market.no_show,
        payment=rng.choice(("Card", "Card", "Card", "Agency", "Transfer", "Cash")),
        extra=extra,
        group=market.segment is Segment.GROUP,
    )


class _Span(NamedTuple):
    """How many stays of how many profiles, and since when."""

    stays: int
    profiles: int
    days_behind: int


def _stay_rows(rng: Random, house: House, days: _Days, of: _Span, truth: _Truth) -> Iterator[str]:
    kinds = [_kind(rng) for _ in range(KINDS)]
    rooms = [room for numbers in house.rooms.values() for room in numbers]
    span = of.days_behind + DAYS_AHEAD
    for number in range(FIRST_NUMBER, FIRST_NUMBER + of.stays):
        chance, bits = rng.random(), rng.getrandbits(96)
        kind = kinds[bits & 4095]
        arrival = (bits >> 12) % span - of.days_behind
        departure = arrival + kind.nights
        # Nothing is booked after today: who would be, booked some days ago instead.
        created = min(arrival - kind.lead, -1 - (bits & 31))
        minute = (bits >> 40) & 1023
        happened = _happened(kind, days, arrival, departure, created, chance, minute)
        status, modified, instants = happened
        extra, extra_cents = kind.extra if instants[1] else ("", 0)
        cents = kind.room_cents + (minute << 2)
        guest = FIRST_PROFILE + (bits >> 50) % of.profiles
        alone = kind.adults < 2 or minute & 3 > 0
        companion = "" if alone else FIRST_PROFILE + (bits >> 70) % of.profiles
        booker = "" if ";OTA;" in kind.tail else guest
        truth.by_status[status] += 1
        truth.roster += 1 + (companion != "") + (booker != "")
        if instants[2]:
            truth.nights += kind.nights
            truth.cents += cents
        total = cents + kind.board_cents + extra_cents
        yield (
            f"{number};1;{f'G{number >> 3}' if kind.group else ''};{status};{days.on(arrival)};"
            f"{days.on(departure)};{days.at(created, minute)};{modified};{instants[0]};"
            f"{instants[1]};{instants[2]};{kind.party};"
            f"{rooms[minute % len(rooms)] if instants[1] else ''};{kind.tail};"
            f"{total // 100}.{total % 100:02d};{cents // 100}.{cents % 100:02d};Yes;"
            f"{kind.payment};{guest};{booker};{companion};{extra};\n"
        )


def _happened(
    kind: _Kind,
    days: _Days,
    arrival: int,
    departure: int,
    created: int,
    chance: float,
    minute: int,
) -> tuple[str, str, tuple[str, str, str]]:
    """Status word, modified, and the instants of cancellation, check-in and check-out."""
    if chance < kind.cancelled_below:
        cancelled_on = created + int((arrival - created) * chance / kind.cancelled_below)
        if cancelled_on < 0:
            # Half an hour after the booking at the earliest: `minute` ends at 17:03.
            cancelled = days.at(cancelled_on, minute + 30)
            return "Cancelled", cancelled, (cancelled, "", "")
    if arrival >= 0:
        word = "Option" if chance > 0.98 else "Confirmed"
        return word, days.at(created, minute), ("", "", "")
    if chance < kind.absent_below:
        return "No show", days.at(arrival + 1, 150), ("", "", "")
    checked_in = days.at(arrival, 840 + minute // 4)
    if departure >= 0:
        return "In house", checked_in, ("", checked_in, "")
    checked_out = days.at(departure, 1150 if departure == arrival else 420 + minute // 4)
    return "Checked out", checked_out, ("", checked_in, checked_out)


class _Person(NamedTuple):
    """The columns of a profile that stay when the person is written down again."""

    title: str
    name: str
    contact: str


def _person(bits: int, serial: int, culture: Culture, folded: dict[str, str]) -> _Person:
    female, reached = bits & 1, (bits >> 60) % 100 >= 100 * figures.WITHOUT_CONTACT
    names = culture.female if female else culture.male
    first = names[(bits >> 9) % len(names)]
    last = culture.last[(bits >> 20) % len(culture.last)]
    second = culture.last[(bits >> 32) % len(culture.last)] if culture.language == "es" else ""
    born = f"{1940 + (bits >> 44) % 65}-{1 + (bits >> 50) % 12:02d}-{1 + (bits >> 54) % 28:02d}"
    email = f"{folded[first]}.{folded[last]}{serial}@mail.example;Private" if reached else ";"
    prefix, digits = culture.mobile
    mobile = f"{prefix}{serial % 10**digits:0{digits}d}" if reached else ""
    postcode, city = culture.towns[(bits >> 70) % len(culture.towns)]
    home = f"{culture.streets[0]} {1 + (bits >> 2) % 90};;{postcode};{city}"
    return _Person(
        culture.titles[0 if female else 1],
        f"{first};{last};{second}",
        f"{born if bits & 2 else ''};{culture.language};{culture.country};{culture.country};"
        f"{email};;;;{mobile};{home if bits & 4 else ';;;'}",
    )


def _guest_rows(rng: Random, days: _Days, count: int, people: _Count) -> Iterator[str]:
    """Profiles, every fifth of them the second one of a person met shortly before."""
    cultures = [pick(rng, figures.COUNTRIES) for _ in range(256)]
    folded = {
        name: plain(name)
        for culture, _ in figures.COUNTRIES
        for name in (*culture.female, *culture.male, *culture.last)
    }
    recent: deque[_Person] = deque(maxlen=512)
    for source_id in range(FIRST_PROFILE, FIRST_PROFILE + count):
        bits = rng.getrandbits(96)
        if source_id % 5 == 0 and recent:
            known = recent[bits % len(recent)]
            person = known._replace(name=known.name.upper())
        else:
            people.value += 1
            person = _person(bits, source_id, cultures[(bits >> 80) & 255], folded)
            recent.append(person)
        consent = ("Yes", "No", "", "")[(bits >> 88) & 3]
        modified = days.at(-1 - (bits >> 76) % DAYS_BEHIND, 600)
        yield (
            f"{source_id};{person.title};{person.name};{person.contact};;;;;{consent};{modified};\n"
        )
