"""Open cases follow the mirror: promises are compared, and money is posted when the folio shows it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.db import transaction

from staytrue.desk import keeping, money_rules, paying, promise_rules
from staytrue.desk.folding import Happened
from staytrue.desk.kinds import Event, LineState, Money
from staytrue.desk.models import Case, CaseEvent, MoneyLine
from staytrue.desk.money_rules import Line
from staytrue.desk.opening import ITSELF, STAY_FACTS
from staytrue.desk.promise_rules import Promise
from staytrue.mirror.models import Reservation

_DECIDED = (LineState.APPROVED.value, LineState.POSTED.value, LineState.RECONCILED.value)


@transaction.atomic
def follow(reservation_ids: Collection[int], now: datetime) -> None:
    """Bring the cases of these stays to what the mirror says by now."""
    # Hardly any stay has one: the others are not read.
    cases = list(Case.objects.filter(reservation_id__in=list(reservation_ids)).order_by("pk"))
    stays = Reservation.objects.in_bulk({case.reservation_id or 0 for case in cases})
    for case in cases:
        # A stay may have been rolled back with the file that brought it.
        if stay := stays.get(case.reservation_id or 0):
            _compare(case, stay, now)
    if stays:
        _settle_money(stays, now)


def _compare(case: Case, stay: Reservation, now: datetime) -> None:
    """A promise the mirror contradicts is told once, until somebody moves the case on."""
    if case.kind != "promise" or case.closed_at is not None or case.is_mismatched:
        return
    checked = CaseEvent.objects.filter(case=case, kind=Event.CHECKED.value).order_by("-no").first()
    if checked is None:
        return
    known = {name: getattr(stay, name) for name in STAY_FACTS}
    promise = msgspec.convert(checked.facts["promise"], Promise)
    seen = CaseEvent.objects.filter(case=case, kind=Event.MISMATCHED.value).order_by("-no").first()
    facts = _relevant(known)
    if not promise_rules.differs(promise, known) or (seen and seen.facts["stay"] == facts):
        return
    held = keeping.held(case)
    happened = Happened(Event.MISMATCHED, {"is_mismatched": True}, {"stay": facts})
    keeping.write(held, happened, ITSELF, now)


def _relevant(stay: Mapping[str, Any]) -> dict[str, Any]:
    """What a promise is compared with; not the version, which moves for anything."""
    plain: dict[str, Any] = msgspec.to_builtins(
        {name: stay[name] for name in ("room_number", "room_category", "amount", "currency")}
    )
    return plain


def _settle_money(stays: Mapping[int, Reservation], now: datetime) -> None:
    rows = MoneyLine.objects.filter(
        case__reservation_id__in=list(stays), state__in=_DECIDED
    ).select_related("case")
    by_stay: dict[int, list[MoneyLine]] = {}
    for row in rows.order_by("pk"):
        by_stay.setdefault(row.case.reservation_id or 0, []).append(row)
    for id_, lines in by_stay.items():
        stay = stays[id_]
        shown = money_rules.shown([_line(row) for row in lines], stay.folio)
        for row in lines:
            _settle_line(row, shown.get(row.pk, ""), stay, now)


def _settle_line(row: MoneyLine, folio_line: str, stay: Reservation, now: datetime) -> None:
    """Posted while the folio shows it; reconciled when it stands on the bill of who has left."""
    becomes = LineState.APPROVED
    if folio_line:
        is_final = stay.status == "checked_out"
        becomes = LineState.RECONCILED if is_final else LineState.POSTED
    if (row.state, row.folio_line) == (becomes.value, folio_line):
        return
    event = {
        LineState.APPROVED: Event.UNPOSTED,
        LineState.POSTED: Event.POSTED,
        LineState.RECONCILED: Event.RECONCILED,
    }[becomes]
    row.posted_at = (row.posted_at or now) if folio_line else None
    row.reconciled_at = now if becomes == LineState.RECONCILED else None
    row.state, row.folio_line = becomes.value, folio_line
    case = keeping.held(row.case)
    row.save()
    keeping.write(case, Happened(event, {}, paying.told(row)), ITSELF, now)


def _line(row: MoneyLine) -> Line:
    return Line(
        id=row.pk,
        kind=Money(row.kind),
        amount=Decimal(row.amount),
        currency=row.currency,
        state=LineState(row.state),
        folio_line=row.folio_line,
        known=tuple(row.known),
    )
