"""Money of a case: proposed and decided here, posted only when the mirror's folio shows it."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO

import pytest

from staytrue.desk import moving, paying, queries, writing
from staytrue.desk.models import Case, MoneyLine
from staytrue.flow import casework
from staytrue.hotel.codes import FolioKind, Status
from staytrue.hotel.records import FolioLine
from staytrue.kit.errors import Forbidden, Refused
from tests.desk.scene import NOTE, Desk, after, asked, events, fresh
from tests.staff import people

EIGHTY, FORTY = Decimal(80), Decimal(40)


def taken(desk: Desk) -> Case:
    case = desk.opens()
    moving.take(desk.lea, case.pk, after(1))
    return case


def proposed(desk: Desk, case: Case, amount: Decimal = EIGHTY) -> MoneyLine:
    return paying.propose(desk.lea, case.pk, "refund", amount, "Two bad nights", after(2), NOTE)


def posts(desk: Desk, minutes: int, *lines: FolioLine, **facts: object) -> None:
    """The PMS tells of her bill, and the reaction settles it."""
    desk.tells(after(minutes), folio=list(lines), **facts)
    casework.settle_cases([desk.stay], after(minutes))


REFUND = FolioLine("7", FolioKind.CORRECTION, amount=Decimal(-80), currency="EUR")


def test_compensation_takes_an_exception_note(desk: Desk) -> None:
    case = taken(desk)
    with pytest.raises(Refused) as refused:
        paying.propose(desk.lea, case.pk, "refund", EIGHTY, "Two bad nights", after(2))
    assert refused.value.code == "note_missing"
    assert not MoneyLine.objects.exists()
    proposed(desk, case)
    assert fresh(case).exceptions == ["compensation"]


def test_above_the_limit_a_supervisor_decides_and_never_the_author(desk: Desk) -> None:
    line = proposed(desk, taken(desk))
    assert ("case_approval", "general_manager") in asked()
    with pytest.raises(Forbidden):
        paying.approve(desk.lea, line.pk, "I think so", after(3))
    own = paying.propose(desk.hugo, line.case_id, "refund", EIGHTY, "More", after(3))
    with pytest.raises(Refused) as refused:
        paying.approve(desk.hugo, own.pk, "I think so", after(4))
    assert refused.value.code == "own_approval"
    with pytest.raises(Refused):
        paying.approve(desk.hugo, line.pk, "", after(4))
    agreed = paying.approve(desk.hugo, line.pk, "He is right", after(5))
    assert (agreed.state, agreed.decided_by) == ("approved", desk.hugo.actor)


def test_below_the_limit_its_owner_decides(desk: Desk) -> None:
    line = proposed(desk, taken(desk), FORTY)
    assert paying.approve(desk.lea, line.pk, "", after(3)).state == "approved"


def test_a_changed_amount_is_decided_again(desk: Desk) -> None:
    line = proposed(desk, taken(desk), FORTY)
    paying.approve(desk.lea, line.pk, "", after(3))
    changed = paying.change(desk.lea, line.pk, EIGHTY, "One night more", after(4))
    assert (changed.state, changed.decided_by) == ("proposed", "")
    with pytest.raises(Forbidden):
        paying.approve(desk.lea, line.pk, "", after(5))


def test_undecided_money_keeps_a_case_open_and_its_review_stands_on_the_case(desk: Desk) -> None:
    case = taken(desk)
    line = proposed(desk, case)
    writing.note(desk.hugo, case.pk, "", "", "A new fan is ordered", after(3))
    with pytest.raises(Refused) as refused:
        moving.complete(desk.lea, case.pk, after(4))
    assert refused.value.code == "money_undecided"
    paying.approve(desk.hugo, line.pk, "He is right", after(5))
    moving.complete(desk.lea, case.pk, after(6))
    reviewed = [each for each in queries.history(desk.lea, case) if each.kind == "line_approved"]
    assert [(each.actor, each.reason) for each in reviewed] == [(desk.hugo.actor, "He is right")]


def test_only_the_folio_makes_a_refund_posted_and_the_check_out_reconciles_it(desk: Desk) -> None:
    posts(desk, 0)
    case = taken(desk)
    line = proposed(desk, case)
    posts(desk, 3, REFUND)
    assert MoneyLine.objects.get(pk=line.pk).state == "proposed"
    paying.approve(desk.hugo, line.pk, "He is right", after(4))
    posts(desk, 5, REFUND)
    posted = MoneyLine.objects.get(pk=line.pk)
    assert (posted.state, posted.folio_line) == ("posted", "7")
    posts(desk, 6)
    assert MoneyLine.objects.get(pk=line.pk).state == "approved"
    posts(desk, 7, REFUND, status=Status.CHECKED_OUT)
    assert MoneyLine.objects.get(pk=line.pk).state == "reconciled"
    assert events(case)[-3:] == ["posted", "unposted", "reconciled"]
    casework.settle_cases([desk.stay], after(8))
    assert events(case)[-1:] == ["reconciled"]
    fresh(case)


def test_accounting_gets_the_approved_lines_as_a_file(desk: Desk) -> None:
    line = proposed(desk, taken(desk))
    out = StringIO()
    assert paying.export(desk.hugo, desk.hotel.pk, out, after(3)) == 0
    paying.approve(desk.hugo, line.pk, "He is right", after(4))
    assert paying.export(desk.hugo, desk.hotel.pk, out, after(5)) == 1
    assert '"refund","80.00","EUR","30117"' in out.getvalue()
    with pytest.raises(Forbidden):
        paying.export(desk.lea, desk.hotel.pk, out, after(6))


def test_money_is_shown_only_to_who_reads_money(desk: Desk) -> None:
    case = taken(desk)
    proposed(desk, case)
    marketing = people.access("department", at=desk.hotel)
    assert queries.lines(desk.lea, case)
    with pytest.raises(Forbidden):
        queries.lines(marketing, case)
