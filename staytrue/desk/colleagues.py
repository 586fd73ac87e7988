"""Who works at a hotel: to whom a case can be offered, and who can be named in a comment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from staytrue.desk.models import Department
from staytrue.staff.models import Grant, Role


@dataclass(frozen=True)
class Colleague:
    """A member in one of his roles at a hotel."""

    member_id: int
    name: str
    role: str
    role_name: str


def at(property_id: int) -> list[Colleague]:
    """Every member who works at a hotel, once in each of his roles, by role and name."""
    grants = Grant.objects.filter(
        Q(property=None) | Q(property_id=property_id), member__is_active=True
    ).select_related("member", "role")
    found = {
        (each.role_id, each.member_id): Colleague(
            each.member_id, each.member.name, each.role_id, each.role.name
        )
        for each in grants
    }
    return sorted(found.values(), key=lambda each: (each.role, each.name))


def departments(property_ids: Collection[int]) -> list[Department]:
    """The departments of these hotels, by name."""
    return list(Department.objects.filter(property_id__in=list(property_ids)))


def roles() -> list[Role]:
    """Every role a case can be offered to."""
    return list(Role.objects.order_by("key"))
