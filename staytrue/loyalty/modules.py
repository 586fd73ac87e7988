"""Whether the module is there: for the group, and for a hotel within it."""

from __future__ import annotations

from datetime import datetime

from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.loyalty.models import Switch
from staytrue.staff import audit
from staytrue.staff.access import Access, require_everywhere

MANAGE = "loyalty.manage"
RIGHTS = frozenset({"loyalty.read", MANAGE, "points.adjust"})
"""What there is to give only where there is a programme."""


def is_on(property_id: int | None = None) -> bool:
    """Whether there is a programme, at this hotel or at any."""
    if property_id is None:
        # Every page asks this: one question.
        return Switch.objects.filter(property=None, is_on=True).exists()
    return property_id in hotels_on()


def hotels_on() -> frozenset[int | None]:
    """The hotels at which there is a programme, and None where there is one at all."""
    rows: dict[int | None, bool] = dict(Switch.objects.values_list("property_id", "is_on"))
    if not rows.get(None):
        return frozenset()
    hotels = Property.objects.values_list("pk", flat=True)
    return frozenset([None, *(pk for pk in hotels if rows.get(pk, True))])


def turn(
    access: Access, hotel: Property | None, now: datetime, *, on: bool, reason: str = ""
) -> None:
    """Have the module for the group (no hotel) or at one hotel, or no longer."""
    require_everywhere(access, MANAGE)
    with scope.everything(), audit.acting(access.actor, now, reason):
        Switch.objects.update_or_create(
            property=hotel, defaults={"is_on": on, "set_by": access.actor, "set_at": now}
        )
