"""The day close: moves each property's business date and names the no-shows a PMS never names."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from staytrue.changes import log
from staytrue.flow import conclude, reactions
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.hotel.rules import closes_at, due_business_date
from staytrue.mirror import actions as mirror
from staytrue.staff import audit


def close_days(now: datetime) -> int:
    """Close every day that is over, property by property; returns how many were closed."""
    with scope.everything():
        hotels = list(Property.objects.exclude(business_date=None))
    return sum(_close(hotel, now) for hotel in hotels)


def _close(hotel: Property, now: datetime) -> int:
    """Infer and move on in one transaction per day, oldest first.

    A no-show is inferred only when the mirror was read after that day had closed: without a later
    reading the guest may long be in house. The last days are looked at again for that reason.
    """
    zone = ZoneInfo(hotel.timezone)
    due = due_business_date(now, zone, hotel.day_close_at)
    closed = 0
    with scope.everything():
        day = hotel.business_date or due
        for back in range(7, 0, -1):
            _infer(hotel, min(day, due) - timedelta(days=back), zone, now)
        while day < due:
            _infer(hotel, day, zone, now)
            day += timedelta(days=1)
            closed += 1
        if closed:
            audit.assign("day close", now)
            Property.objects.filter(id=hotel.id).update(business_date=day)
            reactions.raise_screens([hotel.id])
    return closed


def _infer(hotel: Property, day: date, zone: ZoneInfo, now: datetime) -> None:
    over = closes_at(day, zone, hotel.day_close_at)
    entries = conclude.own_entries(mirror.infer_no_shows(hotel.id, day, over), over)
    if entries:
        log.make_room(now)
        log.append(entries, now)
        reactions.wake(entries, now)
