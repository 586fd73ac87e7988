"""When a step is due: local wall time of the hotel, late bookings, quiet hours, the last moment. Pure.

A day of a stay is a date in the hotel's own zone and never an instant: only here does it become one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from staytrue.journeys.facts import House, Stay
from staytrue.journeys.steps import Anchor, Late, Point, Step, clock_of
from staytrue.messages.kinds import DEMANDS

UTC = ZoneInfo("UTC")
NOON = time(12)
_OF_DATES = frozenset({Anchor.ARRIVAL, Anchor.DEPARTURE})


@dataclass(frozen=True)
class Due:
    """When a message leaves at the earliest and at the latest, and how that came about.

    `planned_at` is the step's own moment; `late` the rule that moved it, if one did.
    """

    at: datetime
    not_after: datetime
    planned_at: datetime
    late: str = ""
    is_quiet: bool = False

    @property
    def is_over(self) -> bool:
        """Whether its last moment lies before its first."""
        return self.not_after <= self.at


@lru_cache(maxsize=1 << 16)
def at_local(day: date, clock: time, zone: str) -> datetime:
    """A wall time of a hotel as an instant. Where clocks jump over it, it is as much later; where
    they show it twice, the first of the two.
    """
    # fold=0 is just that: before a gap the old offset holds, in a fold the first pass.
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)


def business_day(instant: datetime, house: House) -> date:
    """The hotel's day of an instant: it ends at the day close, not at midnight."""
    local = instant.astimezone(ZoneInfo(house.zone))
    return local.date() - timedelta(days=local.time() < house.day_close)


def moment(point: Point, stay: Stay, house: House, instant: datetime | None) -> datetime | None:
    """The moment of a point; `instant` is the anchor's own, where it has one and is known."""
    if point.at is None:
        return instant + timedelta(minutes=point.minutes) if instant else None
    if point.anchor == Anchor.ARRIVAL:
        day: date | None = stay.arrival_on
    elif point.anchor == Anchor.DEPARTURE:
        day = stay.departure_on
    else:
        day = business_day(instant, house) if instant else None
    if day is None:
        return None
    return at_local(day + timedelta(days=point.days), clock_of(point.at), house.zone)


def instant_of(anchor: Anchor, stay: Stay) -> datetime | None:
    """The instant of an anchor that happens once; none while it has not."""
    if anchor == Anchor.CREATION:
        return stay.created_at or stay.first_seen_at
    if anchor == Anchor.CHECK_IN:
        return stay.checked_in_at
    if anchor == Anchor.CHECK_OUT:
        return stay.checked_out_at
    return None


def due(step: Step, stay: Stay, house: House, instant: datetime | None = None) -> Due | None:
    """When a step is due; None when its anchor has not happened, or its late rule skips it."""
    planned = moment(step.when, stay, house, instant)
    if planned is None:
        return None
    ends = [planned + timedelta(minutes=step.lives_minutes)]
    if step.until:
        until = moment(step.until, stay, house, instant_of(step.until.anchor, stay))
        last = [until] if until else []
    else:
        last = []
    at, late = planned, ""
    # What follows an event of the stay is never early; what hangs on its dates may be over when
    # they come to be known.
    if step.when.anchor in _OF_DATES and planned < stay.known_at:
        moved, late = _too_late(step, stay, house), step.late.value
        if moved is None:
            return None
        at = moved
        ends = [at + timedelta(minutes=step.lives_minutes)]
    loud = at if DEMANDS[step.kind].is_critical else _after_quiet(at, house)
    return Due(loud, min([*ends, *last]), planned, late, loud != at)


def _too_late(step: Step, stay: Stay, house: House) -> datetime | None:
    """The moment of a step whose own was over when its stay came to be known as it is."""
    if step.late == Late.SKIP:
        return None
    if step.late == Late.NOW or step.when.at is None:
        return stay.known_at
    # Shortened: the next time that the clock shows its hour.
    day, clock = stay.known_at.astimezone(ZoneInfo(house.zone)).date(), clock_of(step.when.at)
    today = at_local(day, clock, house.zone)
    return today if today >= stay.known_at else at_local(day + timedelta(days=1), clock, house.zone)


def _after_quiet(instant: datetime, house: House) -> datetime:
    """The instant itself, or the end of the quiet hours in which it lies."""
    local = instant.astimezone(ZoneInfo(house.zone))
    start, end, clock = house.quiet_from, house.quiet_until, local.time()
    if start == end:
        return instant
    if start < end:
        return at_local(local.date(), end, house.zone) if start <= clock < end else instant
    if clock >= start:
        return at_local(local.date() + timedelta(days=1), end, house.zone)
    return max(instant, at_local(local.date(), end, house.zone)) if clock < end else instant


def birthdays(birthday: str, since: datetime, zone: str, years: int) -> list[date]:
    """The next birthdays after an instant; who was born on 29 February has it on the 28th."""
    month, day = int(birthday[-5:-3]), int(birthday[-2:])
    first = since.astimezone(ZoneInfo(zone)).date()
    found = [_in_year(first.year + more, month, day) for more in range(years + 1)]
    return [each for each in found if each > first][:years]


def _in_year(year: int, month: int, day: int) -> date:
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return date(year, month, 28 if (month, day) == (2, 29) and not is_leap else day)
