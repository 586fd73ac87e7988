"""Rooms of one booking with one address are one party: one message of each kind."""

from __future__ import annotations

from typing import Any

from staytrue.hotel.codes import Status
from staytrue.journeys import rules
from staytrue.journeys.parties import one_per_party, slot_of
from staytrue.journeys.rules import Line
from tests.journeys.days import BOOKED, HOUSE, at, edit, person, point, running, stay


def rooms(count: int = 5, **facts: Any) -> list[Line]:
    found = []
    for n in range(1, count + 1):
        room = stay(n, **{"party": "1:77001", "rooms": count} | facts)
        found += rules.plan(room, HOUSE, [running()], BOOKED)
    return found


def of(lines: list[Line], key: str) -> list[Line]:
    return [line for line in lines if line.step.key == key]


def test_five_rooms_with_one_address_get_one_pre_stay_letter() -> None:
    lines = of(one_per_party(rooms(), {}), "pre_stay")

    assert [line.stay_id for line in lines if line.wanted] == [1]
    assert {line.reason for line in lines if not line.wanted} == {"party_already_written"}
    assert lines[4].facts == {"stay": 1}


def test_rooms_with_addresses_of_their_own_get_their_own() -> None:
    one = rules.plan(stay(1, party="1:7"), HOUSE, [running()], BOOKED)
    other = rules.plan(
        stay(2, party="1:7", people=(person(points=(point(8),)),)), HOUSE, [running()], BOOKED
    )

    assert len([line for line in of(one_per_party([*one, *other], {}), "pre_stay")
                if line.wanted]) == 2  # fmt: skip


def test_the_room_for_which_it_left_keeps_it() -> None:
    lines = rooms()
    third = next(line for line in of(lines, "pre_stay") if line.stay_id == 3)
    assert third.wanted
    settled = of(one_per_party(lines, {slot_of(third.wanted): 3}), "pre_stay")

    assert [line.stay_id for line in settled if line.wanted] == [3]


def test_after_it_left_for_a_room_since_cancelled_it_leaves_for_no_other() -> None:
    lines = rooms()
    first = of(lines, "pre_stay")[0]
    assert first.wanted
    rest = [line for line in lines if line.stay_id != 1]

    settled = of(one_per_party(rest, {slot_of(first.wanted): 1}), "pre_stay")
    assert not [line for line in settled if line.wanted]


def test_stays_of_no_party_are_left_alone() -> None:
    lines = rules.plan(stay(), HOUSE, [running()], BOOKED)

    assert one_per_party(lines, {}) == lines


def test_rooms_moved_together_are_told_once_and_one_moved_later_again() -> None:
    together = tuple(edit(n, n, board=("RO", "BB")) for n in (1, 2))
    later = (edit(40, 2, board=("BB", "HB")),)
    lines = [
        line for n in (1, 2)
        for line in rules.plan(
            stay(n, party="1:7", rooms=2, edits=together + later), HOUSE, [running()], at(6)
        )
    ]  # fmt: skip
    told = [line for line in of(one_per_party(lines, {}), "change") if line.wanted]

    assert [(line.stay_id, line.occurrence) for line in told] == [(1, "1"), (2, "2")]


def test_rooms_cancelled_together_are_told_once() -> None:
    gone = tuple(edit(n, n) for n in (1, 2))
    lines = [
        line for n in (1, 2)
        for line in rules.plan(
            stay(n, status=Status.CANCELLED, party="1:7", rooms=2, cancellations=gone),
            HOUSE, [running()], at(6),
        )
    ]  # fmt: skip
    told = [line for line in of(one_per_party(lines, {}), "cancellation") if line.wanted]

    assert [line.at for line in told] == [at(6, 10, minute=12)]
