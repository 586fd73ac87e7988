"""How a hotel works, as the rules ask for it: terms, hours, who is on duty, what is too much."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, time
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from staytrue.desk.clock_rules import Hours
from staytrue.desk.kinds import Kind, Trigger
from staytrue.desk.models import (
    CaseType,
    Department,
    DepartmentMember,
    DeskSetting,
    HouseRule,
    Shift,
    TriggerRule,
)
from staytrue.desk.promise_rules import Bounds, Rule
from staytrue.desk.rules import Who
from staytrue.desk.terms import (
    DEFAULTS,
    DUTY,
    REVIEWED,
    SIMPLE,
    OnDuty,
    Owner,
    Step,
    Terms,
    owner_for,
)
from staytrue.hotel.models import Property
from staytrue.kit.errors import Refused
from staytrue.staff.access import Access

_HOURS = frozenset({"not_before", "not_after"})
OPENS: Mapping[Trigger, str] = MappingProxyType(
    {
        Trigger.LOW_SCORE: Kind.RECOVERY.value,
        Trigger.CALL: Kind.FEEDBACK.value,
        Trigger.WISH: Kind.REQUEST.value,
        Trigger.ANSWER: Kind.REQUEST.value,
        Trigger.MAILING_ANSWER: Kind.REPLY.value,
        Trigger.TASK: Kind.REQUEST.value,
    }
)
"""What opens what where a hotel said nothing: bookings and bills open nothing unasked."""


def terms_of(property_id: int, key: str) -> Terms:
    """What the hotel agreed for a type of case, or what holds where it said nothing."""
    row = CaseType.objects.filter(property_id=property_id, key=key).first()
    if row is not None:
        return _terms(row)
    if key not in DEFAULTS:
        raise Refused(f"There is no type of case {key} at this hotel.", "case_type_unknown")
    return DEFAULTS[key]


def types_of(property_id: int) -> dict[str, Terms]:
    """Every type of case at a hotel."""
    return types_at([property_id])[property_id]


def types_at(property_ids: Collection[int]) -> dict[int, dict[str, Terms]]:
    """Every type of case at each of these hotels."""
    found = {id_: dict(DEFAULTS) for id_ in property_ids}
    for row in CaseType.objects.filter(property_id__in=property_ids):
        found[row.property_id][row.key] = _terms(row)
    return found


def _terms(row: CaseType) -> Terms:
    return Terms(
        key=row.key,
        kind=Kind(row.kind),
        role=row.role_id,
        department=row.department,
        minutes=row.minutes,
        steps=tuple(msgspec.convert(row.steps, list[Step])),
        flow=REVIEWED if row.is_reviewed else SIMPLE,
        handovers_max=row.handovers_max,
    )


def setting_of(property_id: int) -> DeskSetting:
    """What the hotel decided, or what holds where it said nothing."""
    found = DeskSetting.objects.filter(property_id=property_id).first()
    return found or DeskSetting(property_id=property_id, duty_role_id=DUTY)


def hours_of(hotel: Property, department: str) -> Hours:
    """When a department works; one that does not exist works round the clock."""
    row = Department.objects.filter(property=hotel, key=department).first()
    if row is None:
        return Hours(hotel.timezone)
    return Hours(hotel.timezone, row.opens, row.closes)


def owner_of_new(hotel: Property, terms: Terms, department: str, now: datetime) -> Owner:
    """Who owns a case that is opened now."""
    row = Department.objects.filter(property=hotel, key=department).first()
    shifts = Shift.objects.filter(department=row).order_by("pk") if row else ()
    on_duty = [
        OnDuty(tuple(each.days), each.begins, each.ends, each.role_id, each.member_id)
        for each in shifts
    ]
    local = now.astimezone(ZoneInfo(hotel.timezone))
    role = row.role_id if row else None
    return owner_for(terms, role, on_duty, local, setting_of(hotel.pk).duty_role_id)


def rules_of(property_id: int) -> list[Rule]:
    """The house rules in force."""
    return [
        msgspec.convert(
            {
                "id": row.pk,
                "version": row.version,
                "about": row.about,
                "subject": row.subject,
                "text": row.text,
                "bounds": row.bounds,
            },
            Rule,
        )
        for row in HouseRule.objects.filter(property_id=property_id, until_at=None)
    ]


def bounds(values: dict[str, Any]) -> Bounds:
    """Bounds as somebody typed them; refused where they say nothing or nonsense."""
    try:
        typed = {
            name: time.fromisoformat(value) if name in _HOURS and isinstance(value, str) else value
            for name, value in values.items()
        }
        made = msgspec.convert(typed, Bounds, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        raise Refused(f"This is no bound of a house rule: {error}.", "bounds_unreadable") from error
    if made == Bounds():
        raise Refused("A house rule says what it allows.", "bounds_missing")
    return made


def who(access: Access, property_id: int) -> Who:
    """Who acts, as the rules ask it."""
    roles = frozenset(role.key for role in access.roles(property_id))
    return Who(access.actor, access.member_id, roles, access.may("cases.approve", property_id))


def departments_of(member_id: int | None, property_ids: Collection[int]) -> list[tuple[int, str]]:
    """The departments a member works in: hotel and key."""
    if member_id is None:
        return []
    rows = Department.objects.filter(
        pk__in=_member_rows(member_id), property_id__in=list(property_ids)
    )
    return list(rows.values_list("property_id", "key"))


def _member_rows(member_id: int) -> list[int]:
    from_members = DepartmentMember.objects.filter(member_id=member_id)
    return list(from_members.values_list("department_id", flat=True))


def wanted(property_id: int, trigger: Trigger) -> str:
    """The type of case a trigger opens at a hotel; empty: none."""
    rule = TriggerRule.objects.filter(property_id=property_id, trigger=trigger.value).first()
    return rule.type_key if rule else OPENS.get(trigger, "")
