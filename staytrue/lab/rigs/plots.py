"""What happens to the bookings of a simulated hotel, at stated rates: moved, cancelled late, back.

Some of it falls on purpose into the minutes around a message: there a race shows itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from staytrue.hotel.codes import Board, Channel, Payment, Segment, Status
from staytrue.lab.demand import Plot, Step
from staytrue.lab.house import CATEGORIES, House
from staytrue.lab.streams import pick


@dataclass(frozen=True)
class Rates:
    """Shares of all bookings, but `reinstated` of the cancelled. Late: in the last fifth of the lead.

    `close` is the share of changes that fall within minutes of an hour at which messages leave.
    """

    cancelled: float = 0.10
    cancelled_late: float = 0.08
    moved: float = 0.12
    moved_twice: float = 0.02
    no_show: float = 0.02
    reinstated: float = 0.05
    same_day: float = 0.12
    early_check_in: float = 0.01
    left_early: float = 0.03
    extended: float = 0.04
    room_changed: float = 0.03
    grouped: float = 0.06
    deleted: float = 0.005
    option_first: float = 0.03
    close: float = 0.2


LEAD_MEAN = 30
_CHANNELS = (
    (Channel.WEBSITE, 38.0), (Channel.DIRECT, 26.0), (Channel.OTA, 24.0), (Channel.CORPORATE, 8.0),
    (Channel.TOUR_OPERATOR, 4.0),
)  # fmt: skip
_NIGHTS = ((1, 25.0), (2, 30.0), (3, 20.0), (4, 12.0), (5, 6.0), (7, 5.0), (0, 2.0))
# Days before arrival and hours around which a hotel writes.
_HOURS = ((3, 10 * 60), (2, 15 * 60), (0, 12 * 60))


def plots(
    rng: Random, house: House, count: int, rates: Rates, first: date, days: int
) -> Iterator[Plot]:
    """Exactly so many bookings with first arrivals of these days; rooms of a group are several."""
    made = group = 0
    while made < count:
        leader = _plot(rng, house, rates, first + timedelta(days=rng.randrange(days)))
        rooms = 1
        # So many of all bookings are rooms of groups, which have three on average.
        if rng.random() < rates.grouped / 3:
            rooms, group = min(rng.randint(2, 4), count - made), group + 1
            leader.group = group
            leader.facts["channel"] = Channel.DIRECT
        yield leader
        for number in range(1, rooms):
            yield _beside(rng, leader, is_its_own=number == rooms - 1 and rng.random() < 0.2)
        made += rooms


def _plot(rng: Random, house: House, rates: Rates, arrival: date) -> Plot:
    lead = 0 if rng.random() < rates.same_day else 1 + int(rng.expovariate(1 / LEAD_MEAN))
    minute = rng.randrange(8 * 60, 16 * 60) if not lead else rng.randrange(24 * 60)
    created_at = house.instant(arrival - timedelta(days=lead), minute)
    departure = arrival + timedelta(days=pick(rng, _NIGHTS))
    facts = _facts(rng, arrival, departure)
    plot = Plot(created_at, arrival, departure, facts, rng.randrange(6_000, 30_000))
    if lead and rng.random() < rates.option_first:
        facts["status"] = Status.OPTION
        at = _between(rng, house, plot, created_at, rates)
        plot.steps.append((at, "confirmed", {"status": Status.CONFIRMED}))
    # Who arrives today moves no more: of the others so many more do.
    moves = rates.moved / (1 - rates.same_day)
    for chance in (moves, rates.moved_twice / rates.moved if rates.moved else 0):
        if not lead or rng.random() >= chance:
            break
        _move(rng, house, plot, rates)
    _fate(rng, house, plot, rates)
    return plot


def _facts(rng: Random, arrival: date, departure: date) -> dict[str, Any]:
    channel = pick(rng, _CHANNELS)
    is_business = channel == Channel.CORPORATE
    return {
        "adults": rng.choice((1, 1, 2, 2, 2)),
        "children": rng.choice((0, 0, 0, 1, 2)),
        "infants": 0,
        "board": rng.choice((Board.RO, Board.BB, Board.BB, Board.HB)),
        "channel": channel,
        "source": "OTA Alba" if channel == Channel.OTA else None,
        "segment": Segment.BUSINESS if is_business else Segment.LEISURE,
        "rate_code": "CORP" if is_business else "BAR",
        "payment_method": Payment.CARD,
        "notes": None,
        "status": Status.CONFIRMED,
        "arrival_on": arrival,
        "departure_on": departure,
        "room_category": rng.choice(CATEGORIES).name,
    }


def _beside(rng: Random, leader: Plot, *, is_its_own: bool) -> Plot:
    """Another room of the same group: with the leader's fate, or cancelled by itself."""
    steps = list(leader.steps)
    if is_its_own and leader.comes:
        came = next(at for at, what, _ in steps if what == "checked in")
        at = leader.created_at + (came - leader.created_at) * rng.uniform(0.3, 0.95)
        steps = [step for step in steps if step[0] < at] + [_cancelled(at)]
    return Plot(
        leader.created_at, leader.arrival_on, leader.leaves_on, dict(leader.facts),
        leader.cents_per_night, leader.comes and not is_its_own, leader.group, steps,
    )  # fmt: skip


