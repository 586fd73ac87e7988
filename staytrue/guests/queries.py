"""Named reads of guests, as the reader may see them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from staytrue.guests.models import Guest, Link
from staytrue.hotel.models import Property
from staytrue.kit.errors import Forbidden
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access, visible_to


def visible(access: Access, right: str = PROFILES) -> QuerySet[Guest]:
    """The guests of whom he may see a profile: a guest is wherever one of his profiles is now."""
    links = visible_to(access, Link.objects.filter(until_at=None), right)
    return Guest.objects.filter(pk__in=links.values("guest_id"))


def one(access: Access, public_id: UUID, right: str = PROFILES) -> Guest:
    """The guest with this id, if he may see him; what is not there and what is not his are alike."""
    found = visible(access, right).filter(public_id=public_id).first()
    if found is None:
        raise Forbidden(
            "There is no such guest among those you may see.",
            "not_visible",
            object=f"guest:{public_id}",
            right=right,
        )
    return found


def page(
    access: Access, hotel: Property | None, after: Sequence[int] | None, count: int
) -> list[Guest]:
    """The next guests in the order of their ids, of one hotel if named: for lists by cursor."""
    found = visible(access)
    if hotel is not None:
        here = Link.objects.filter(until_at=None, property_id=hotel.pk)
        found = found.filter(pk__in=here.values("guest_id"))
    return list(found.filter(pk__gt=after[0] if after else 0).order_by("pk")[:count])
