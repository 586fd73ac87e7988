"""Guests for `list` and `show`: whole, as the house sees them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from staytrue.cli.frame import ACTOR, in_zone, property_named
from staytrue.guests import canonical, links, past, queries
from staytrue.guests.models import Guest
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.mirror import reading
from staytrue.staff.access import house_access

COLUMNS = ("id", "name", "language", "country", "as_of")
_PAGE = 500


def every(code: str | None, limit: int | None) -> Iterator[dict[str, Any]]:
    """Guests in the order of their opening, of one hotel if named."""
    access, now = house_access(ACTOR), clock.now()
    hotel = property_named(code) if code else None
    after, left = [0], limit
    while left is None or left > 0:
        found = queries.page(access, hotel, after, min(_PAGE, left or _PAGE))
        if not found:
            return
        for known in past.listed(access, found, now):
            yield canonical.line(known)
        after = [found[-1].pk]
        left = left - len(found) if left is not None else None


def one(key: str, instant: datetime | None, true_at: datetime | None) -> dict[str, Any]:
    """A guest by his id, whatever became of it, or by the key of one of his profiles."""
    first = Property.objects.order_by("pk").first()
    zone = first.timezone if first else str(UTC)
    moment = past.Moment(
        in_zone(instant, zone) if instant else None, in_zone(true_at, zone) if true_at else None
    )
    known = past.guest(house_access(ACTOR), _id(key), moment, clock.now())
    return canonical.guest(known)


def _id(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError:
        profile = reading.one_profile(key).row["id"]
    at = links.guests_of([profile])
    if profile not in at:
        raise Refused(f"The profile {key} is no guest's yet.", "no_guest", key=key)
    return Guest.objects.get(pk=at[profile]).public_id
