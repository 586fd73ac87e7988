"""The money of cases for the managers' report: their lines, and what folios show that no line agreed to."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal

from staytrue.desk import money_rules
from staytrue.desk.kinds import Money
from staytrue.desk.models import Case, MoneyLine
from staytrue.desk.money_figures import Paid, Total, Wrong, money
from staytrue.desk.paying import READ
from staytrue.mirror.models import Reservation
from staytrue.staff.access import Access, visible_to

GONE = "checked_out"


def totals(access: Access, case_ids: Collection[int]) -> list[Total]:
    """What these cases move, for who may read money at their hotels."""
    cases = {
        case.pk: case
        for case in visible_to(access, Case.objects.filter(pk__in=case_ids), READ)
    }  # fmt: skip
    lines = list(MoneyLine.objects.filter(case__in=cases).order_by("pk"))
    stays = Reservation.objects.in_bulk({each.reservation_id or 0 for each in cases.values()})
    paid = []
    for line in lines:
        stay = stays.get(cases[line.case_id].reservation_id or 0)
        paid.append(
            Paid(id=line.pk, case=line.case_id, kind=line.kind, state=line.state,
                 amount=line.amount, currency=line.currency,
                 is_over=stay is not None and stay.status == GONE)
        )  # fmt: skip
    return money(paid, _wrong(cases, lines, stays))


def _wrong(
    cases: dict[int, Case], lines: Collection[MoneyLine], stays: dict[int, Reservation]
) -> Iterator[Wrong]:
    """What went back to guests of these cases and no line proves; each line of a folio once."""
    proved = MoneyLine.objects.filter(case__reservation_id__in=stays).exclude(folio_line="")
    known = set(proved.values_list("case__reservation_id", "folio_line"))
    told: set[tuple[int, str]] = set()
    for case, before in _asking(cases, lines):
        stay = stays.get(case.reservation_id or 0)
        if stay is None:
            continue
        agreed = {line for id_, line in known if id_ == stay.pk}
        by_line = {str(each["line"]): each for each in stay.folio}
        for name in money_rules.unapproved(stay.folio, agreed, before):
            if (stay.pk, name) in told or (case.folio_line and case.folio_line != name):
                continue
            told.add((stay.pk, name))
            posted = by_line[name]
            yield Wrong(
                case=case.pk, folio_line=f"{stay.number}:{name}",
                amount=abs(Decimal(posted.get("amount") or 0)),
                currency=posted.get("currency") or case.property.currency,
            )  # fmt: skip


def _asking(
    cases: dict[int, Case], lines: Collection[MoneyLine]
) -> Iterator[tuple[Case, Collection[str]]]:
    """The cases that are about money given back, with what stood in the folio before them."""
    for case in cases.values():
        if case.folio_line:
            yield case, ()
    for line in lines:
        if line.kind == Money.REFUND and not cases[line.case_id].folio_line:
            yield cases[line.case_id], line.known
