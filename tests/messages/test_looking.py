"""A look at the PMS before a message: what one look tells of a stay, and whom it wakes."""

from __future__ import annotations

import pytest

from staytrue.hotel import scope
from staytrue.messages import gate, looking
from staytrue.messages.case import Told
from staytrue.messages.kinds import Kind, State
from staytrue.messages.reasons import Reason
from staytrue.mirror import actions as mirror
from tests.make import NOON
from tests.messages import scene
from tests.messages.scene import MINUTE, Asked

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("told", [Told.NOT_FOUND, Told.UNREACHABLE])
def test_two_messages_of_one_stay_do_not_keep_asking_for_each_other(told: Told) -> None:
    house = scene.build()
    later = NOON + MINUTE
    house.plan(
        house.wanted(Kind.PRE_CHECKIN),
        house.wanted(Kind.PRE_STAY, due_at=later, not_before=later),
    )
    pms = Asked(house.hotel, told)
    for second in range(90):
        assert house.claim(NOON + second * MINUTE / 60, pms) == []
    assert len(pms.calls) <= 2


def test_what_the_pms_told_lets_the_other_messages_of_the_stay_go_too() -> None:
    house = scene.build()
    house.plan(house.wanted(Kind.PRE_CHECKIN), house.wanted(Kind.PRE_STAY))
    silent = Asked(house.hotel, Told.UNREACHABLE)
    at = NOON + 60 * MINUTE
    assert house.claim(at, silent) == []
    assert {each.reason for each in scene.messages()} == {Reason.HOTEL_UNREACHABLE}
    sent = house.claim(at + 5 * MINUTE, Asked(house.hotel))
    assert len(sent) == 2
    assert {each.state for each in scene.messages()} == {State.CLAIMED}


def out_of_sight(house: scene.Scene) -> None:
    """The stay's PMS sends a file without it."""
    with scope.everything():
        mirror.lose_sight([house.stay().pk], "missing", NOON, None)


def test_a_stay_out_of_sight_that_a_person_confirmed_is_written_to_once() -> None:
    house = scene.build()
    house.plan(house.wanted())
    out_of_sight(house)
    assert house.claim(NOON + MINUTE) == []
    assert scene.only().reason == Reason.OUT_OF_SIGHT
    with scope.everything():
        looking.confirm(scene.only(), "tests", NOON + 2 * MINUTE)
    (claimed,) = house.claim(NOON + 2 * MINUTE)
    assert gate.last_looks([claimed], NOON + 2 * MINUTE) == {claimed.message.pk}


def test_a_stay_that_left_our_sight_behind_the_claim_is_decided_anew() -> None:
    house = scene.build()
    house.plan(house.wanted())
    (claimed,) = house.claim(NOON + MINUTE)
    out_of_sight(house)
    assert gate.last_looks([claimed], NOON + MINUTE) == frozenset()
    assert scene.only().reason == Reason.CHANGED_MEANWHILE
