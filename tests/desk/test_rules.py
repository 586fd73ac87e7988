"""What may happen to a case: the state machine, notes, hand-overs and escalation, without a database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from staytrue.desk import rules
from staytrue.desk.folding import Happened, Standing
from staytrue.desk.kinds import Event, Move, State
from staytrue.desk.terms import Terms
from staytrue.kit.errors import Forbidden, Refused
from tests.desk.standing import HUGO, LEA, ROUND_THE_CLOCK, TERMS, at, case, terms
from tests.make import NOON

HOUR = timedelta(hours=1)
NOTE = ("unusual", "impact", "comment")


def does(
    standing: Standing, move: Move, by: rules.Who = LEA, asked: rules.Asked | None = None,
    under: Terms = TERMS, undecided: int = 0,
) -> Standing:  # fmt: skip
    """The case after a move."""
    how = asked or at(1, reason="why")
    return after(standing, rules.moved(standing, move, by, how, under, ROUND_THE_CLOCK, undecided))


def after(standing: Standing, happened: Happened) -> Standing:
    return msgspec.structs.replace(standing, **happened.sets)


ALLOWED = {
    ("new", "take"), ("new", "approve"), ("new", "block"), ("new", "complete"),
    ("pending", "take"), ("pending", "approve"), ("pending", "block"), ("pending", "complete"),
    ("approved", "block"), ("approved", "complete"),
    ("blocked", "resume"),
    ("complete", "reopen"),
}  # fmt: skip


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("state", State)
def test_only_these_moves_are_allowed(state: State, move: Move) -> None:
    more: dict[str, Any] = {"left_seconds": 60} if state == State.BLOCKED else {}
    standing = case(state=state, note_parts=NOTE, **more)
    asked = at(1, reason="why", until=NOON + HOUR)
    if (state.value, move.value) in ALLOWED:
        assert does(standing, move, HUGO, asked).state != state or move == Move.TAKE
    else:
        with pytest.raises(Refused) as refused:
            does(standing, move, HUGO, asked)
        assert refused.value.code == "move_not_allowed"


def test_who_takes_a_case_owns_it() -> None:
    taken = does(case(), Move.TAKE)
    assert (taken.state, taken.owner_member_id, taken.taken_at) == (State.PENDING, 1, at(1).now)


@pytest.mark.parametrize("move", [Move.APPROVE, Move.REOPEN])
def test_only_a_supervisor_approves_and_reopens(move: Move) -> None:
    state = State.PENDING if move == Move.APPROVE else State.COMPLETE
    with pytest.raises(Forbidden):
        does(case(state=state), move, LEA)


@pytest.mark.parametrize("authors", [{"opened_by": "member:2"}, {"authors": ("member:2",)}])
def test_the_author_never_approves_his_own(authors: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        does(case(state=State.PENDING, **authors), Move.APPROVE, HUGO)
    assert refused.value.code == "own_approval"


@pytest.mark.parametrize("move", [Move.BLOCK, Move.APPROVE, Move.REOPEN])
def test_what_stops_or_changes_the_way_says_why(move: Move) -> None:
    state = State.COMPLETE if move == Move.REOPEN else State.PENDING
    with pytest.raises(Refused) as refused:
        does(case(state=state), move, HUGO, at(1, until=NOON + HOUR))
    assert refused.value.code == "reason_missing"


def test_a_blocked_case_still_has_an_end_and_its_clock_goes_on_where_it_stopped() -> None:
    blocked = does(case(), Move.BLOCK, LEA, at(20, reason="no key", until=NOON + 5 * HOUR))
    assert (blocked.due_at, blocked.left_seconds) == (NOON + 5 * HOUR, 40 * 60)
    resumed = does(blocked, Move.RESUME, LEA, at(120))
    assert resumed.due_at == NOON + 2 * HOUR + timedelta(minutes=40)
    assert resumed.left_seconds is None


@pytest.mark.parametrize("until", [None, NOON])
def test_nothing_waits_for_ever(until: Any) -> None:
    with pytest.raises(Refused) as refused:
        does(case(), Move.BLOCK, LEA, at(5, reason="no key", until=until))
    assert refused.value.code == "until_missing"


def test_a_skipped_step_names_the_missing_note() -> None:
    with pytest.raises(Refused) as refused:
        does(case(note_parts=("unusual",)), Move.COMPLETE)
    assert refused.value.code == "note_missing"
    assert refused.value.facts["missing"] == ["impact", "comment"]
    assert does(case(note_parts=NOTE), Move.COMPLETE).exceptions == ("skipped",)


def test_compensation_is_not_closed_without_the_whole_note() -> None:
    paid = case(state=State.PENDING, exceptions=("compensation",), note_parts=("unusual", "impact"))
    with pytest.raises(Refused) as refused:
        does(paid, Move.COMPLETE)
    assert refused.value.facts["missing"] == ["comment"]


def test_undecided_money_and_a_missing_approval_keep_a_case_open() -> None:
    with pytest.raises(Refused) as refused:
        does(case(state=State.PENDING), Move.COMPLETE, undecided=1)
    assert refused.value.code == "money_undecided"
    with pytest.raises(Refused) as refused:
        does(case(state=State.PENDING), Move.COMPLETE, under=terms(reviewed=True))
    assert refused.value.code == "approval_missing"
    agreed = does(case(state=State.PENDING), Move.APPROVE, HUGO, under=terms(reviewed=True))
    assert does(agreed, Move.COMPLETE, under=terms(reviewed=True)).state == State.COMPLETE


def test_what_was_approved_is_to_be_approved_again_when_it_leaves_its_way() -> None:
    agreed = case(state=State.APPROVED, approved_by="member:2", note_parts=NOTE)
    sets = rules.leaves_normal_way(agreed, rules.COMPENSATION, LEA, ())
    assert (sets["state"], sets["approved_by"], sets["authors"]) == ("pending", "", ("member:1",))


def test_the_note_refuses_an_empty_impact() -> None:
    with pytest.raises(Refused) as refused:
        rules.noted({"unusual": "The fan ran all night", "impact": "  "}, case(), LEA)
    assert refused.value.facts["missing"] == ["impact"]


def test_the_managers_comment_is_his() -> None:
    parts = {"unusual": "a", "impact": "b", "comment": "c"}
    with pytest.raises(Forbidden):
        rules.noted(parts, case(), LEA)
    assert rules.noted(parts, case(), HUGO).sets == {"note_parts": NOTE}


def test_words_of_people_stand_apart_from_what_they_set() -> None:
    happened = rules.noted({"unusual": "Ana Ruiz", "impact": "b"}, case(), LEA)
    assert "Ana" not in f"{happened.sets}{happened.facts}"
    assert happened.words["unusual"] == "Ana Ruiz"


def test_a_hand_over_is_accepted_by_whom_it_is_offered_to() -> None:
    offer = after(case(), rules.offered(case(), "general_manager", None, LEA, "his", TERMS))
    assert (offer.owner_role_id, offer.offered_role_id) == ("front_desk", "general_manager")
    with pytest.raises(Refused):
        rules.answered(offer, LEA, "", accepts=True)
    mine = after(offer, rules.answered(offer, HUGO, "", accepts=True))
    assert (mine.owner_role_id, mine.owner_member_id, mine.handovers) == ("general_manager", 2, 1)
    assert mine.offered_role_id is None


def test_a_declined_hand_over_stays_where_it_was_and_says_why() -> None:
    offer = after(case(), rules.offered(case(), "general_manager", None, LEA, "his", TERMS))
    with pytest.raises(Refused):
        rules.answered(offer, HUGO, "", accepts=False)
    kept = after(offer, rules.answered(offer, HUGO, "not ours", accepts=False))
    assert (kept.owner_role_id, kept.handovers, kept.offered_role_id) == ("front_desk", 0, None)


def test_the_third_hand_over_without_progress_goes_to_the_supervisor() -> None:
    tossed = case(handovers=2)
    happened = rules.offered(tossed, "guest_relations", None, LEA, "again", TERMS)
    assert happened.event == Event.PASSED_UP
    assert after(tossed, happened).owner_role_id == "general_manager"
    moved_on = does(tossed, Move.TAKE)
    assert rules.offered(moved_on, "guest_relations", None, LEA, "x", TERMS).event == Event.OFFERED


def climbs(standing: Standing, minutes: int, under: Terms) -> Happened | None:
    return rules.climbed(standing, under, ROUND_THE_CLOCK, at(minutes).now)


def test_an_untouched_case_climbs_once_for_each_step() -> None:
    under = terms("duty_manager", "general_manager")
    assert climbs(case(), 59, under) is None
    first = climbs(case(), 60, under)
    assert first
    late = after(case(), first)
    assert (late.owner_role_id, late.step) == ("duty_manager", 1)
    assert climbs(late, 60, under) is None
    second = climbs(late, 90, under)
    assert second
    top = after(late, second)
    assert (top.owner_role_id, top.step, top.climbs_at) == ("general_manager", 2, None)
    assert climbs(top, 10_000, under) is None


def test_whoever_takes_a_late_case_has_the_time_of_a_step_before_it_climbs_on() -> None:
    under = terms("duty_manager", "general_manager")
    taken = does(case(), Move.TAKE, asked=at(70), under=under)
    assert taken.climbs_at == at(100).now


def test_a_case_in_time_climbs_when_it_is_due_also_if_somebody_took_it() -> None:
    assert does(case(), Move.TAKE, asked=at(50)).climbs_at == NOON + HOUR


def test_nothing_complete_climbs() -> None:
    done = does(case(state=State.PENDING), Move.COMPLETE)
    assert climbs(done, 10_000, TERMS) is None
