"""What opens cases by itself: each of the four sides of the desk, once, with a link to its origin."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from staytrue.changes import pending
from staytrue.desk import canonical, configuring, moving
from staytrue.desk.models import Case, CaseEvent
from staytrue.desk.promise_rules import Promise
from staytrue.flow import casework, reactions
from staytrue.forms import surveying
from staytrue.forms.surveying import Told
from staytrue.hotel import scope
from staytrue.hotel.codes import FolioKind
from staytrue.hotel.records import FolioLine
from staytrue.messages import guest_links
from staytrue.messages.guest_links import Opens, Wanted
from staytrue.messages.models import GuestLink, Silence
from tests.desk import scene
from tests.desk.scene import Desk, after, asked, events, fresh
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return scene.build()


def link(desk: Desk) -> GuestLink:
    with scope.everything():
        wanted = Wanted(
            opens=Opens.SURVEY, property_id=desk.hotel.pk, profile_id=desk.profile(),
            reservation_id=desk.stay, channel="email", language="en",
        )  # fmt: skip
        guest_links.make([wanted], NOON)
        return GuestLink.objects.get()


def answers(desk: Desk, score: int, minutes: int = 1, **told: object) -> None:
    with scope.everything():
        surveying.answer(
            GuestLink.objects.first() or link(desk),
            Told(str(score), **told),
            after(minutes),  # type: ignore[arg-type]
        )
    works(after(minutes))


def works(now: object = NOON) -> None:
    """What the worker does within half a second of a change."""
    reactions.settle_one(casework.settle_cases, now)  # type: ignore[arg-type]


def cases() -> list[Case]:
    with scope.everything():
        return list(Case.objects.order_by("pk"))


def test_a_low_score_opens_a_case_with_an_owner_and_alerts_two_roles_and_nobody_else(
    desk: Desk,
) -> None:
    answers(desk, 3, topics=("quiet",), comment="The lift is loud.")
    (case,) = cases()
    assert (case.kind, case.owner_role_id, case.origin) == ("recovery", "guest_relations", "guest")
    assert (case.reservation_id, case.profile_id) == (desk.stay, desk.profile())
    assert (case.cause, case.place, case.words) == ("noise", "214", "The lift is loud.")
    assert asked() == {
        ("case_opened_low", "guest_relations"), ("case_opened_low", "general_manager"),
    }  # fmt: skip
    fresh(case)


def test_the_same_answer_opens_one_case_however_often_it_is_looked_at(desk: Desk) -> None:
    answers(desk, 3)
    answers(desk, 2, 2)
    with scope.everything():
        casework.settle_cases([desk.stay], after(3))
    assert len(cases()) == 1


def test_closing_the_case_of_a_survey_ends_the_quiet_the_survey_began(desk: Desk) -> None:
    answers(desk, 3)
    with scope.everything():
        (case,) = cases()
        assert Silence.objects.filter(until_at=None).count() == 2
        moving.take(desk.lea, case.pk, after(2))
        moving.complete(desk.lea, case.pk, after(3))
        assert not Silence.objects.filter(until_at=None).exists()


@pytest.mark.parametrize(("score", "call", "kinds"), [(9, False, []), (9, True, ["feedback"])])
def test_who_is_happy_opens_nothing_unless_he_wants_a_call(
    desk: Desk,
    score: int,
    call: bool,  # noqa: FBT001 - a table
    kinds: list[str],
) -> None:
    answers(desk, score, wants_call=call)
    assert [case.kind for case in cases()] == kinds


def rule(desk: Desk, trigger: str) -> None:
    with scope.everything():
        configuring.set_trigger(desk.hugo, desk.hotel.pk, trigger, "request", NOON)


def moves(desk: Desk, minutes: int, **facts: object) -> None:
    desk.tells(after(minutes), **facts)
    with scope.everything():
        pending.add("settle_cases", "reservation", [desk.stay], after(minutes))
    works(after(minutes))


def test_a_booking_opens_what_the_hotels_rule_says_and_nothing_without_one(desk: Desk) -> None:
    moves(desk, 1, room_number="305")
    assert not cases()
    rule(desk, "booking.room_moved")
    moves(desk, 2, room_number="306")
    opened = [case for case in cases() if case.origin == "booking"]
    assert {(case.kind, case.reservation_id) for case in opened} == {("request", desk.stay)}
    moves(desk, 3, room_number="306")
    assert len(cases()) == len(opened)


def test_money_nobody_approved_opens_what_the_hotels_rule_says(desk: Desk) -> None:
    rule(desk, "finance.unapproved")
    line = FolioLine("9", FolioKind.CORRECTION, amount=Decimal(-30), currency="EUR",
                     on=NOON.date())  # fmt: skip
    moves(desk, 1, folio=[line])
    moves(desk, 2, folio=[line], nights=4)
    (case,) = cases()
    assert (case.origin, case.folio_line, case.cause) == ("finance", "9", "payment")


def test_staff_open_cases_themselves(desk: Desk) -> None:
    assert desk.opens().origin == "staff"


def test_a_room_move_shows_on_the_case_without_a_copy(desk: Desk) -> None:
    case = desk.opens()
    moves(desk, 1, room_number="305")
    with scope.everything():
        shown = canonical.one(desk.lea, case.pk)
    assert (shown["room"], shown["place"]) == ("305", "214")
    assert events(case) == ["opened"]


def test_a_promise_the_mirror_contradicts_is_told_once_until_somebody_moves_it_on(
    desk: Desk,
) -> None:
    promise = Promise("room", "room", "214")  # type: ignore[arg-type]
    case = desk.opens(by=desk.iker, kind="promise", promise=promise)
    moves(desk, 1, room_number="305")
    moves(desk, 2, room_number="305", nights=5)
    assert events(case) == ["opened", "checked", "mismatched"]
    assert asked("case_mismatch") == {("case_mismatch", "front_desk")}
    with scope.everything():
        moving.take(desk.iker, case.pk, after(3))
    assert not asked("case_mismatch")
    fresh(case)


def test_duties_escalate_what_is_late(desk: Desk) -> None:
    case = desk.opens()
    casework.climb(NOON + timedelta(hours=5))
    assert fresh(case).owner_role_id == "general_manager"


def test_what_the_guest_wrote_is_no_part_of_what_the_history_sets(desk: Desk) -> None:
    answers(desk, 3, comment="The lift is loud.")
    with scope.everything():
        line = CaseEvent.objects.get(kind="opened")
    assert "lift" not in f"{line.sets}{line.facts}"
    assert line.words == {"text": "The lift is loud."}
