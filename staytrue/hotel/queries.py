"""Named reads of a hotel's own words."""

from __future__ import annotations

from datetime import date

from django.db.models import F, Q

from staytrue.hotel.models import Rate, RoomCategory


def rate_label(property_id: int, code: str, on: date) -> str:
    """What people read for a rate code on this day (of booking or arrival); else the code itself."""
    rates = Rate.objects.filter(property_id=property_id, code=code).exclude(label="")
    in_force = rates.filter(
        Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on)
    )
    # The entry that began last is the most particular one.
    newest = in_force.order_by(F("valid_from").desc(nulls_last=True)).first()
    return newest.label if newest else code


def category_label(property_id: int, code: str) -> str:
    """What people read for a room category; the code itself where nobody said."""
    found = RoomCategory.objects.filter(property_id=property_id, code=code).exclude(label="")
    return found.values_list("label", flat=True).first() or code
