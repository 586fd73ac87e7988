"""Pure rules of the hotel's calendar: when a day is over, and which business date it is."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def closes_at(day: date, zone: ZoneInfo, day_close_at: time) -> datetime:
    """The instant a business date is over: its night audit, on the morning after.

    A wall time that the clocks skip counts as the first instant after the gap; one that comes
    twice counts the first time.
    """
    wall = datetime.combine(day + timedelta(days=1), day_close_at, zone)
    return datetime.fromtimestamp(wall.timestamp(), zone)


def due_business_date(now: datetime, zone: ZoneInfo, day_close_at: time) -> date:
    """The business date a hotel should be on at `now`."""
    local = now.astimezone(zone)
    today = local.date()
    return (
        today
        if now >= closes_at(today - timedelta(days=1), zone, day_close_at)
        else (today - timedelta(days=1))
    )
