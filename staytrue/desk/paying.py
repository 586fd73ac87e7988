"""Money of a case: proposed, decided by a second pair of eyes above the limit, handed to accounting."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TextIO

from django.db import transaction

from staytrue.desk import access as seen
from staytrue.desk import keeping, money_rules, rules, working
from staytrue.desk.folding import Happened
from staytrue.desk.kinds import Event, LineState, Money
from staytrue.desk.models import Case, MoneyLine
from staytrue.desk.opening import Note
from staytrue.hotel.models import Property
from staytrue.kit.errors import Forbidden, Refused
from staytrue.kit.spreadsheet import write_csv
from staytrue.mirror.models import Reservation
from staytrue.staff import audit
from staytrue.staff.access import Access, require, visible_to

PROPOSE, APPROVE, READ, EXPORT = "cases.money", "cases.approve", "money.read", "export.list"
HEADING = (
    "line", "hotel", "kind", "amount", "currency", "folio", "proposed_at", "approved_at",
    "approved_by", "state",
)  # fmt: skip


def lines_of(access: Access, case: Case) -> list[MoneyLine]:
    """The money of a case, for who may read money at its hotel."""
    found = visible_to(access, MoneyLine.objects.filter(case=case), READ)
    return list(found.order_by("pk"))


@transaction.atomic
def propose(
    access: Access,
    case_id: int,
    kind: str,
    amount: Decimal,
    reason: str,
    now: datetime,
    note: Note | None = None,
) -> MoneyLine:
    """Propose money; what compensates a guest leaves the normal way and takes an exception note."""
    case = keeping.held(seen.one(access, case_id))
    require(access, PROPOSE, case.property_id)
    if case.closed_at is not None:
        raise Refused("This case is complete.", "move_not_allowed", state=case.state)
    if kind not in {each.value for each in Money}:
        raise Refused(f"There is no kind of money {kind}.", "money_kind_unknown")
    if note is not None:
        parts = {"unusual": note.unusual, "impact": note.impact, "comment": note.comment}
        who = working.who(access, case.property_id)
        happened = rules.noted(parts, keeping.standing(case), who)
        keeping.write(case, happened, access.actor, now)
    line = MoneyLine(
        case=case,
        property_id=case.property_id,
        kind=kind,
        amount=money_rules.checked_amount(amount),
        currency=case.property.currency,
        reason=rules.said(reason, needed=True),
        proposed_by=access.actor,
        proposed_at=now,
        known=_folio_of(case),
    )
    line.save()
    _note(access, line, Event.PROPOSED, now, line.reason)
    return line


@transaction.atomic
def change(access: Access, line_id: int, amount: Decimal, reason: str, now: datetime) -> MoneyLine:
    """Propose another amount: whatever was decided before is to be decided again."""
    line = _held(access, line_id)
    require(access, PROPOSE, line.property_id)
    _require_state(line, LineState.PROPOSED, LineState.APPROVED)
    line.amount = money_rules.checked_amount(amount)
    line.reason = rules.said(reason, needed=True)
    line.proposed_by, line.proposed_at = access.actor, now
    line.state, line.decided_by, line.decided_at = LineState.PROPOSED.value, "", None
    line.save()
    _note(access, line, Event.CHANGED, now, line.reason)
    return line


def approve(access: Access, line_id: int, reason: str, now: datetime) -> MoneyLine:
    """Agree to a line; above the hotel's limit a supervisor who did not propose it."""
    return _decide(access, line_id, LineState.APPROVED, Event.LINE_APPROVED, reason, now)


def refuse(access: Access, line_id: int, reason: str, now: datetime) -> MoneyLine:
    """Do not agree to a line, and say why."""
    return _decide(access, line_id, LineState.REFUSED, Event.LINE_REFUSED, reason, now)


@transaction.atomic
def _decide(
    access: Access, line_id: int, state: LineState, event: Event, reason: str, now: datetime
) -> MoneyLine:
    line = _held(access, line_id)
    _require_state(line, LineState.PROPOSED)
    is_over = money_rules.is_over(line.amount, working.setting_of(line.property_id).money_limit)
    require(access, APPROVE if is_over else PROPOSE, line.property_id)
    told = rules.said(reason, needed=is_over or state == LineState.REFUSED)
    if is_over and state == LineState.APPROVED and line.proposed_by == access.actor:
        raise Refused(
            "Whoever proposed it cannot approve it. Ask another supervisor.", "own_approval"
        )
    line.state, line.decided_by, line.decided_at = state.value, access.actor, now
    line.save()
    _note(access, line, event, now, told)
    return line


def _held(access: Access, line_id: int) -> MoneyLine:
    """A line whose case he sees, with its case held; money is read only with its right."""
    line = visible_to(access, MoneyLine.objects.all(), READ).filter(pk=line_id).first()
    if line is None:
        raise Forbidden(
            "There is no such money among the cases you may see.",
            "not_visible",
            object=f"money_line:{line_id}",
        )
    case = keeping.held(seen.one(access, line.case_id))
    line = MoneyLine.objects.get(pk=line_id)
    line.case = case
    return line


def _require_state(line: MoneyLine, *states: LineState) -> None:
    if line.state not in {each.value for each in states}:
        raise Refused(f"This money is {line.state} already.", "money_decided", state=line.state)


def _note(access: Access, line: MoneyLine, event: Event, now: datetime, reason: str) -> None:
    """One line of history for what happened to money; compensation leaves the normal way."""
    case, who = line.case, working.who(access, line.property_id)
    sets = {}
    proposes = event in {Event.PROPOSED, Event.CHANGED}
    if proposes and Money(line.kind) in money_rules.COMPENSATIONS:
        sets = rules.leaves_normal_way(keeping.standing(case), rules.COMPENSATION, who, ())
    keeping.write(case, Happened(event, sets, told(line), reason=reason), access.actor, now)


def told(line: MoneyLine) -> dict[str, str | int]:
    """A line as a history keeps it."""
    return {
        "line": line.pk,
        "kind": line.kind,
        "amount": str(line.amount),
        "currency": line.currency,
        "state": line.state,
        "folio_line": line.folio_line,
    }


def _folio_of(case: Case) -> list[str]:
    stay = Reservation.objects.filter(pk=case.reservation_id or 0).first()
    return [str(each["line"]) for each in stay.folio] if stay else []


@transaction.atomic
def export(access: Access, property_id: int, out: TextIO, now: datetime) -> int:
    """What accounting is to post, as a file: the approved lines; how many."""
    require(access, EXPORT, property_id)
    require(access, READ, property_id)
    hotel = Property.objects.get(pk=property_id)
    lines = MoneyLine.objects.filter(property=hotel, state=LineState.APPROVED.value).order_by("pk")
    cases = dict(
        Case.objects.filter(property=hotel, pk__in=[each.case_id for each in lines]).values_list(
            "pk", "reservation_id"
        )
    )
    numbers = dict(
        Reservation.objects.filter(pk__in=[id_ for id_ in cases.values() if id_]).values_list(
            "pk", "number"
        )
    )
    with audit.acting(access.actor, now):
        audit.record(
            "money_exported", f"property:{property_id}", property_id=property_id,
            facts={"lines": len(lines)},
        )  # fmt: skip
    return write_csv(
        out,
        HEADING,
        [
            (
                each.pk, hotel.code, each.kind, each.amount, each.currency,
                numbers.get(cases[each.case_id] or 0, ""), each.proposed_at.isoformat(),
                each.decided_at.isoformat() if each.decided_at else "", each.decided_by, each.state,
            )
            for each in lines
        ],
    )  # fmt: skip
