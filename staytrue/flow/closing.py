"""The day close: moves each property's business date and names the no-shows a PMS never names."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from zoneinfo import ZoneInfo

from staytrue.changes import log
from staytrue.changes.log import Entry
from staytrue.flow import conclude, races, reactions
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.hotel.rules import closes_at, due_business_date
from staytrue.mirror import actions as mirror
from staytrue.mirror.models import Freshness

# A stay that is longer over and still confirmed has left every daily file, so it is out of sight.
LOOK_BACK = timedelta(days=60)


def close_days(now: datetime) -> int:
    """Close every day that is over, property by property; returns how many were closed."""
    with scope.everything():
        ids = list(Property.objects.exclude(business_date=None).values_list("pk", flat=True))
    return sum(races.run(partial(_close, id_, now)) for id_ in ids)


def _close(property_id: int, now: datetime) -> int:
    """Infer what may be inferred by now, and move on to the date that is due; never back."""
    hotel = Property.objects.select_for_update(no_key=True).get(pk=property_id)
    entries = _no_shows(hotel, now)
    if entries:
        log.make_room(now)
        log.append(entries, now)
        reactions.wake(entries, now)
    due = due_business_date(now, ZoneInfo(hotel.timezone), hotel.day_close_at)
    days = (due - (hotel.business_date or due)).days
    if days <= 0:
        return 0
    Property.objects.filter(pk=property_id).update(business_date=due)
    reactions.raise_screens([property_id])
    return days


def _no_shows(hotel: Property, now: datetime) -> list[Entry]:
    """Guests who never came, of every day that was over when the mirror was last read.

    Without a reading after the close the guest may long be in house, so a late file is waited
    for. A connection with `no_show` set to `said` is left alone: where the hotel's PMS posts
    no-shows itself, a stay that it keeps as confirmed after its night audit is its own word.
    """
    zone = ZoneInfo(hotel.timezone)
    found: list[Entry] = []
    for read in Freshness.objects.filter(
        property_id=hotel.pk, object="reservation", true_through__isnull=False
    ).select_related("connection"):
        if read.connection.settings.get("no_show") == "said" or read.true_through is None:
            continue
        over = due_business_date(min(read.true_through, now), zone, hotel.day_close_at)
        pairs = mirror.infer_no_shows(
            read.connection_id, over - LOOK_BACK, over, zone, hotel.day_close_at
        )
        pairs.sort(key=lambda pair: (pair[1]["arrival_on"], pair[1]["id"]))
        for day, of_day in groupby(pairs, key=lambda pair: pair[1]["arrival_on"]):
            closed_at = closes_at(date.fromisoformat(day), zone, hotel.day_close_at)
            found += conclude.own_entries(of_day, closed_at)
    return found
