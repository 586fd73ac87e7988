"""Whom a case alerts: asks made from how it stands, to the right role and to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from staytrue.desk import working
from staytrue.desk.kinds import LineState, State
from staytrue.desk.models import Case, MoneyLine
from staytrue.desk.rules import REVIEWED_EXCEPTIONS
from staytrue.staff.actions import NewAsk, settle_asks

OPENED_LOW, LATE, OFFERED, MISMATCH, APPROVAL, ANSWERED, LETTER = (
    "case_opened_low", "case_late", "case_offered", "case_mismatch", "case_approval",
    "case_answered", "case_letter",
)  # fmt: skip
SURVEY = "survey:"
"""How the origin begins of a case that a guest's low score opened."""


def settle(case: Case, now: datetime) -> None:
    """Make the asks about a case what its state asks for."""
    settle_asks(prefix(case.pk), list(_wanted(case)), "case_moved_on", now)


def prefix(case_id: int) -> str:
    """How the keys of all asks about a case begin."""
    return f"case:{case_id}:"


def _wanted(case: Case) -> Iterator[NewAsk]:
    if case.closed_at is not None:
        return
    duty = working.setting_of(case.property_id).duty_role_id
    if case.state == State.NEW and case.origin_key.startswith(SURVEY):
        for role in dict.fromkeys((case.owner_role_id, duty)):
            yield _ask(case, OPENED_LOW, role)
    if case.step:
        yield _ask(case, LATE, case.owner_role_id)
    if case.offered_role_id:
        yield _ask(case, OFFERED, case.offered_role_id)
    if case.is_mismatched:
        yield _ask(case, MISMATCH, case.owner_role_id)
    if case.has_answer:
        yield _ask(case, ANSWERED, case.owner_role_id)
    if case.draft_no is not None:
        yield _ask(case, LETTER, duty)
    if _waits_for_approval(case):
        yield _ask(case, APPROVAL, duty)


def _waits_for_approval(case: Case) -> bool:
    if MoneyLine.objects.filter(case=case, state=LineState.PROPOSED.value).exists():
        return True
    terms = working.terms_of(case.property_id, case.type_key)
    is_asked = terms.is_reviewed or bool(REVIEWED_EXCEPTIONS & set(case.exceptions))
    return is_asked and not case.approved_by and case.state == State.PENDING


def _ask(case: Case, kind: str, role: str) -> NewAsk:
    facts: dict[str, Any] = {"case": case.pk, "about": case.kind, "place": case.place}
    return NewAsk(
        key=f"{prefix(case.pk)}{kind}:{role}",
        kind=kind,
        role=role,
        property_id=case.property_id,
        facts=facts,
        link=f"/desk/{case.pk}/",
        due_at=case.due_at,
    )
