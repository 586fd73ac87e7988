"""Which cases somebody sees: his hotels, the kinds his roles open, his departments. Deny by default."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from staytrue.desk import working
from staytrue.desk.kinds import Kind, right_for
from staytrue.desk.models import Case, Department
from staytrue.kit.errors import Forbidden, Refused
from staytrue.staff.access import Access, visible_to
from staytrue.staff.models import Role

EVERY_DEPARTMENT = "cases.all"


def visible(access: Access) -> QuerySet[Case]:
    """The cases he may see and work on."""
    seen = Q(pk__in=[])
    for kind in Kind:
        ids = access.where(right_for(kind))
        if ids:
            seen |= Q(kind=kind.value, property_id__in=ids)
    return visible_to(access, Case.objects.filter(seen & _of_departments(access)))


def one(access: Access, case_id: int) -> Case:
    """The case of this number, if he may see it; else as if there were none."""
    found = visible(access).select_related("property").filter(pk=case_id).first()
    if found is None:
        raise Forbidden(
            "There is no such case among those you may see.", "not_visible",
            object=f"desk_case:{case_id}",
        )  # fmt: skip
    return found


def role_named(key: str) -> Role:
    """The role of this key."""
    found = Role.objects.filter(pk=key).first()
    if found is None:
        raise Refused(f"There is no role {key}.", "role_unknown", role=key)
    return found


def require_seen_by(role: str, kind: str, code: str) -> None:
    """Refuse a role that may not see cases of this kind: they would stand on nobody's list."""
    if right_for(kind) not in role_named(role).rights:
        raise Refused(f"The role {role} may not see such a case.", code, role=role)


def _of_departments(access: Access) -> Q:
    """Who does not see every department sees his own, and what is or would be his."""
    everywhere = access.where(EVERY_DEPARTMENT)
    mine = Q(property_id__in=everywhere)
    if access.member_id is not None:
        mine |= Q(owner_member_id=access.member_id) | Q(offered_member_id=access.member_id)
    for hotel, key in working.departments_of(access.member_id, access.property_ids):
        mine |= Q(property_id=hotel, department=key)
    return mine | _of_roles(access)


def _of_roles(access: Access) -> Q:
    """What is or would be his role's and nobody's yet, save what a like department works on.

    Housekeeping and the workshop may share a role: what is the one's is not the other's.
    """
    found = Q(pk__in=[])
    for hotel in access.property_ids:
        roles = [role.key for role in access.roles(hotel)]
        alike = Department.objects.filter(property_id=hotel, role__in=roles).values("key")
        owned = Q(owner_role__in=roles, owner_member=None) & ~Q(department__in=alike)
        offered = Q(offered_role__in=roles, offered_member=None)
        found |= Q(property_id=hotel) & (owned | offered)
    return found
