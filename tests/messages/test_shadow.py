"""A message in shadow is decided like any other, and nothing that could happen lets it leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from staytrue.hotel import scope
from staytrue.messages import dispatching, gate
from staytrue.messages.case import Act
from staytrue.messages.dispatching import Ports
from staytrue.messages.kinds import USED, Kind, State
from staytrue.messages.models import GateSetting, Message, OutboxEntry
from staytrue.messages.reasons import Reason
from staytrue.messages.rules import decide
from staytrue.staff import audit
from staytrue.staff.models import Ask
from tests.make import NOON
from tests.messages import cases, scene, ways
from tests.messages.scene import HOUR, Scene


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own."""
    with ways.home(tmp_path / "home") as place:
        yield place


@pytest.fixture
def house(db: None) -> Scene:
    return scene.build()


def shadow(of: Scene, kind: Kind = Kind.PRE_STAY, **facts: Any) -> None:
    of.plan(of.wanted(kind, is_shadow=True, **facts))


@given(st.sampled_from(sorted(Kind)), st.data())
def test_whatever_the_case_a_shadow_gets_no_leave_and_else_the_same_answer(
    kind: Kind, data: st.DataObject
) -> None:
    forbidding = {
        name: facts for name, facts in cases.forbidding(kind).items() if "shut" not in facts
    }
    names = data.draw(st.sets(st.sampled_from(sorted(forbidding)), max_size=3))
    facts: dict[str, Any] = {}
    for name in names:
        facts |= forbidding[name]
    case = cases.sendable(kind, **facts)
    real, shown = decide(case), decide(replace(case, shut=Reason.SHADOW))

    assert shown.act != Act.SEND
    expected = (Act.CLOSE, Reason.SHADOW) if real.act == Act.SEND else (real.act, real.reason)
    assert (shown.act, shown.reason) == expected


@pytest.mark.parametrize("state", sorted(USED))
def test_the_table_takes_no_shadow_in_a_state_that_reaches_a_carrier(
    house: Scene, state: State
) -> None:
    shadow(house)

    with scope.everything(), pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.update(state=state)


def test_an_armed_gate_passes_a_shadow_by_and_takes_the_one_beside_it(house: Scene) -> None:
    house.plan(house.wanted(Kind.PRE_STAY, is_shadow=True), house.wanted(Kind.PRE_CHECKIN))

    assert [each.message.kind for each in house.claim()] == [Kind.PRE_CHECKIN]
    assert gate.decide_shadows(10, NOON) == 1
    told = {each.kind: (each.state, each.reason) for each in scene.messages()}
    assert told[Kind.PRE_STAY] == (State.CLOSED, Reason.SHADOW)


def test_a_shadow_is_decided_where_nothing_is_armed_and_its_answers_are_kept(
    db: None,
) -> None:
    house = scene.build(armed=False)
    shadow(house)
    with scope.everything():
        Message.objects.update(language="fr")
    gate.decide_shadows(10, NOON)
    assert scene.only().reason == Reason.MISSING_FIELD
    with scope.everything():
        Message.objects.update(language="en", held_until=NOON + HOUR)
    gate.decide_shadows(10, NOON + HOUR)

    assert scene.decisions() == [("hold", "missing_field"), ("close", "shadow")]
    with scope.everything():
        assert not OutboxEntry.objects.exists()


def test_what_waits_in_shadow_asks_nobody_at_the_desk(house: Scene) -> None:
    shadow(house, kind=Kind.PRE_CHECKIN)
    gate.decide_shadows(10, NOON + 20 * HOUR)

    assert scene.only().reason == Reason.NOT_CONFIRMED_LIVE
    with scope.everything():
        assert not Ask.objects.filter(kind="confirm_message").exists()


def test_what_would_have_left_is_not_planned_again_and_never_leaves_afterwards(
    house: Scene,
) -> None:
    shadow(house)
    gate.decide_shadows(10, NOON)
    shadow(house, due_at=NOON + HOUR)
    house.plan(house.wanted(Kind.PRE_STAY))

    assert len(scene.messages()) == 1
    assert not house.claim(NOON + HOUR)


def test_a_plan_that_goes_live_takes_over_what_has_not_been_due(house: Scene) -> None:
    shadow(house, due_at=NOON + HOUR, not_before=NOON + HOUR)
    house.plan(house.wanted(Kind.PRE_STAY, due_at=NOON + HOUR, not_before=NOON + HOUR))

    assert not scene.only().is_shadow
    house.is_fresh(NOON + HOUR)
    assert len(house.claim(NOON + HOUR)) == 1


def test_shadows_count_against_the_cap_like_messages(house: Scene) -> None:
    with scope.everything(), audit.acting("tests", NOON):
        GateSetting.objects.create(property=house.hotel, cap_messages=1)
    shadow(house)
    gate.decide_shadows(10, NOON)
    house.plan(house.wanted(Kind.PRE_CHECKIN, is_shadow=True))
    gate.decide_shadows(10, NOON)

    assert {each.kind: each.reason for each in scene.messages()} == {
        Kind.PRE_STAY: Reason.SHADOW, Kind.PRE_CHECKIN: Reason.CAPPED,
    }  # fmt: skip


def test_sending_everything_that_is_due_leaves_a_shadow_where_it_is(house: Scene) -> None:
    shadow(house)
    sent = dispatching.send_due(ways.WORKER, Ports(write=lambda *_: [], clock=lambda: NOON))

    assert (sent.claimed, scene.only().state) == (0, State.PLANNED)
