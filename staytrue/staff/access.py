"""What a member may see and do, read from the database at every request: deny by default.

`Access` is the answer; staff reads start at `visible_to`, acts at `require`, fields at `redact`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from staytrue.hotel.models import Property
from staytrue.kit.errors import Forbidden
from staytrue.staff import masks
from staytrue.staff.models import Grant, Member
from staytrue.staff.rights import FIELDS, RIGHTS

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class RoleHeld:
    """One role as it stands now: its rights, and the fields it hides."""

    key: str
    rights: frozenset[str]
    hidden: frozenset[str] = frozenset()

    def shows(self, name: str) -> bool:
        """Whether this role reads the field of this name."""
        return FIELDS.get(name) in self.rights and name not in self.hidden


@dataclass(frozen=True)
class Access:
    """Who asks, and which roles he holds at each property; `everywhere` hold at all of them."""

    actor: str
    member_id: int | None = None
    everywhere: tuple[RoleHeld, ...] = ()
    at: Mapping[int, tuple[RoleHeld, ...]] = field(default_factory=dict)
    property_ids: frozenset[int] = frozenset()
    masked: frozenset[str] = frozenset()
    """Fields not shown by the way, although a role reads them (`masks.py`): every request's."""

    @property
    def is_everywhere(self) -> bool:
        """Whether some role of his holds at every property, those to come included."""
        return bool(self.everywhere)

    def roles(self, property_id: int | None = None) -> tuple[RoleHeld, ...]:
        """The roles that count at a property; without one, those that hold everywhere."""
        if property_id is None:
            return self.everywhere
        return (*self.everywhere, *self.at.get(property_id, ()))

    def may(self, right: str, property_id: int | None = None) -> bool:
        """Whether he holds a right at this property; without one, at all of them."""
        return any(right in role.rights for role in self.roles(property_id))

    def where(self, right: str) -> frozenset[int]:
        """The properties at which he holds a right."""
        return frozenset(id_ for id_ in self.property_ids if self.may(right, id_))

    def may_anywhere(self, right: str) -> bool:
        """Whether he holds a right at one property at least."""
        return self.may(right) or bool(self.where(right))


NOBODY = Access(actor="anonymous")


def access_of(member: Member) -> Access:
    """What this member may do at this moment; nothing when he left."""
    actor = f"member:{member.pk}"
    if not member.is_active:
        return Access(actor=actor, member_id=member.pk)
    everywhere: list[RoleHeld] = []
    at: dict[int, tuple[RoleHeld, ...]] = {}
    for grant in Grant.objects.filter(member=member).select_related("role"):
        role = RoleHeld(
            grant.role.key, frozenset(grant.role.rights), frozenset(grant.role.hidden_fields)
        )
        if grant.property_id is None:
            everywhere.append(role)
        else:
            at[grant.property_id] = (*at.get(grant.property_id, ()), role)
    ids = Property.objects.values_list("pk", flat=True) if everywhere else at
    return Access(actor, member.pk, tuple(everywhere), at, frozenset(ids))


def house_access(actor: str) -> Access:
    """Every right everywhere: for the command line and the worker, never for a request."""
    role = RoleHeld("house", frozenset(RIGHTS))
    ids = frozenset(Property.objects.values_list("pk", flat=True))
    return Access(actor=actor, everywhere=(role,), property_ids=ids)


def visible_to(
    who: Access | Member, queryset: QuerySet[M], right: str | None = None
) -> QuerySet[M]:
    """The rows of his properties; with `right`, only of those where he holds it.

    A model names the way to its property in `visible_by` when it has no `property` of its own.
    Rows of no property are for those whose role holds everywhere.
    """
    access = access_of(who) if isinstance(who, Member) else who
    path = _path_to_property(queryset.model)
    if access.may(right) if right else access.is_everywhere:
        return queryset
    ids = access.where(right) if right else access.property_ids
    return queryset.filter(**{f"{path}__in": ids})


def one_of(access: Access, queryset: QuerySet[M], right: str | None = None, **key: Any) -> M:
    """The one row with this key, if he may see it; else Forbidden, which surfaces show as 404.

    What is not there and what is not his answer alike, and both are written to the audit.
    """
    # No key holds NUL, which PostgreSQL would not even compare.
    is_askable = not any("\0" in part for part in key.values() if isinstance(part, str))
    found = visible_to(access, queryset, right).filter(**key).first() if is_askable else None
    if found is None:
        name = queryset.model._meta.db_table
        told = " ".join(f"{part}={value}" for part, value in sorted(key.items()))
        told = told.replace("\0", "")
        raise Forbidden(
            f"There is no such {queryset.model._meta.verbose_name} among those you may see.",
            "not_visible",
            object=f"{name}:{told}",
            right=right or "",
        )
    return found


def require(
    access: Access,
    right: str,
    property: Property | int | None = None,
) -> None:
    """Refuse unless he holds the right at this property; without one, at one at least.

    The surface that answers writes the denial to the audit (`audit.denied`): a row written here
    would be rolled back with the rest of the refused act.
    """
    property_id = property.pk if isinstance(property, Property) else property
    held = access.may_anywhere(right) if property_id is None else access.may(right, property_id)
    if not held:
        raise _missing(right, property_id)


def require_everywhere(access: Access, right: str) -> None:
    """Refuse unless a role of his that holds at all properties gives the right."""
    if not access.may(right):
        raise _missing(right, None)


def reads(access: Access, name: str, property_id: int | None) -> bool:
    """Whether some role of his reads this field of a stay or profile of this property."""
    return any(role.shows(name) for role in access.roles(property_id))


def hides(access: Access, name: str, property_id: int | None) -> bool:
    """Whether a field of a stay or profile of this property is hidden from him, or masked."""
    return name in access.masked or not reads(access, name, property_id)


def redact(record: Mapping[str, Any], access: Access, property_id: int | None) -> dict[str, Any]:
    """The record without the fields he may not read; their names stand under `hidden`.

    A hidden list stays a list: readers need not tell hidden from missing unless they want to.
    What is masked says under `masked` that there is something.
    """
    unread = [name for name in record if not reads(access, name, property_id)]
    masked = masks.masked_in(record, access.masked, unread)
    hidden = {*unread, *masked}
    shown = {
        name: ([] if isinstance(value, list) else None) if name in hidden else value
        for name, value in record.items()
    }
    if shown.get("custom"):
        shown["custom"] = {
            name: told for name, told in shown["custom"].items() if name not in masked
        }
    return {**shown, "hidden": sorted(hidden & record.keys()), "masked": masked}


def hidden_among(access: Access, names: Iterable[str], property_id: int | None) -> set[str]:
    """Those of these fields that are hidden from him: for tables and differences."""
    return {name for name in names if hides(access, name, property_id)}


def _path_to_property(model: type[Model]) -> str:
    if model is Property:
        return "pk"
    if path := getattr(model, "visible_by", None):
        return str(path)
    if any(own.attname == "property_id" for own in model._meta.concrete_fields):
        return "property_id"
    raise TypeError(f"{model.__name__} has no property: give it `visible_by`.")


def _missing(right: str, property_id: int | None) -> Forbidden:
    return Forbidden(
        f"Your role does not allow this: {RIGHTS[right].lower()}. Ask an administrator.",
        "right_missing",
        right=right,
        property_id=property_id,
    )
