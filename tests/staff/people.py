"""Members of the fictional group and their hotels: only what matters is spelled out in a test."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime

from allauth.mfa.totp.internal.auth import TOTP

from staytrue.hotel.models import Property
from staytrue.staff import audit
from staytrue.staff.access import Access, access_of, house_access
from staytrue.staff.actions import RoleAt, create_member
from staytrue.staff.models import Member

NOW = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
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
    second_factor: bool | None = None,
) -> Member:
    """A member with these roles at one property, at several, or at all of them.

    He has a second factor unless he signs in by password here, or a test says so.
    """
    places: list[Property | None] = [at] if isinstance(at, Property) else [*(at or [None])]
    held = [RoleAt(role, place.pk if place else None) for role in roles for place in places]
    with audit.acting("tests", NOW):
        made = create_member(
            house_access("tests"),
            email or f"member{next(_number)}@tresrios.example",
            "Lea Morel",
            held,
            password=password,
        )
        if second_factor or (second_factor is None and password is None):
            TOTP.activate(made, SECRET)
        return made


def access(*roles: str, at: Property | Iterable[Property] | None = None) -> Access:
    """What a new member with these roles may do."""
    return access_of(member(*roles, at=at))
