"""Who wants to stay when: one plot per booking, with everything that will happen to it.

A plot is the truth before any PMS writes it down: what was first booked, and the dated steps
(moved, cancelled, checked in …) that follow. Proportions come from `figures`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from staytrue.hotel.codes import Board, Channel, Payment, Segment, Status
from staytrue.lab import figures
from staytrue.lab.figures import MARKETS, Market
from staytrue.lab.house import CATEGORIES, House, RoomBook
from staytrue.lab.people import Person
from staytrue.lab.streams import index, pick, quantile, stream

# Arrivals a day and room that fill the house to about 0.75 with the lengths of the file.
DEMAND = 0.24
GROUP_MEAN = sum(figures.GROUP_SIZE) / 2
SOURCES = {
    Channel.OTA: ("OTA Alba", "OTA Boreal", "OTA Cumulus"),
    Channel.TOUR_OPERATOR: ("Nordlys Rejser", "Rota Larga Viagens", "Meseta Tours"),
    Channel.CORPORATE: ("Astilleros Aldape", "Ferralla Norte", "Laboratorios Zuri"),
    Channel.GDS: ("GDS Meridian",),
    Channel.GROUP: ("Coro Arrieta", "Congreso del Agua", "Club Ciclista Ría"),
}
REQUESTS = (
    "Cot in room",
    "Ground floor, please",
    "Late arrival, after 23:00",
    "Habitación tranquila; lejos del ascensor",
    'Asked for "the room with the view"',
    "Chambre avec baignoire si possible",
)
EXTRAS = (
    ("PARK", "Parking", 1800),
    ("SPA", "Spa circuit", 2500),
    ("BAR", "Bar", 1450),
    ("LATE", "Late check-out", 3000),
    ("MINI", "Minibar", 620),
)

Step = tuple[datetime, str, dict[str, Any]]


@dataclass(slots=True)
class Plot:
    """One booking to be: its facts when made, the steps that follow, and who it is for.

    `arrival_on` and `leaves_on` are what truly happens; `facts` say what was booked first.
    """

    created_at: datetime
    arrival_on: date
    leaves_on: date
    facts: dict[str, Any]
    cents_per_night: int
    comes: bool = True
    group: int | None = None
    steps: list[Step] = field(default_factory=list)
    person: Person | None = None
    tag: str = ""


def plots(seed: int, house: House, first: date, last: date, book: RoomBook) -> Iterator[Plot]:
    """All bookings with arrival in the span, by arrival. Who finds the house full is left out."""
    rng = stream(seed, "demand")
    per_day = house.size * DEMAND
    shares = [m.share / (GROUP_MEAN if m.segment is Segment.GROUP else 1) for m in MARKETS]
    weekday_mean = sum(figures.WEEKDAYS) / 7
    groups = 0
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        season = figures.MONTHS[day.month - 1] * figures.WEEKDAYS[day.weekday()] / weekday_mean
        enquiries = per_day * season * sum(shares)
        for _ in range(max(0, round(rng.gauss(enquiries, enquiries**0.5)))):
            market = MARKETS[index(rng, shares)]
            if market.segment is Segment.GROUP:
                groups += 1
                made = _group(rng, house, market, day, groups)
            else:
                made = [_plot(rng, house, market, day)]
            yield from (plot for plot in made if not plot.comes or lodge(rng, house, plot, book))


def _group(rng: Random, house: House, market: Market, day: date, group: int) -> list[Plot]:
    """Several rooms under one number: same dates, same hour, same fate."""
    leader = _plot(rng, house, market, day)
    leader.group = group
    members = [leader]
    for _ in range(rng.randint(*figures.GROUP_SIZE) - 1):
        adults = rng.choice((1, 2, 2, 2))
        facts = {
            **leader.facts,
            "adults": adults,
            "children": 0,
            "infants": 0,
            "notes": None,
        }
        members.append(
            Plot(
                leader.created_at,
                leader.arrival_on,
                leader.leaves_on,
                facts,
                leader.cents_per_night,
                leader.comes,
                group,
                list(leader.steps),
            )
        )
    return members


def _plot(rng: Random, house: House, market: Market, day: date) -> Plot:
    channel = pick(rng, market.channels)
    nights = index(rng, market.nights)
    created_at = _made_at(rng, house, day, quantile(rng, market.lead), channel)
    category = rng.choices(CATEGORIES, [c.share for c in CATEGORIES])[0]
    cents = round(quantile(rng, figures.RATE_DECILES) * category.price)
    plot = Plot(
        created_at,
        day,
        day + timedelta(days=nights),
        _facts(rng, market, channel),
        cents,
    )
    plot.facts |= {
        "status": Status.CONFIRMED,
        "arrival_on": day,
        "departure_on": plot.leaves_on,
        "room_category": category.name,
    }
    fate = rng.random()
    plot.comes = fate >= market.cancelled + market.no_show
    cancelled = fate < market.cancelled
    end = house.instant(day, 10 * 60)
    if cancelled:
        end = _cancelled_at(rng, house, plot)
    _before_arrival(rng, plot, end)
    if cancelled:
        plot.steps.append((end, "cancelled", {"status": Status.CANCELLED, "cancelled_at": end}))
    elif not plot.comes:
        # Posted at the night audit, or at noon when the night porter would not decide.
        minute = rng.choice((2 * 60 + 30, 2 * 60 + 30, 12 * 60)) + rng.randrange(20)
        at = house.instant(day + timedelta(days=1), minute)
        plot.steps.append((at, "no-show", {"status": Status.NO_SHOW}))
    return plot


def _made_at(rng: Random, house: House, day: date, lead: int, channel: Channel) -> datetime:
    online = channel in (Channel.OTA, Channel.WEBSITE, Channel.GDS)
    first, last = (0, 24 * 60) if online and lead else (9 * 60, 20 * 60)
    return house.instant(day - timedelta(days=lead), rng.randrange(first, last))


def _cancelled_at(rng: Random, house: House, plot: Plot) -> datetime:
    """Somewhere between booking and arrival, by the tenths of the lead time in the file."""
    share = (index(rng, figures.CANCELLED_IN_TENTH) + rng.random()) / 10
    last = max(house.instant(plot.arrival_on, 20 * 60), plot.created_at + timedelta(hours=1))
    seconds = int((last - plot.created_at).total_seconds() * share)
    return plot.created_at + timedelta(seconds=max(60, seconds))


def _facts(rng: Random, market: Market, channel: Channel) -> dict[str, Any]:
    (adults, children, infants) = pick(rng, figures.PARTIES)
    sources = SOURCES.get(channel)
    by_agency = channel is Channel.TOUR_OPERATOR or (channel is Channel.OTA and rng.random() < 0.3)
    by_company = channel in (Channel.GROUP, Channel.CORPORATE) and rng.random() < 0.6
    payment = Payment.AGENCY if by_agency else Payment.TRANSFER if by_company else Payment.CARD
    if payment is Payment.CARD and rng.random() < 0.08:
        payment = Payment.CASH
    return {
        "adults": adults,
        "children": children,
        "infants": infants,
        "board": pick(rng, figures.BOARDS),
        "channel": channel,
        "source": rng.choice(sources) if sources else None,
        "segment": market.segment,
        "rate_code": "CORP" if market.segment is Segment.BUSINESS else rng.choice(("BAR", "FLEX")),
        "payment_method": payment,
        "notes": rng.choice(REQUESTS) if rng.random() < figures.WITH_REQUEST else None,
    }


def _before_arrival(rng: Random, plot: Plot, end: datetime) -> None:
    """What changes between booking and arrival, spread in order over that time."""
    if (end - plot.created_at) < timedelta(hours=12):
        return
    happens: list[tuple[str, dict[str, Any]]] = []
    if rng.random() < figures.OPTION_FIRST:
        plot.facts["status"] = Status.WAITLIST if rng.random() < 0.15 else Status.OPTION
        happens.append(("confirmed", {"status": Status.CONFIRMED}))
    if rng.random() < figures.MOVED and plot.leaves_on > plot.arrival_on:
        happens.append(("moved", _moved(rng, plot, end.date())))
    if rng.random() < figures.CATEGORY_CHANGED:
        final = plot.facts["room_category"]
        plot.facts["room_category"] = rng.choice([c.name for c in CATEGORIES if c.name != final])
        happens.append(("category changed", {"room_category": final}))
    if rng.random() < figures.GUEST_REPLACED:
        happens.append(("guest replaced", {}))
    if plot.comes and rng.random() < figures.REINSTATED / 0.7:
        happens.append(("cancelled", {"status": Status.CANCELLED}))
        happens.append(("reinstated", {"status": Status.CONFIRMED, "cancelled_at": None}))
    span = (end - plot.created_at).total_seconds()
    instants = sorted(rng.random() for _ in happens)
    for share, (what, changes) in zip(instants, happens, strict=True):
        at = plot.created_at + timedelta(seconds=int(span * share))
        if what == "cancelled":
            changes["cancelled_at"] = at
        plot.steps.append((at, what, changes))


def _moved(rng: Random, plot: Plot, known_by: date) -> dict[str, Any]:
    """First booked for other dates: earlier ones only as far as the move still came in time."""
    final = {"arrival_on": plot.arrival_on, "departure_on": plot.leaves_on}
    nights = (plot.leaves_on - plot.arrival_on).days
    slack = (plot.arrival_on - known_by).days
    shift = rng.randint(-min(7, slack), 10)
    longer = rng.choice((-1, 0, 0, 1)) or (0 if shift else 1)
    plot.facts["arrival_on"] = plot.arrival_on + timedelta(days=shift)
    plot.facts["departure_on"] = plot.facts["arrival_on"] + timedelta(days=max(1, nights + longer))
    return final


def lodge(rng: Random, house: House, plot: Plot, book: RoomBook) -> bool:
    """Give the party a room and write the steps of the stay itself; false when the house is full.

    The stay may end later or earlier than booked, and the party may change rooms in between.
    """
    booked = (plot.leaves_on - plot.arrival_on).days
    chance = rng.random()
    if booked >= 1 and chance < figures.EXTENDED:
        plot.leaves_on += timedelta(days=rng.randint(1, 2))
    elif booked >= 2 and chance < figures.EXTENDED + figures.SHORTENED:
        plot.leaves_on -= timedelta(days=1)
    nights = (plot.leaves_on - plot.arrival_on).days
    moves = nights >= 2 and rng.random() < figures.ROOM_MOVED
    moves_on = plot.arrival_on + timedelta(days=rng.randint(1, nights - 1)) if moves else None
    category = next((s[2] for s in plot.steps if "room_category" in s[2]), plot.facts)
    room = book.take(category["room_category"], plot.arrival_on, moves_on or plot.leaves_on)
    other = book.take(category["room_category"], moves_on, plot.leaves_on) if moves_on else None
    if room is None:
        return False
    plot.steps.append(_check_in(rng, house, plot, room))
    if moves_on and other:
        at = house.instant(moves_on, rng.randrange(11 * 60, 13 * 60))
        plot.steps.append((at, "room moved", {"room_number": other}))
    planned = plot.arrival_on + timedelta(days=booked)
    if planned != plot.leaves_on:
        known_on = min(planned, plot.leaves_on) - timedelta(days=1)
        at = house.instant(max(known_on, plot.arrival_on), rng.randrange(20 * 60, 23 * 60))
        what = "extended" if plot.leaves_on > planned else "shortened"
        plot.steps.append((at, what, {"departure_on": plot.leaves_on}))
    _extras(rng, house, plot)
    plot.steps.append(_check_out(rng, house, plot))
    return True


def _check_in(rng: Random, house: House, plot: Plot, room: str) -> Step:
    early = rng.random() < figures.EARLY_CHECK_IN
    day_use = plot.leaves_on == plot.arrival_on
    first, last = (8, 11) if early else (11, 14) if day_use else (14, 20)
    at = house.instant(plot.arrival_on, rng.randrange(first * 60, last * 60))
    at = max(at, plot.created_at + timedelta(minutes=10))
    changes = {"status": Status.IN_HOUSE, "checked_in_at": at, "room_number": room}
    return at, "checked in", changes


def _extras(rng: Random, house: House, plot: Plot) -> None:
    for _ in range(index(rng, (55, 30, 15))):
        code, label, cents = rng.choice(EXTRAS)
        span = max(1, (plot.leaves_on - plot.arrival_on).days)
        day = plot.arrival_on + timedelta(days=rng.randrange(span))
        at = house.instant(day, rng.randrange(20 * 60 + 15, 23 * 60 + 50))
        plot.steps.append((at, "charged", {"extra": (code, label, rng.randint(1, 2), cents)}))


def _check_out(rng: Random, house: House, plot: Plot) -> Step:
    day_use = plot.leaves_on == plot.arrival_on
    first, last = (21 * 60, 23 * 60) if day_use else (7 * 60, 12 * 60)
    at = house.instant(plot.leaves_on, rng.randrange(first, last))
    return at, "checked out", {"status": Status.CHECKED_OUT, "checked_out_at": at}


def board_cents(board: Board) -> int:
    """What the meals cost a grown-up a night."""
    return {
        Board.RO: 0,
        Board.BB: 1200,
        Board.HB: 3000,
        Board.FB: 4500,
        Board.AI: 6000,
    }[board]
