"""What a member without a right at other hotels is told of a guest's stays there: how many."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from staytrue.guests.models import Link
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access, visible_to

ELSEWHERE = "guests.elsewhere"


@dataclass(frozen=True)
class Elsewhere:
    """Stays that took place at hotels he does not see, and the year of the last."""

    stays: int
    hotels: int
    last_year: int


def elsewhere(access: Access, guest_id: int, shown: Collection[int]) -> Elsewhere | None:
    """Stays at hotels other than those `shown`, for whom the right allows the number."""
    seen = visible_to(access, Link.objects.filter(guest_id=guest_id, until_at=None), PROFILES)
    at = set(seen.values_list("property_id", flat=True))
    if not any(access.may(ELSEWHERE, property_id) for property_id in at):
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM stays_elsewhere(%s, %s)", [guest_id, sorted(shown)])
        stays, hotels, last_year = cursor.fetchone()
    return Elsewhere(stays, hotels, last_year) if stays else None
