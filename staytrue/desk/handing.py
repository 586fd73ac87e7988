"""Hand-overs: offered, accepted or declined; what is passed around ends with the supervisor."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from staytrue.desk import access as seen
from staytrue.desk import keeping, rules, working
from staytrue.desk.models import Case
from staytrue.kit.errors import Refused
from staytrue.staff.access import Access
from staytrue.staff.models import Grant


@transaction.atomic
def offer(
    access: Access, case_id: int, role: str, member_id: int | None, reason: str, now: datetime
) -> Case:
    """Offer it to a role, or to a member in it; until it is accepted it stays where it is."""
    case = keeping.held(seen.one(access, case_id))
    _require_receiver(case, role, member_id)
    happened = rules.offered(
        keeping.standing(case),
        role,
        member_id,
        working.who(access, case.property_id),
        reason,
        working.terms_of(case.property_id, case.type_key),
    )
    return keeping.write(case, happened, access.actor, now)


def accept(access: Access, case_id: int, now: datetime) -> Case:
    """It is his from now on."""
    return _answer(access, case_id, "", now, accepts=True)


def decline(access: Access, case_id: int, reason: str, now: datetime) -> Case:
    """It stays with whoever offered it, who learns why."""
    return _answer(access, case_id, reason, now, accepts=False)


@transaction.atomic
def _answer(access: Access, case_id: int, reason: str, now: datetime, *, accepts: bool) -> Case:
    case = keeping.held(seen.one(access, case_id))
    who = working.who(access, case.property_id)
    happened = rules.answered(keeping.standing(case), who, reason, accepts=accepts)
    return keeping.write(case, happened, access.actor, now)


def _require_receiver(case: Case, role: str, member_id: int | None) -> None:
    seen.require_seen_by(role, case.kind, "receiver_unseen")
    if member_id is None:
        return
    held = Grant.objects.filter(member_id=member_id, role_id=role, member__is_active=True)
    if not (held.filter(property=None) | held.filter(property_id=case.property_id)).exists():
        raise Refused("Nobody of this number has this role at the hotel.", "owner_unknown")
