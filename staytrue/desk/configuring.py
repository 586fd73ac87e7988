"""How a hotel sets up its desk: departments, shifts, types, house rules, triggers.

Audited by the database, which refuses a changed value for which nobody says why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time
from decimal import Decimal
from typing import Any

import msgspec
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction

from staytrue.desk import access as seen
from staytrue.desk import working
from staytrue.desk.kinds import Kind, Promised, Trigger
from staytrue.desk.models import (
    CaseType,
    Department,
    DepartmentMember,
    DeskSetting,
    HouseRule,
    Shift,
    TriggerRule,
)
from staytrue.desk.terms import Step
from staytrue.hotel import scope
from staytrue.kit.errors import Refused
from staytrue.staff import audit
from staytrue.staff.access import Access, one_of, require
from staytrue.staff.models import Grant, Member

RIGHT = "desk.manage"
MINUTES_MAX = 60 * 24 * 90
DAYS_MAX = 366
BEGUN = "set up"
"""Why there is something where there was nothing: it changed nothing."""


@contextmanager
def changing(
    access: Access, property_id: int, now: datetime, reason: str, *, is_first: bool = False
) -> Iterator[None]:
    """Change a value of importance, with its reason; what is set up for the first time has one."""
    require(access, RIGHT, property_id)
    told = reason.strip() or scope.current(audit.REASON) or (BEGUN if is_first else "")
    with transaction.atomic(), audit.acting(access.actor, now, told):
        audit.require_reason()
        yield


@contextmanager
def _rostering(access: Access, property_id: int, now: datetime, reason: str) -> Iterator[None]:
    """Who works when: no value of importance, so that a reason may be left out."""
    with changing(access, property_id, now, reason, is_first=True):
        yield


def set_department(
    access: Access, property_id: int, key: str, name: str, role: str, now: datetime,
    opens: time | None = None, closes: time | None = None, reason: str = "",
) -> Department:  # fmt: skip
    """A department, its role and its hours; without hours it works round the clock."""
    _require_key(key)
    seen.role_named(role)
    if not name.strip():
        raise Refused("Give the department a name.", "name_missing")
    if (opens is None) != (closes is None):
        raise Refused("Hours have a beginning and an end.", "hours_unreadable")
    values = {"name": name.strip(), "role_id": role, "opens": opens, "closes": closes}
    is_first = not Department.objects.filter(property_id=property_id, key=key).exists()
    with changing(access, property_id, now, reason, is_first=is_first):
        made, _ = Department.objects.update_or_create(
            property_id=property_id, key=key, defaults=values
        )
    return made


def set_members(
    access: Access, department_id: int, member_ids: Collection[int], now: datetime, reason: str = ""
) -> None:
    """Who works in a department: these and nobody else."""
    department = one_of(access, Department.objects.all(), RIGHT, pk=department_id)
    for id_ in member_ids:
        _require_works(id_, department.property_id)
    with _rostering(access, department.property_id, now, reason):
        held = DepartmentMember.objects.filter(department=department)
        held.exclude(member_id__in=member_ids).delete()
        there = set(held.values_list("member_id", flat=True))
        for id_ in sorted(set(member_ids) - there):
            DepartmentMember.objects.create(
                department=department, property_id=department.property_id, member_id=id_
            )


def set_shift(
    access: Access, department_id: int, name: str, days: Sequence[int], begins: time, ends: time,
    role: str, member_id: int | None, now: datetime, reason: str = "",
) -> Shift:  # fmt: skip
    """A shift of every week: on these days, from then until then, with this role or member on duty."""
    department = one_of(access, Department.objects.all(), RIGHT, pk=department_id)
    seen.role_named(role)
    if not days or not set(days) <= set(range(7)):
        raise Refused("Choose the days of the shift.", "days_missing")
    if not name.strip():
        raise Refused("Give the shift a name.", "name_missing")
    if member_id is not None:
        _require_works(member_id, department.property_id)
    with _rostering(access, department.property_id, now, reason):
        made, _ = Shift.objects.update_or_create(
            department=department, name=name.strip(),
            member=Member.objects.get(pk=member_id) if member_id is not None else None,
            defaults={"days": sorted(set(days)), "begins": begins, "ends": ends, "role_id": role,
                      "property_id": department.property_id},
        )  # fmt: skip
    return made


def end_shift(access: Access, shift_id: int, now: datetime, reason: str = "") -> None:
    """There is no such shift any more."""
    shift = one_of(access, Shift.objects.all(), RIGHT, pk=shift_id)
    with _rostering(access, shift.property_id, now, reason):
        shift.delete()


def set_type(
    access: Access, property_id: int, key: str, kind: str, role: str, minutes: int, now: datetime,
    *, name: str = "", department: str = "", steps: Sequence[Step] = (), is_reviewed: bool = False,
    handovers_max: int = 2, reason: str = "",
) -> CaseType:  # fmt: skip
    """How a type of case is worked at this hotel."""
    _require_key(key)
    if kind not in {each.value for each in Kind}:
        raise Refused(f"There is no kind of case {kind}.", "case_kind_unknown")
    for each in (role, *(step.role for step in steps)):
        seen.require_seen_by(each, kind, "owner_unseen")
    # The kind of its own name is what opens by itself: it cannot become another.
    if key in {each.value for each in Kind} and key != kind:
        raise Refused(f"The type {key} is of its own kind.", "case_kind_unknown")
    if not 0 < minutes <= MINUTES_MAX or any(not 0 < each.minutes <= MINUTES_MAX for each in steps):
        raise Refused("A limit is more than nothing and at most 90 days.", "limit_unreadable")
    if handovers_max < 1:
        raise Refused("At least one hand-over is allowed.", "limit_unreadable")
    if (
        department
        and not Department.objects.filter(property_id=property_id, key=department).exists()
    ):
        raise Refused(f"There is no department {department}.", "department_unknown")
    values: dict[str, Any] = {
        "kind": kind, "name": name.strip(), "role_id": role, "department": department,
        "minutes": minutes, "steps": msgspec.to_builtins(list(steps)), "is_reviewed": is_reviewed,
        "handovers_max": handovers_max,
    }  # fmt: skip
    is_first = not CaseType.objects.filter(property_id=property_id, key=key).exists()
    with changing(access, property_id, now, reason, is_first=is_first):
        made, _ = CaseType.objects.update_or_create(
            property_id=property_id, key=key, defaults=values
        )
    return made


def set_rule(
    access: Access, property_id: int, about: str, subject: str, text: str,
    bounds: dict[str, Any], now: datetime, reason: str = "",
) -> HouseRule:  # fmt: skip
    """A house rule from now on; the version before stays readable."""
    if about not in {each.value for each in Promised}:
        raise Refused(f"There is no rule about {about}.", "rule_unreadable")
    _require_key(subject)
    if not text.strip():
        raise Refused("Write the rule as your people read it.", "words_missing")
    kept = msgspec.to_builtins(working.bounds(bounds))
    of_it = HouseRule.objects.filter(property_id=property_id, about=about, subject=subject)
    with changing(access, property_id, now, reason, is_first=not of_it.exists()):
        # One after the other: two at once would both be the next version.
        newest = of_it.select_for_update().order_by("-version").first()
        if newest is not None and newest.until_at is None:
            newest.until_at = max(now, newest.since_at)
            newest.save(update_fields=["until_at"])
        return HouseRule.objects.create(
            property_id=property_id, about=about, subject=subject, text=text.strip(), bounds=kept,
            version=newest.version + 1 if newest else 1, since_at=now,
        )  # fmt: skip


def end_rule(access: Access, rule_id: int, now: datetime, reason: str) -> None:
    """It holds no more."""
    rule = one_of(access, HouseRule.objects.filter(until_at=None), RIGHT, pk=rule_id)
    with changing(access, rule.property_id, now, reason):
        rule.until_at = max(now, rule.since_at)
        rule.save(update_fields=["until_at"])


def set_setting(
    access: Access, property_id: int, now: datetime, *, duty_role: str, money_limit: Decimal,
    rooms: int | None, busy_percent: int = 85, checks_a_day: int = 5, repeat_days: int = 30,
    reason: str = "",
) -> DeskSetting:  # fmt: skip
    """Who is on duty for all, from what amount on two decide, how many rooms, when it is busy.

    What holds where nothing is set is a value too: also the first setting has a reason.
    """
    seen.role_named(duty_role)
    if not 0 <= money_limit < 10**9:
        raise Refused("Write the limit as an amount.", "amount_unreadable")
    if (rooms is not None and rooms < 1) or not 1 <= busy_percent <= 100 or checks_a_day < 0:
        raise Refused("Rooms and shares are more than nothing.", "number_unreadable")
    if not 1 <= repeat_days <= DAYS_MAX:
        raise Refused(f"Repeats are looked for in 1 to {DAYS_MAX} days.", "days_unreadable")
    values: dict[str, Any] = {
        "duty_role_id": duty_role, "money_limit": money_limit, "rooms": rooms,
        "busy_percent": busy_percent, "checks_a_day": checks_a_day, "repeat_days": repeat_days,
    }  # fmt: skip
    with changing(access, property_id, now, reason):
        made, _ = DeskSetting.objects.update_or_create(property_id=property_id, defaults=values)
    return made


def set_trigger(
    access: Access, property_id: int, trigger: str, type_key: str, now: datetime, reason: str = ""
) -> TriggerRule:
    """Which type of case a trigger opens here; none where it is empty."""
    if trigger not in {each.value for each in Trigger}:
        raise Refused(f"There is no trigger {trigger}.", "trigger_unknown")
    if type_key:
        working.terms_of(property_id, type_key)
    is_first = not TriggerRule.objects.filter(property_id=property_id, trigger=trigger).exists()
    with changing(access, property_id, now, reason, is_first=is_first):
        made, _ = TriggerRule.objects.update_or_create(
            property_id=property_id, trigger=trigger, defaults={"type_key": type_key}
        )
    return made


def _require_key(key: str) -> None:
    try:
        validate_slug(key)
    except ValidationError as error:
        raise Refused("A key is letters, numbers, - and _.", "key_unreadable") from error


def _require_works(member_id: int, property_id: int) -> None:
    held = Grant.objects.filter(member_id=member_id, member__is_active=True)
    if not (held.filter(property=None) | held.filter(property_id=property_id)).exists():
        raise Refused("Nobody of this number works at the hotel.", "owner_unknown")
