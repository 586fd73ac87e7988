"""How a hotel's desk works, in sentences: the same before and after a change that is only looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Any
from urllib.parse import urlsplit

import msgspec
from babel.dates import format_time
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staytrue.desk import working
from staytrue.desk.kinds import Trigger
from staytrue.desk.models import (
    AccountingHook,
    CaseType,
    Department,
    DepartmentMember,
    HouseRule,
    Shift,
)
from staytrue.desk.promise_rules import Bounds
from staytrue.hotel.models import Property
from staytrue.web import desk_manager_words as told
from staytrue.web import desk_words, formats
from staytrue.web.desk import role_names
from staytrue.web.words import word


def of(hotel: Property) -> list[str]:
    """Everything that is set, one sentence for each, in a fixed order."""
    roles = role_names()
    return [
        *_setting(hotel, roles), *_departments(hotel, roles), *_shifts(hotel, roles),
        *_types(hotel, roles), *_rules(hotel), *_triggers(hotel), *_hook(hotel),
    ]  # fmt: skip


def _setting(hotel: Property, roles: dict[str, str]) -> Iterator[str]:
    kept = working.setting_of(hotel.pk)
    yield _("When nobody else is on duty, it is for: %(role)s.") % {
        "role": roles.get(kept.duty_role_id, kept.duty_role_id)
    }
    yield _("Above %(amount)s a second person decides about money.") % {
        "amount": formats.money(kept.money_limit, hotel.currency)
    }
    if kept.rooms:
        least = -(-kept.rooms * kept.busy_percent // 100)
        yield _("A night is busy from %(least)s of %(rooms)s rooms on (%(share)s).") % {
            "least": formats.number(least), "rooms": formats.number(kept.rooms),
            "share": formats.percent(kept.busy_percent / 100),
        }  # fmt: skip
    else:
        yield _("How many rooms there are is not said: no night counts as busy.")
    yield ngettext(
        "After a busy day %(n)s completed case is drawn by lot to be checked.",
        "After a busy day %(n)s completed cases are drawn by lot to be checked.",
        kept.checks_a_day,
    ) % {"n": formats.number(kept.checks_a_day)}
    yield _("The same cause at the same place three times in %(days)s days is a repeat.") % {
        "days": formats.number(kept.repeat_days)
    }


def _departments(hotel: Property, roles: dict[str, str]) -> Iterator[str]:
    people: dict[int, list[str]] = {}
    for each in DepartmentMember.objects.filter(property_id=hotel.pk).select_related("member"):
        people.setdefault(each.department_id, []).append(each.member.name)
    for row in Department.objects.filter(property=hotel):
        hours = _("round the clock")
        if row.opens is not None and row.closes is not None:
            hours = f"{_clock(row.opens)}–{_clock(row.closes)}"
        names = ", ".join(sorted(people.get(row.pk, [])))
        said = {"name": row.name, "role": roles.get(row.role_id, row.role_id), "hours": hours}
        yield _("Department %(name)s: %(role)s, %(hours)s.") % said
        if names:
            yield _("In %(name)s work: %(people)s.") % {"name": row.name, "people": names}


def _shifts(hotel: Property, roles: dict[str, str]) -> Iterator[str]:
    for row in shifts(hotel):
        yield shift(row, roles)


def shifts(hotel: Property) -> list[Shift]:
    """The shifts of a hotel, department by department."""
    found = Shift.objects.filter(property_id=hotel.pk).select_related("department", "member")
    return list(found.order_by("department__name", "begins", "name", "pk"))


def shift(row: Shift, roles: dict[str, str]) -> str:
    """One shift in words."""
    days = ", ".join(str(told.DAYS[each]) for each in row.days)
    who = row.member.name if row.member else roles.get(row.role_id, row.role_id)
    return _("Shift %(name)s of %(department)s: %(days)s, %(hours)s, %(who)s.") % {
        "name": row.name, "department": row.department.name, "days": days, "who": who,
        "hours": f"{_clock(row.begins)}–{_clock(row.ends)}",
    }  # fmt: skip


def type_name(row: CaseType) -> str:
    """What a type of case is called."""
    return row.name or word(desk_words.KIND, row.kind)


def _types(hotel: Property, roles: dict[str, str]) -> Iterator[str]:
    for row in CaseType.objects.filter(property=hotel).order_by("key"):
        steps = [
            _("then %(role)s for %(time)s") % {
                "role": roles.get(each["role"], each["role"]),
                "time": formats.span(each["minutes"] * 60),
            }
            for each in row.steps
        ]  # fmt: skip
        first = _("%(role)s has %(time)s") % {
            "role": roles.get(row.role_id, row.role_id), "time": formats.span(row.minutes * 60),
        }  # fmt: skip
        yield _("%(type)s: %(steps)s.") % {
            "type": type_name(row),
            "steps": ", ".join([first, *steps]),
        }
        if row.is_reviewed:
            yield _("%(type)s: a supervisor decides before it ends.") % {"type": type_name(row)}
        yield ngettext(
            "%(type)s: after %(n)s hand-over it goes to the supervisor.",
            "%(type)s: after %(n)s hand-overs it goes to the supervisor.",
            row.handovers_max,
        ) % {"type": type_name(row), "n": formats.number(row.handovers_max)}


def rules(hotel: Property) -> list[HouseRule]:
    """The house rules in force."""
    return list(
        HouseRule.objects.filter(property=hotel, until_at=None).order_by("about", "subject")
    )


def rule(row: HouseRule, currency: str) -> str:
    """One house rule: its words, and what may be promised."""
    return _("“%(text)s” (%(bounds)s)") % {
        "text": row.text, "bounds": ", ".join(_bounds(row.bounds, currency)),
    }  # fmt: skip


def _rules(hotel: Property) -> Iterator[str]:
    for row in rules(hotel):
        yield _("House rule: %(rule)s.") % {"rule": rule(row, hotel.currency)}


def _bounds(kept: dict[str, Any], currency: str) -> Iterator[str]:
    bounds = msgspec.convert(kept, Bounds, strict=False)
    if bounds.not_before is not None:
        yield _("not before %(hour)s") % {"hour": _clock(bounds.not_before)}
    if bounds.not_after is not None:
        yield _("not after %(hour)s") % {"hour": _clock(bounds.not_after)}
    if bounds.least is not None:
        yield _("at least %(amount)s") % {"amount": formats.money(bounds.least, currency)}
    if bounds.most is not None:
        yield _("at most %(amount)s") % {"amount": formats.money(bounds.most, currency)}
    if bounds.allowed:
        yield _("only: %(things)s") % {"things": ", ".join(bounds.allowed)}


def _triggers(hotel: Property) -> Iterator[str]:
    names = {row.key: type_name(row) for row in CaseType.objects.filter(property=hotel)}
    for trigger in Trigger:
        if key := working.wanted(hotel.pk, trigger):
            yield _("%(trigger)s: a case opens by itself (%(type)s).") % {
                "trigger": word(told.TRIGGER, trigger.value),
                "type": names.get(key) or word(desk_words.KIND, key),
            }  # fmt: skip


def _hook(hotel: Property) -> Iterator[str]:
    row = AccountingHook.objects.filter(pk=hotel.pk).first()
    if row is not None and row.is_on:
        yield _("Accounting is told of approved money at %(host)s.") % {
            "host": urlsplit(row.url).netloc
        }


def _clock(at: time) -> str:
    return str(format_time(at, "short", locale=formats.locale()))
