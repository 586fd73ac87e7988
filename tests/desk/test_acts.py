"""Acts on cases: each asks a rule, writes one line, and whoever is to know learns of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError, ProgrammingError

from staytrue.desk import climbing, handing, moving, opening, writing
from staytrue.desk.models import Case, CaseEvent, HouseRule, Mention
from staytrue.desk.promise_rules import Promise
from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused
from staytrue.messages.models import Silence
from staytrue.staff import audit
from staytrue.staff.actions import NewAsk, close_ask, open_ask
from staytrue.staff.models import Ask
from tests.desk.scene import NOTE, Desk, after, asked, events, fresh
from tests.make import NOON
from tests.staff import people


def test_a_case_begins_with_an_owner_and_an_end(desk: Desk) -> None:
    case = fresh(desk.opens())
    assert (case.owner_role_id, case.due_at) == ("guest_relations", NOON + timedelta(hours=4))
    assert (case.place, case.profile_id, case.state) == ("214", desk.profile(), "new")


def test_the_database_keeps_no_case_without_owner_or_end(desk: Desk) -> None:
    case = desk.opens()
    for nothing in ({"owner_role": None}, {"due_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(**nothing)


@pytest.mark.parametrize(
    "statement", ["UPDATE case_event SET actor = 'x'", "DELETE FROM case_event"]
)
def test_a_history_is_only_added_to(desk: Desk, statement: str) -> None:
    desk.opens()
    with (
        pytest.raises((InternalError, ProgrammingError)),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_recovery_keeps_its_guest_quiet_until_it_is_complete(desk: Desk) -> None:
    case = desk.opens()
    (silence,) = Silence.objects.filter(until_at=None)
    assert (silence.profile_id, silence.key) == (desk.profile(), f"case:{case.pk}")
    moving.take(desk.lea, case.pk, after(1))
    moving.complete(desk.lea, case.pk, after(2))
    assert not Silence.objects.filter(until_at=None).exists()
    moving.reopen(desk.hugo, case.pk, "He called again", after(3))
    assert Silence.objects.filter(until_at=None).count() == 1


def test_a_request_in_three_fields_finds_the_stay_in_its_room(desk: Desk) -> None:
    case = opening.quick(desk.iker, desk.hotel.pk, "Two pillows", "214", "", NOON)
    assert (case.kind, case.reservation_id, case.profile_id) == (
        "request", desk.stay, desk.profile(),
    )  # fmt: skip
    elsewhere = opening.quick(desk.iker, desk.hotel.pk, "The lift hums", "lift", "", NOON)
    assert (elsewhere.place, elsewhere.reservation_id) == ("lift", None)


def rule(desk: Desk, text: str = "Check-in is from 12:00.", version: int = 1) -> HouseRule:
    with audit.acting("tests", NOON, "the rooms are cleaned until then"):
        return HouseRule.objects.create(
            property=desk.hotel, about="time", subject="check_in", version=version, text=text,
            bounds={"not_before": "12:00:00"}, since_at=NOON,
        )  # fmt: skip


EARLY = Promise("time", "check_in", "09:00")  # type: ignore[arg-type]


def test_a_promise_against_a_house_rule_is_refused_in_its_words(desk: Desk) -> None:
    rule(desk)
    with pytest.raises(Refused) as refused:
        desk.opens(kind="promise", promise=EARLY)
    assert (refused.value.code, refused.value.sentence) == (
        "house_rule_broken", "Check-in is from 12:00.",
    )  # fmt: skip
    assert not Case.objects.exists()


def test_an_exception_from_a_house_rule_takes_a_note_and_a_supervisor(desk: Desk) -> None:
    rule(desk)
    case = desk.opens(kind="promise", promise=EARLY, note=NOTE)
    assert fresh(case).exceptions == ["rule_broken"]
    moving.take(desk.lea, case.pk, after(1))
    assert ("case_approval", "general_manager") in asked()
    writing.note(desk.hugo, case.pk, "", "", "We keep the room free", after(2))
    with pytest.raises(Refused) as refused:
        moving.complete(desk.lea, case.pk, after(3))
    assert refused.value.code == "approval_missing"
    moving.approve(desk.hugo, case.pk, "The night before is empty", after(4))
    assert moving.complete(desk.lea, case.pk, after(5)).state == "complete"
    fresh(case)


def test_what_was_checked_is_shown_as_it_was_though_rule_and_stay_change(desk: Desk) -> None:
    first = rule(desk)
    case = desk.opens(kind="promise", promise=EARLY, note=NOTE)
    with audit.acting("tests", after(1), "they are cleaned later"):
        HouseRule.objects.filter(pk=first.pk).update(until_at=after(1), text="Check-in from 15:00.")
    desk.tells(after(2), room_number="305", nights=9)
    checked = CaseEvent.objects.get(case=case, kind="checked").facts
    assert checked["rules"] == [
        {"rule": first.pk, "version": 1, "text": "Check-in is from 12:00.", "holds": False}
    ]
    assert checked["stay"]["room_number"] == "214"
    assert checked["promise"]["value"] == "09:00"


def test_an_untouched_case_climbs_once_and_tells_the_next_role(desk: Desk) -> None:
    case = desk.opens()
    assert climbing.climb(after(239)) == 0
    assert climbing.climb(after(240)) == 1
    assert climbing.climb(after(240)) == 0
    assert fresh(case).owner_role_id == "general_manager"
    assert events(case) == ["opened", "escalated"]
    assert asked() == {("case_late", "general_manager")}


def test_a_hand_over_asks_the_receiver_and_nobody_else(desk: Desk) -> None:
    case = desk.opens()
    handing.offer(desk.lea, case.pk, "general_manager", None, "He knows him", after(1))
    assert asked() == {("case_offered", "general_manager")}
    handing.accept(desk.hugo, case.pk, after(2))
    assert not asked()
    assert fresh(case).owner_member_id == desk.hugo.member_id


def test_the_third_hand_over_goes_to_the_supervisor(desk: Desk) -> None:
    other = people.access("guest_relations", at=desk.hotel)
    case = desk.opens()
    for giver, taker in ((desk.lea, other), (other, desk.lea)):
        handing.offer(giver, case.pk, "guest_relations", taker.member_id, "yours", after(1))
        handing.accept(taker, case.pk, after(1))
    handing.offer(desk.lea, case.pk, "guest_relations", other.member_id, "yours again", after(2))
    assert fresh(case).owner_role_id == "general_manager"
    assert events(case)[-1] == "passed_up"


def test_a_comment_names_only_who_may_see_the_case(desk: Desk) -> None:
    case = desk.opens()
    assert desk.hugo.member_id
    assert desk.iker.member_id
    writing.comment(desk.lea, case.pk, "Please look", [desk.hugo.member_id], after(1))
    assert Mention.objects.get().member_id == desk.hugo.member_id
    with pytest.raises(Refused):
        writing.comment(desk.lea, case.pk, "And you", [desk.iker.member_id], after(2))
    writing.read(desk.hugo, case.pk, after(3))
    assert Mention.objects.get().read_at == after(3)


def test_who_may_not_see_a_kind_finds_no_such_case(desk: Desk) -> None:
    case = desk.opens()
    stranger = people.access("general_manager", at=desk.at.other)
    for who in (desk.iker, stranger):
        with pytest.raises(Forbidden) as refused:
            moving.take(who, case.pk, after(1))
        assert refused.value.code == "not_visible"
    with pytest.raises(Forbidden):
        desk.opens(by=desk.iker)


def test_the_database_hides_cases_of_other_hotels(desk: Desk) -> None:
    desk.opens()
    with scope.properties([desk.at.other.pk]):
        assert not Case.objects.exists()
        assert not CaseEvent.objects.exists()


def test_a_late_ask_of_any_package_is_asked_of_the_duty_role_too_until_it_ends(desk: Desk) -> None:
    ask = NewAsk("wish:1", "guest_wish", "front_desk", desk.hotel.pk, {"number": "30117"}, "/x/",
                 after(30))  # fmt: skip
    open_ask(ask, NOON)
    assert climbing.climb_asks(after(29)) == 0
    assert climbing.climb_asks(after(31)) == 1
    assert climbing.climb_asks(after(32)) == 1
    (late,) = Ask.objects.filter(kind="ask_late", closed_at=None)
    assert (late.role_id, late.link, late.facts["kind"]) == ("general_manager", "/x/", "guest_wish")
    close_ask("wish:1", "read", after(40))
    climbing.climb_asks(after(41))
    assert not Ask.objects.filter(kind="ask_late", closed_at=None).exists()