def _last_at(plot: Plot) -> datetime:
    return max((at for at, _, _ in plot.steps), default=plot.created_at)


def _between(
    rng: Random, house: House, plot: Plot, first: datetime, rates: Rates, share: float = 0
) -> datetime:
    """An instant after the first (or so far along) and before the evening of arrival."""
    last = max(house.instant(plot.arrival_on, 20 * 60), first + timedelta(minutes=40))
    at = first + (last - first) * rng.uniform(share, 1)
    if rng.random() < rates.close:
        days, minute = rng.choice(_HOURS)
        hour = house.instant(plot.arrival_on - timedelta(days=days), minute)
        near = hour + timedelta(seconds=rng.randint(-1_200, 1_200))
        at = near if first < near < last else at
    return max(at, first + timedelta(minutes=1)).replace(microsecond=0)


def _move(rng: Random, house: House, plot: Plot, rates: Rates) -> None:
    """Other dates, known before both the old and the new arrival."""
    at = _between(rng, house, plot, _last_at(plot), rates)
    today = at.astimezone(house.zone).date()
    arrival = max(plot.arrival_on + timedelta(days=rng.randint(-6, 14)), today + timedelta(days=1))
    departure = arrival + timedelta(days=max(1, (plot.leaves_on - plot.arrival_on).days))
    if (arrival, departure) == (plot.arrival_on, plot.leaves_on):
        departure += timedelta(days=1)
    plot.arrival_on, plot.leaves_on = arrival, departure
    changes = {"arrival_on": arrival, "departure_on": departure}
    plot.steps.append((at, "moved", changes))


def _fate(rng: Random, house: House, plot: Plot, rates: Rates) -> None:
    fate = rng.random()
    if fate < rates.cancelled + rates.cancelled_late:
        share = 0.8 if fate < rates.cancelled_late else 0.0
        begun = _last_at(plot)
        at = _between(rng, house, plot, begun, rates, share)
        plot.comes = False
        plot.steps.append(_cancelled(at))
        if rng.random() >= rates.reinstated:
            is_deleted = rng.random() < rates.deleted / (rates.cancelled + rates.cancelled_late)
            plot.tag = f"deleted {house.code} {rng.random()}" if is_deleted else ""
            return
        back = at + timedelta(minutes=rng.randrange(5, 2_000))
        if back >= house.instant(plot.arrival_on, 12 * 60):
            return
        facts = {"status": Status.CONFIRMED, "cancelled_at": None}
        plot.steps.append((back.replace(microsecond=0), "reinstated", facts))
        plot.comes = True
    elif fate < rates.cancelled + rates.cancelled_late + rates.no_show:
        plot.comes = False
        # Posted at the night audit, or at noon when the night porter would not decide.
        minute = rng.choice((2 * 60 + 30, 12 * 60)) + rng.randrange(20)
        at = house.instant(plot.arrival_on + timedelta(days=1), minute)
        plot.steps.append((at, "no-show", {"status": Status.NO_SHOW}))
        return
    _stay(rng, house, plot, rates)


def _cancelled(at: datetime) -> Step:
    return at, "cancelled", {"status": Status.CANCELLED, "cancelled_at": at}


def _stay(rng: Random, house: House, plot: Plot, rates: Rates) -> None:
    """They come, and leave when they truly leave."""
    is_early = rng.random() < rates.early_check_in
    minute = rng.randrange(7 * 60, 10 * 60) if is_early else rng.randrange(14 * 60, 21 * 60)
    arrived = house.instant(plot.arrival_on, minute)
    came = max(arrived, _last_at(plot) + timedelta(minutes=10)).replace(microsecond=0)
    facts = {
        "status": Status.IN_HOUSE,
        "checked_in_at": came,
        "room_number": f"{rng.randrange(100, 400)}",
    }
    plot.steps.append((came, "checked in", facts))
    nights = (plot.leaves_on - plot.arrival_on).days
    chance, changes = rng.random(), {}
    if nights >= 1 and chance < rates.extended:
        evening = house.instant(plot.leaves_on - timedelta(days=1), rng.randrange(1_260, 1_400))
        plot.leaves_on += timedelta(days=rng.randint(1, 2))
        at = max(evening, came + timedelta(minutes=5))
        plot.steps.append((at, "extended", {"departure_on": plot.leaves_on}))
    elif nights >= 2 and chance < rates.extended + rates.left_early:
        plot.leaves_on -= timedelta(days=1)
        changes = {"departure_on": plot.leaves_on}
    if nights >= 1 and rng.random() < rates.room_changed:
        at = house.instant(plot.arrival_on + timedelta(days=1), rng.randrange(5 * 60, 7 * 60))
        room = f"{rng.randrange(100, 400)}"
        plot.steps.append((max(at, came + timedelta(hours=1)), "room moved", {"room_number": room}))
    minute = rng.randrange(21 * 60, 23 * 60) if not nights else rng.randrange(7 * 60, 12 * 60)
    left = max(house.instant(plot.leaves_on, minute), _last_at(plot) + timedelta(minutes=20))
    left = left.replace(microsecond=0)
    facts = {"status": Status.CHECKED_OUT, "checked_out_at": left, **changes}
    plot.steps.append((left, "checked out", facts))
