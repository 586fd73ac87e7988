"""Clocks that run only while a department works. Pure: instants in, instants out."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

_DAYS_MAX = 400
"""A limit of more working days than this is a mistake of whoever set it."""


class Hours(msgspec.Struct, frozen=True):
    """When a department works, in the hotel's own time; without an opening, round the clock.

    Who closes at or before the hour he opens works into the next day.
    """

    zone: str
    opens: time | None = None
    closes: time | None = None

    def spans(self, day: datetime) -> tuple[datetime, datetime]:
        """The working span that begins on the local day of this instant."""
        zone, on = ZoneInfo(self.zone), day.date()
        opens, closes = self.opens or time.min, self.closes or time.min
        begin = datetime.combine(on, opens, zone)
        end = datetime.combine(on if closes > opens else on + timedelta(days=1), closes, zone)
        return begin, end


def due(start: datetime, worked: timedelta, hours: Hours) -> datetime:
    """The instant at which so much working time has passed since the start."""
    if hours.opens is None:
        return start + worked
    local, left = start.astimezone(ZoneInfo(hours.zone)), worked
    # The span of yesterday may still run.
    for day in range(-1, _DAYS_MAX):
        begin, end = _utc(hours, local + timedelta(days=day))
        begin = max(begin, start)
        if end <= begin:
            continue
        if left <= end - begin:
            return begin + left
        left -= end - begin
    raise ValueError("The limit is longer than a year of work.")


def worked(start: datetime, end: datetime, hours: Hours) -> timedelta:
    """How much working time lies between two instants."""
    if end <= start:
        return timedelta(0)
    if hours.opens is None:
        return end - start
    local, total = start.astimezone(ZoneInfo(hours.zone)), timedelta(0)
    for day in range(-1, (end - start).days + 2):
        begin, until = _utc(hours, local + timedelta(days=day))
        total += max(timedelta(0), min(until, end) - max(begin, start))
    return total


def _utc(hours: Hours, day: datetime) -> tuple[datetime, datetime]:
    """In one zone Python subtracts wall clocks; across a change of the clock that is an hour off."""
    begin, end = hours.spans(day)
    return begin.astimezone(_UTC), end.astimezone(_UTC)


_UTC = ZoneInfo("UTC")
