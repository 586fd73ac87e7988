"""Duties of the desk: what nobody did in time climbs to the next role, once for each step.

Asks have no steps of their own: one that is late is asked of the duty role too, until it ends.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from staytrue.desk import keeping, rules, working
from staytrue.desk.models import Case, DeskSetting
from staytrue.desk.opening import ITSELF
from staytrue.desk.terms import DUTY
from staytrue.staff.actions import NewAsk, settle_asks
from staytrue.staff.models import Ask

LATE_ASK = "ask_late"
_PREFIX = "late-ask:"
_OWN_LADDER = frozenset({"opt_out_in_pms", "exception_report", LATE_ASK})
"""Asks that climb by themselves."""
_MOST = 1000
"""So many cases climb in one round; the rest in the next."""


def climb(now: datetime) -> int:
    """Escalate every case whose time is over; how many."""
    late = Case.objects.filter(climbs_at__lte=now).order_by("climbs_at", "pk")
    return sum(_climb(case, now) for case in late[:_MOST])


@transaction.atomic
def _climb(case: Case, now: datetime) -> int:
    # Held first: somebody may have completed it since it was found.
    held = keeping.held(case)
    terms = working.terms_of(held.property_id, held.type_key)
    hours = working.hours_of(held.property, held.department)
    happened = rules.climbed(keeping.standing(held), terms, hours, now)
    if happened is None:
        return 0
    keeping.write(held, happened, ITSELF, now)
    return 1


def climb_asks(now: datetime) -> int:
    """Ask the duty role about what a role was asked and has not done in time; how many."""
    late = Ask.objects.filter(closed_at=None, due_at__lt=now, property__isnull=False)
    late = late.exclude(kind__in=_OWN_LADDER).exclude(key__startswith="case:")
    duty = dict(DeskSetting.objects.values_list("property_id", "duty_role_id"))
    wanted = [
        _of_late(each, duty.get(each.property_id or 0, DUTY))
        for each in late.order_by("due_at", "pk")[:_MOST]
        if each.role_id != duty.get(each.property_id or 0, DUTY)
    ]
    settle_asks(_PREFIX, wanted, "done", now)
    return len(wanted)


def _of_late(late: Ask, role: str) -> NewAsk:
    return NewAsk(
        key=f"{_PREFIX}{late.key}",
        kind=LATE_ASK,
        role=role,
        property_id=late.property_id,
        facts={"kind": late.kind, "facts": late.facts, "role": late.role_id},
        link=late.link,
        due_at=late.due_at,
    )
