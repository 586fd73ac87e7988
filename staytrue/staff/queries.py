"""Reads of staff worth a name; each begins with who asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet

from staytrue.staff.access import Access, require_everywhere, visible_to
from staytrue.staff.factors import OWN
from staytrue.staff.models import ApiKey, Ask, AuditEntry, Grant, Member, Role

LOOKED_BACK = 500
"""So many entries back somebody is looked for who changed something last."""


def asks_for(access: Access, property_id: int | None = None) -> QuerySet[Ask]:
    """What his roles must know or do now, the most urgent first; at one property if named.

    An ask of no property is for everybody who has the role somewhere.
    """
    everywhere = [role.key for role in access.everywhere]
    anywhere = {*everywhere, *(role.key for roles in access.at.values() for role in roles)}
    mine = Q(role__in=everywhere) | Q(property=None, role__in=anywhere)
    for id_, roles in access.at.items():
        mine |= Q(property=id_, role__in=[role.key for role in roles])
    found = Ask.objects.filter(mine, closed_at=None)
    if property_id is not None:
        found = found.filter(Q(property=property_id) | Q(property=None))
    return found.select_related("property").order_by("due_at", "opened_at", "pk")


def audit_of(access: Access, object_: str | None = None) -> QuerySet[AuditEntry]:
    """The audit he may read, newest first; of one object if named ("member:12")."""
    entries = visible_to(access, AuditEntry.objects.all(), "audit.read")
    return (entries.filter(object=object_) if object_ else entries).order_by("-pk")


def members(access: Access) -> QuerySet[Member]:
    """Everybody who works here, or worked; for those who manage staff."""
    require_everywhere(access, "staff.manage")
    return Member.objects.order_by("name", "pk")


def factors_of(member: Member) -> int:
    """How many second factors he has, recovery codes aside."""
    return int(Authenticator.objects.filter(user=member, type__in=OWN).count())


def grants(access: Access) -> QuerySet[Grant]:
    """Who has which role where; for those who manage staff."""
    require_everywhere(access, "staff.manage")
    return Grant.objects.select_related("member", "role", "property").order_by("member__name", "pk")


def roles() -> QuerySet[Role]:
    """The roles; their words are no secret."""
    return Role.objects.all()


def keys_of(access: Access) -> QuerySet[ApiKey]:
    """His own keys; everybody's for those who manage staff."""
    found = ApiKey.objects.select_related("member").order_by("-created_at")
    return found if access.may("staff.manage") else found.filter(member=access.member_id)


def who_may(right: str) -> dict[int | None, list[str]]:
    """The names of those who hold a right, by hotel; None: of those who hold it at all of them."""
    found: dict[int | None, list[str]] = {}
    held = Grant.objects.filter(role__rights__contains=[right], member__is_active=True)
    pairs = held.order_by("member__name").values_list("property_id", "member__name")
    for property_id, name in pairs.distinct():
        found.setdefault(property_id, []).append(name)
    return found


def others_may(access: Access, right: str, property_id: int | None) -> bool:
    """Whether anybody else holds this right there: who is alone in the house approves his own."""
    holding = Grant.objects.filter(
        ~Q(member=access.member_id), role__rights__contains=[right], member__is_active=True
    )
    everywhere = holding.filter(property=None)
    if property_id is None:
        return everywhere.exists()
    return everywhere.exists() or holding.filter(property_id=property_id).exists()


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """Actor as it is noted ("member:7") → the member's name; whoever is no member has none here."""
    ids = {actor: actor.partition(":")[2] for actor in actors if actor.startswith("member:")}
    known = dict(Member.objects.filter(pk__in=ids.values()).values_list("pk", "name"))
    return {actor: known[int(id_)] for actor, id_ in ids.items() if int(id_) in known}


def last_changes(objects: Collection[str]) -> dict[tuple[str, str], AuditEntry]:
    """Who changed what last of these watched rows ("table:key"): table and column → the entry."""
    found: dict[tuple[str, str], AuditEntry] = {}
    for each in AuditEntry.objects.filter(object__in=objects).order_by("-pk")[:LOOKED_BACK]:
        for field in each.fields:
            found.setdefault((each.object.partition(":")[0], field), each)
    return found
