"""Steps as people change them: conditions, class, blocks, parties, order; and what a version changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from staytrue.journeys import differences, editing
from staytrue.journeys.availability import Sheet, Standing, available
from staytrue.journeys.differences import Differs
from staytrue.journeys.rules import WANTED
from staytrue.journeys.steps import STANDARD, Asks, Condition, Field, Step, read, stored
from staytrue.kit.errors import Refused
from staytrue.messages.kinds import Kind
from staytrue.messages.reasons import Reason
from tests.journeys.days import one, person, planned, stay

PRE_STAY = next(step for step in STANDARD if step.key == "pre_stay")
KEYS = [step.key for step in STANDARD]


def only(field: Field, asks: Asks, *values: str) -> Step:
    return replace(PRE_STAY, only_if=(Condition(field, asks, values),))


@pytest.mark.parametrize(
    ("step", "values", "leaves"),
    [
        (only(Field.NIGHTS, Asks.AT_LEAST, "3"), {"nights": 3}, True),
        (only(Field.NIGHTS, Asks.AT_LEAST, "4"), {"nights": 3}, False),
        (only(Field.LEAD, Asks.AT_MOST, "7"), {"lead_days": 51}, False),
        (only(Field.PEOPLE, Asks.AT_LEAST, "2"), {"people": 2}, True),
        (only(Field.PEOPLE, Asks.AT_LEAST, "2"), {}, False),
        (only(Field.CHANNEL, Asks.IS_NOT, "ota"), {}, True),
        (only(Field.ROOM, Asks.IS, "Suite", "Patio"), {"room_category": "patio"}, True),
        (only(Field.RETURNING, Asks.IS, "yes"), {"returning": "no"}, False),
        (only(Field.LANGUAGE, Asks.IS, "es"), {}, True),
        (only(Field.LANGUAGE, Asks.IS_NOT, "es"), {}, False),
    ],
)
def test_a_step_goes_only_where_its_condition_holds(
    step: Step, values: dict[str, Any], *, leaves: bool
) -> None:
    line = one(stay(values=values), "pre_stay", steps=(step,))

    assert (line.standing == WANTED) is leaves
    assert leaves or line.reason == Reason.CONDITION


@pytest.mark.parametrize(
    "condition",
    [
        Condition(Field.NIGHTS, Asks.AT_LEAST, ("many",)),
        Condition(Field.NIGHTS, Asks.AT_LEAST, ("2", "3")),
        Condition(Field.CHANNEL, Asks.AT_LEAST, ("2",)),
        Condition(Field.CHANNEL, Asks.IS, ()),
        Condition(Field.RETURNING, Asks.IS, ("often",)),
    ],
)
def test_a_condition_that_says_nothing_is_refused_with_its_step(condition: Condition) -> None:
    with pytest.raises(Refused, match="pre_stay") as refused:
        read(stored((replace(PRE_STAY, only_if=(condition,)),)))

    assert refused.value.code == "bad_condition"


def test_a_step_that_sells_is_advertising_and_goes_to_the_guest_alone() -> None:
    booker = person("booker", 12)
    line = one(stay(people=(booker,)), "pre_stay", steps=(replace(PRE_STAY, sells=True),))
    assert line.reason == Reason.NO_ADDRESS

    mine = one(stay(), "pre_stay", steps=(replace(PRE_STAY, sells=True),))
    assert mine.wanted
    assert mine.wanted.purpose == "marketing"


def test_a_step_may_write_to_group_blocks_where_the_hotel_does_not() -> None:
    block = stay(party="1:g:G9", rooms=40)
    assert one(block, "pre_stay").reason == Reason.GROUP_BLOCK

    assert one(block, "pre_stay", steps=(replace(PRE_STAY, to_blocks=True),)).wanted


def test_a_step_for_each_room_counts_no_party() -> None:
    line = one(
        stay(party="1:g:G9", rooms=2), "pre_stay", steps=(replace(PRE_STAY, each_room=True),)
    )

    assert line.wanted
    assert line.wanted.party == ""


def test_a_second_step_of_a_kind_is_another_message() -> None:
    steps, second = editing.with_new((PRE_STAY,), Kind.PRE_STAY)
    slots = [line.wanted.slot for told in planned(stay(), steps=steps).values() for line in told
             if line.wanted]  # fmt: skip

    assert second.key == "pre_stay_2"
    assert len(set(slots)) == 2


def test_a_hotels_own_limit_and_a_tighter_step_decide_what_it_gets() -> None:
    sheet = Sheet(timedelta(hours=2), says_check_in=True, says_check_out=True,
                  sent=frozenset({"emails"}))  # fmt: skip
    confirmation = STANDARD[0]
    assert available(confirmation, sheet).standing == Standing.IMPOSSIBLE

    wider = Sheet(sheet.cadence, sent=sheet.sent, limits={"confirmation": 180})
    assert available(confirmation, wider).standing == Standing.LIVE
    tight = replace(PRE_STAY, freshness_minutes=60)
    assert available(tight, sheet).standing == Standing.HELD
    line = one(stay(), "pre_stay", steps=(tight,))
    assert line.wanted
    assert line.wanted.facts["freshness_minutes"] == 60


@given(st.lists(st.tuples(st.sampled_from(KEYS), st.integers(-3, 3)), max_size=8))
def test_moving_steps_loses_and_doubles_none(moves: list[tuple[str, int]]) -> None:
    steps = STANDARD
    for key, places in moves:
        steps = editing.moved(steps, key, places)

    assert sorted(step.key for step in steps) == sorted(KEYS)


def test_a_journey_has_an_end() -> None:
    steps: tuple[Step, ...] = ()
    for _ in range(editing.MOST):
        steps, _made = editing.with_new(steps, Kind.SURVEY)

    with pytest.raises(Refused, match="at most"):
        editing.with_new(steps, Kind.SURVEY)


def test_what_a_version_changed_is_told_field_by_field() -> None:
    changed = replace(PRE_STAY, lives_minutes=60)
    steps = editing.with_changed(editing.without(STANDARD, "birthday"), changed)
    steps, _new = editing.with_new(steps, Kind.ARRIVAL_INFO)
    steps = editing.moved(steps, "change", -1)
    told = [(line.step.key, line.how, line.field) for line in differences.between(STANDARD, steps)]

    assert told == [
        ("pre_stay", Differs.CHANGED, "lives_minutes"), ("arrival_info", Differs.ADDED, ""),
        ("birthday", Differs.REMOVED, ""), ("change", Differs.MOVED, ""),
        ("confirmation", Differs.MOVED, ""),
    ]  # fmt: skip
    assert not differences.between(STANDARD, STANDARD)
