"""What is planned follows the plan: kept, moved, dropped, new; what left keeps its slot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.messages import planning
from staytrue.messages.kinds import OPEN, Kind, State
from staytrue.messages.planning import What
from staytrue.messages.reasons import Reason
from tests.make import NOON
from tests.messages import scene, ways
from tests.messages.scene import HOUR, MINUTE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own."""
    with ways.home(tmp_path / "home") as place:
        yield place


def test_what_is_new_is_planned_and_again_it_is_kept() -> None:
    house = scene.build()
    wanted = house.wanted(facts={"late": "sent_now"})
    assert [each.what for each in house.plan(wanted)] == [What.NEW]
    before = scene.only()
    assert [each.what for each in house.plan(wanted, at=NOON + HOUR)] == [What.KEPT]
    assert scene.only().planned_at == before.planned_at
    assert before.facts == {"plan": {"late": "sent_now"}}


def test_a_moved_message_says_from_when_to_when() -> None:
    house = scene.build()
    wanted = house.wanted()
    house.plan(wanted)
    (moved,) = house.plan(replace(wanted, due_at=NOON + HOUR, not_before=NOON + HOUR))
    assert (moved.what, moved.was_at, moved.due_at) == (What.MOVED, NOON, NOON + HOUR)
    assert scene.only().due_at == NOON + HOUR
    assert scene.decisions() == [("moved", "")]


def test_another_recipient_takes_the_place_of_the_first() -> None:
    house = scene.build()
    wanted = house.wanted()
    house.plan(wanted)
    house.plan(replace(wanted, profile_id=wanted.profile_id + 1))
    assert scene.only().profile_id == wanted.profile_id + 1


def test_a_cancelled_stay_loses_all_and_says_why() -> None:
    house = scene.build()
    house.plan(house.wanted(), house.wanted(Kind.PRE_STAY))
    house.tells(scene.later(status=Status.CANCELLED), at=NOON + MINUTE)
    moved = house.plan(at=NOON + MINUTE)
    assert [(each.what, each.reason) for each in moved] == [(What.DROPPED, "cancelled")] * 2
    assert {(each.state, each.reason) for each in scene.messages()} == {
        (State.CLOSED, Reason.CANCELLED)
    }


def test_the_plans_own_reason_is_kept() -> None:
    house = scene.build()
    wanted = house.wanted()
    house.plan(wanted)
    stay = house.stay().pk
    with scope.everything():
        planning.settle({stay: []}, NOON, lambda: {(stay, wanted.slot): "group_block"})
    assert scene.only().reason == Reason.GROUP_BLOCK


def test_a_reinstated_stay_is_planned_anew() -> None:
    house = scene.build()
    house.plan(house.wanted())
    house.plan()
    assert [each.what for each in house.plan(house.wanted())] == [What.NEW]
    assert [each.state for each in scene.messages()] == [State.CLOSED, State.PLANNED]


def test_what_left_keeps_its_slot() -> None:
    house = scene.build()
    house.plan(house.wanted())
    house.claim()
    assert house.plan(house.wanted(due_at=NOON + HOUR)) == []
    assert house.plan() == []
    assert scene.only().state == State.CLAIMED


def test_a_held_message_is_decided_again_when_its_stay_was_touched() -> None:
    house = scene.build()
    house.plan(house.wanted())
    house.claim(NOON + 3 * HOUR)
    assert (scene.only().held_until or NOON) > NOON + 4 * HOUR
    house.plan(house.wanted(), at=NOON + 4 * HOUR)
    assert scene.only().held_until == NOON + 4 * HOUR


def test_a_party_without_a_stay_gets_each_slot_once() -> None:
    house = scene.build()
    wanted = house.wanted(Kind.MAILING, party="mailing:1", basis={})
    with scope.everything():
        assert planning.add([wanted], NOON) == 1
        assert planning.add([wanted], NOON) == 0
        assert planning.close([scene.only().pk], Reason.RECALLED, NOON) == 1
    assert scene.only().state == State.CLOSED


SLOTS = st.lists(
    st.tuples(st.sampled_from([Kind.PRE_STAY, Kind.SURVEY, Kind.WELCOME]), st.integers(0, 3)),
    max_size=4,
    unique_by=lambda pair: pair[0],
)


class Equal(TestCase):
    """Whatever the plan said before, what is open is what it says now."""

    @settings(max_examples=25, deadline=None)
    @given(st.lists(SLOTS, min_size=1, max_size=4))
    def test_what_is_open_is_what_is_wanted(self, plans: list[list[tuple[Kind, int]]]) -> None:
        house = scene.build()
        for plan in plans:
            wanted = [house.wanted(kind, due_at=NOON + hour * HOUR) for kind, hour in plan]
            house.plan(*wanted)
            again = house.plan(*wanted)
            assert {each.what for each in again} <= {What.KEPT}
            found = {(each.kind, each.due_at) for each in scene.messages() if each.state in OPEN}
            assert found == {(each.kind, each.due_at) for each in wanted}
