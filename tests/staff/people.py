"""Members of the fictional group and their hotels: only what matters is spelled out in a test."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime

from staytrue.hotel.models import Property
from staytrue.staff import audit
from staytrue.staff.access import Access, access_of, house_access
from staytrue.staff.actions import RoleAt, create_member
from staytrue.staff.models import Member

NOW = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
PASSWORD = "a quiet room by the sea"

_number = itertools.count(1)


def property_(code: str | None = None, **values: object) -> Property:
    """A hotel of the group."""
    code = code or f"H{next(_number)}"
    given = {"name": f"Hotel {code}", "timezone": "Europe/Lisbon", "country": "PT"}
    with audit.acting("tests", NOW):
        return Property.objects.create(code=code, **(given | {"currency": "EUR"} | values))


def member(
    *roles: str,
    at: Property | Iterable[Property] | None = None,
    email: str | None = None,
    password: str | None = None,
) -> Member:
    """A member with these roles at one property, at several, or at all of them."""
    places: list[Property | None] = [at] if isinstance(at, Property) else [*(at or [None])]
    held = [RoleAt(role, place.pk if place else None) for role in roles for place in places]
    with audit.acting("tests", NOW):
        return create_member(
            house_access("tests"),
            email or f"member{next(_number)}@tresrios.example",
            "Lea Morel",
            held,
            password=password,
        )


def access(*roles: str, at: Property | Iterable[Property] | None = None) -> Access:
    """What a new member with these roles may do."""
    return access_of(member(*roles, at=at))
