"""The board and next actions: each sees what is his, late first; and what a shift hands to the next."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from staytrue.changes.models import ScreenNumber
from staytrue.desk import (
    board,
    busy,
    configuring,
    handing,
    moving,
    opening,
    paying,
    queries,
    reporting,
    reviews,
    shifts,
    spot_checks,
    writing,
)
from staytrue.desk.board import Card
from staytrue.desk.models import BusyReport, Case, OutsideReview, ShiftReading
from staytrue.hotel.codes import Status
from staytrue.kit.errors import Forbidden, Refused
from staytrue.staff.access import Access
from staytrue.staff.actions import NewAsk, open_ask
from staytrue.staff.models import Ask
from tests import make
from tests.desk.scene import NOTE, Desk, after
from tests.make import NOON
from tests.staff import people
from tests.web import house


def listed(cards: list[Card]) -> list[int | str]:
    return [card.case.pk if card.case else card.ask.kind for card in cards if card.case or card.ask]


def do(cards: list[Card]) -> list[str]:
    return [card.next.act for card in cards if card.next]


def housekeeping(desk: Desk) -> Access:
    """A member of housekeeping, whose department works from seven to three."""
    ana = people.access("department", at=desk.hotel)
    made = configuring.set_department(
        desk.hugo, desk.hotel.pk, "housekeeping", "Housekeeping", "department", NOON
    )
    assert ana.member_id
    configuring.set_members(desk.hugo, made.pk, [ana.member_id], NOON)
    return ana


def asks_for_pillows(desk: Desk, department: str, minutes: int = 0) -> Case:
    return opening.quick(desk.iker, desk.hotel.pk, "Two pillows", "214", department, after(minutes))


def test_housekeeping_sees_only_its_cards_and_what_is_late_first(desk: Desk) -> None:
    ana = housekeeping(desk)
    desk.opens()
    asks_for_pillows(desk, "")
    late = asks_for_pillows(desk, "housekeeping")
    soon = asks_for_pillows(desk, "housekeeping", 70)
    (column,) = board.board(ana, after(71))
    assert (column.key, column.name) == ("housekeeping", "Housekeeping")
    assert listed(column.cards) == [late.pk, soon.pk]
    assert [card.is_late for card in column.cards] == [True, False]
    assert column.cards[0].room == "214"


def test_the_board_filters_what_is_mine_and_what_is_late(desk: Desk) -> None:
    housekeeping(desk)
    recovery = desk.opens()
    pillows = asks_for_pillows(desk, "housekeeping")
    mine = board.board(desk.lea, after(61), only="mine")
    late = board.board(desk.lea, after(61), only="late")
    assert [listed(each.cards) for each in mine] == [[recovery.pk]]
    assert [listed(each.cards) for each in late] == [[pillows.pk]]
    one = board.board(desk.hugo, after(1), department="housekeeping")
    assert [listed(each.cards) for each in one] == [[pillows.pk]]


def test_next_actions_are_the_cases_of_ones_role_by_due_time_and_ones_asks(desk: Desk) -> None:
    feedback = desk.opens(kind="feedback", words="Call him")
    recovery = desk.opens(now=after(1))
    asks_for_pillows(desk, "")
    ask = NewAsk("verify-stay:1", "verify_stay", "guest_relations", desk.hotel.pk, due_at=after(30))
    open_ask(ask, NOON)
    assert listed(board.next_actions(desk.lea, after(2))) == [
        "verify_stay", recovery.pk, feedback.pk,
    ]  # fmt: skip
    stranger = people.access("guest_relations", at=desk.at.other)
    assert not board.next_actions(stranger, after(2))


def test_what_is_next_says_the_act_the_field_and_the_right(desk: Desk) -> None:
    case = desk.opens()
    assert do(board.next_actions(desk.lea, after(1))) == ["take"]
    moving.take(desk.lea, case.pk, after(1))
    line = paying.propose(desk.lea, case.pk, "refund", Decimal(80), "Bad nights", after(2), NOTE)
    (his,) = board.next_actions(desk.hugo, after(3))
    assert his.next
    assert (his.next.act, his.next.field, his.next.right) == ("decide", "money", "cases.approve")
    assert do(board.next_actions(desk.lea, after(3))) == ["wait"]
    paying.approve(desk.hugo, line.pk, "He is right", after(4))
    writing.note(desk.hugo, case.pk, "", "", "A new fan", after(5))
    assert do(board.next_actions(desk.lea, after(6))) == ["complete"]
    assert "complete" in queries.moves_for(desk.lea, case.__class__.objects.get(pk=case.pk))


def test_an_offered_case_is_next_for_its_receiver(desk: Desk) -> None:
    case = desk.opens()
    assert not board.next_actions(desk.hugo, after(1))
    handing.offer(desk.lea, case.pk, "general_manager", None, "He knows him", after(1))
    assert do(board.next_actions(desk.hugo, after(2))) == ["accept"]


def test_every_act_raises_the_number_that_open_boards_ask_for(desk: Desk) -> None:
    def number() -> int:
        return ScreenNumber.objects.get(property_id=desk.hotel.pk).number

    case = desk.opens()
    before = number()
    moving.take(desk.lea, case.pk, after(1))
    assert number() == before + 1


def takes_over(who: Access, desk: Desk, read: int, at: int | None = None) -> None:
    page = shifts.handover(who, desk.hotel.pk, after(read))
    shifts.acknowledge(who, desk.hotel.pk, after(read), page.lines, after(at or read))


def test_the_next_shift_reads_what_others_did_since_its_last_one(desk: Desk) -> None:
    nora = people.access("guest_relations", at=desk.hotel)
    old = desk.opens()
    takes_over(nora, desk, 1)
    new = desk.opens(kind="feedback", now=after(2))
    moving.take(desk.lea, new.pk, after(3))
    writing.comment(nora, old.pk, "I know that one", [], after(4))
    found = shifts.handover(nora, desk.hotel.pk, after(5))
    assert [case.pk for case in found.open] == [old.pk, new.pk]
    assert [case.pk for case in found.due] == [old.pk]
    ((case, lines),) = found.changed
    assert (case.pk, [line.kind for line in lines]) == (new.pk, ["opened", "taken"])
    assert [case.pk for case in found.own] == [old.pk]
    # What came while she read is for her next reading.
    writing.comment(desk.lea, old.pk, "One thing more", [], after(6))
    takes_over(nora, desk, 5, at=7)
    reading = ShiftReading.objects.latest("pk")
    assert (reading.member_id, reading.cases) == (nora.member_id, 2)
    assert (reading.at, reading.since_at) == (after(5), after(1))
    assert reading in shifts.readings(desk.hugo, desk.hotel.pk)
    ((case, _),) = shifts.handover(nora, desk.hotel.pk, after(8)).changed
    assert case.pk == old.pk


def test_a_hand_over_lists_every_case_that_changed_and_nothing_is_signed_unread(
    desk: Desk,
) -> None:
    cases = [desk.opens(kind="feedback", now=after(minutes)) for minutes in range(3)]
    nora = people.access("guest_relations", at=desk.hotel)
    takes_over(nora, desk, 5)
    page = shifts.handover(nora, desk.hotel.pk, after(20))
    assert (page.changed, page.own, len(page.open)) == ([], [], 3)
    # Each way a case changes: by an act, by words alone, by the clock, by the reader himself.
    moving.take(desk.lea, cases[0].pk, after(6))
    moving.complete(desk.lea, cases[0].pk, after(6))
    writing.comment(desk.hugo, cases[1].pk, "Called twice", [], after(7))
    moving.take(nora, cases[2].pk, after(8))
    changed = set(Case.objects.filter(changed_at__gt=after(5)).values_list("pk", flat=True))
    page = shifts.handover(nora, desk.hotel.pk, after(20))
    assert {each.pk for each, _lines in page.changed} | {each.pk for each in page.own} == changed
    assert changed == {each.pk for each in cases}
    # Something was being written while the page was made: it does not show it.
    with pytest.raises(Refused) as refused:
        shifts.acknowledge(nora, desk.hotel.pk, after(20), page.lines - 1, after(21))
    assert refused.value.code == "shift_moved"
    assert ShiftReading.objects.filter(member=nora.member_id).count() == 1


def done(desk: Desk, minutes: int) -> Case:
    case = desk.opens(kind="feedback", now=after(minutes))
    moving.take(desk.lea, case.pk, after(minutes + 1))
    return moving.complete(desk.lea, case.pk, after(minutes + 2))


def test_spot_checks_are_drawn_by_lot_again_with_the_same_seed(desk: Desk) -> None:
    ids = [done(desk, minutes).pk for minutes in range(6)]
    assert spot_checks.drawn(ids, 3, 7) == spot_checks.drawn(reversed(ids), 3, 7)  # type: ignore[arg-type]
    drawn = spot_checks.draw(desk.hugo, desk.hotel.pk, NOON.date(), 3, 7, after(9))
    assert [each.case_id for each in drawn] == spot_checks.drawn(ids, 3, 7)
    with pytest.raises(Refused):
        spot_checks.mark(desk.lea, drawn[0].pk, "right", after(10))
    spot_checks.mark(desk.hugo, drawn[0].pk, "wrong", after(10))
    assert len(spot_checks.to_check(desk.hugo)) == 2
    told = reporting.report(desk.hugo, [desk.hotel.pk], NOON.date(), NOON.date(), after(11))
    assert (told.accuracy.right, told.accuracy.checked) == (0, 1)


def test_closing_a_case_changes_the_report_without_a_run(desk: Desk) -> None:
    def completed() -> int:
        found = reporting.report(desk.hugo, [desk.hotel.pk], NOON.date(), NOON.date(), after(60))
        return sum(each.count for each in found.completion)

    case = desk.opens()
    assert completed() == 0
    moving.take(desk.lea, case.pk, after(1))
    moving.complete(desk.lea, case.pk, after(31))
    assert completed() == 1
    (told,) = reporting.report(
        desk.hugo, [desk.hotel.pk], NOON.date(), NOON.date(), after(60)
    ).completion
    assert (told.p50, told.bottleneck, told.cases) == (31 * 60, "pending", (case.pk,))
    with pytest.raises(Forbidden):
        reporting.report(desk.iker, [desk.hotel.pk], NOON.date(), NOON.date(), after(60))


def fills(desk: Desk, arrival: date, count: int) -> None:
    stays = [make.reservation(number=f"B{n}", arrival_on=arrival, nights=2) for n in range(count)]
    house.take(desk.at.link, *stays)


def test_a_busy_weekend_has_its_report_the_day_before_and_an_unread_one_escalates(
    desk: Desk,
) -> None:
    configuring.set_setting(
        desk.hugo, desk.hotel.pk, NOON, duty_role="general_manager", money_limit=Decimal(50),
        rooms=10, reason="Ten rooms",
    )  # fmt: skip
    desk.tells(status=Status.CHECKED_OUT)
    fills(desk, NOON.date() + timedelta(days=2), 9)
    assert busy.settle(NOON) == 0
    tomorrow = NOON + timedelta(days=1)
    assert busy.settle(tomorrow) == 1
    assert busy.settle(tomorrow) == 0
    report = BusyReport.objects.get()
    assert (report.first_on, report.last_on) == (
        NOON.date() + timedelta(days=2), NOON.date() + timedelta(days=3),
    )  # fmt: skip
    asked = Ask.objects.get(kind="exception_report", closed_at=None)
    assert asked.role_id == "guest_relations"
    busy.settle(tomorrow + timedelta(hours=6))
    asked.refresh_from_db()
    assert asked.role_id == "general_manager"
    busy.read(desk.hugo, report.pk, tomorrow + timedelta(hours=7))
    report.refresh_from_db()
    assert report.read_by == desk.hugo.actor
    assert not Ask.objects.filter(kind="exception_report", closed_at=None).exists()


def test_reviews_come_by_hand_or_from_a_file_and_count_once(desk: Desk) -> None:
    hotel = desk.hotel.pk
    assert reviews.enter(desk.hugo, hotel, NOON.date(), "Maps", Decimal(8), "Quiet", NOON) == 1
    text = "when;site;stars;said\n2026-05-20;Maps;4;Nice\n2026-05-20;Maps;9;\nsoon;Maps;1;\n"
    columns = {"date": "when", "source": "site", "score": "stars", "text": "said"}
    taken = reviews.take(desk.hugo, hotel, text, columns, 5, NOON)
    assert (taken.new, taken.known, taken.unreadable) == (1, 0, [3, 4])
    again = reviews.take(desk.hugo, hotel, text, columns, 5, NOON)
    assert (again.new, again.known) == (0, 1)
    assert OutsideReview.objects.get(source="Maps", text="Nice").score == 8
    with pytest.raises(Refused):
        reviews.take(desk.hugo, hotel, text, columns | {"score": "points"}, 5, NOON)
