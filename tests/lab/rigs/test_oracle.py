"""The oracle tells whose fault a wrong message is, and names each promise that one breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from staytrue.hotel.records import Reservation
from staytrue.lab.life import Life
from staytrue.lab.rigs import world
from staytrue.lab.rigs.acts import Act, Way
from staytrue.lab.rigs.knowledge import GONE, HandOver, Knowledge
from staytrue.lab.rigs.oracle import Known, Oracle
from staytrue.lab.rigs.world import Hotel, Truth

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
TRUTH = world.build(11, 400)


def cancelled(hotel: Hotel) -> tuple[str, Life[Reservation]]:
    """A booking of this hotel that was made, and cancelled more than a day later."""
    return next(
        (number, life) for number, life in hotel.world.bookings.items()
        if [what for _, what, _ in life.versions] == ["created", "cancelled"]
        and life.versions[1][0] > max(life.first_at, TRUTH.live_from) + timedelta(days=1)
        and hotel.world.profiles[life.last.guests[0].profile].last.emails
        and number not in hotel.gone
    )  # fmt: skip


class Scene:
    """One cancelled booking of a hotel, and what was known of it."""

    def __init__(self, code: str) -> None:
        self.hotel = TRUTH.by_code[code]
        self.number, self.life = cancelled(self.hotel)
        self.off_at = self.life.versions[1][0]
        self.knowledge = Knowledge()
        self.knowledge.learn((code, self.number), self.life.first_at + SECOND, 0)
        self.oracle = Oracle(TRUTH, self.knowledge)

    def message(self, at: datetime, **facts: Any) -> HandOver:
        """A word before the stay that leaves at this moment."""
        stay = self.life.versions[0][2]
        profile = self.hotel.world.profiles[stay.guests[0].profile].last
        given: dict[str, Any] = {
            "at": at, "hotel": self.hotel.code, "booking": self.number, "kind": "change",
            "purpose": "stay", "occurrence": "1", "role": "primary", "party": "",
            "address": profile.emails[0].address, "not_before": at - HOUR, "not_after": at + HOUR,
            "arrival_on": stay.arrival_on.isoformat(),
            "departure_on": stay.departure_on.isoformat(), "is_accepted": True, "looked_at": at,
        }  # fmt: skip
        return HandOver(**given | facts)

    def broken(self, *sent: HandOver) -> set[str]:
        """The invariants that these break."""
        return {each.invariant for each in self.oracle.safety(sent)}


@pytest.fixture
def living() -> Scene:
    return Scene("MAD")


def test_a_message_that_is_right_breaks_nothing(living: Scene) -> None:
    sent = living.message(living.off_at - HOUR)
    assert living.oracle.wrong(sent) is None
    assert living.broken(sent) == set()


def test_what_was_received_a_minute_before_was_knowable(living: Scene) -> None:
    living.knowledge.learn(("MAD", living.number), living.off_at + 5 * SECOND, 1)
    assert living.oracle.wrong(living.message(living.off_at + HOUR)) == Known.KNOWABLE
    assert living.broken(living.message(living.off_at + HOUR)) == {"I1"}


def test_what_ended_with_our_process_before_it_was_kept_is_known_to_nobody(living: Scene) -> None:
    seen_at = living.off_at + 5 * SECOND
    other = ("MAD", "kept")
    for key in (("MAD", living.number), other):
        living.knowledge.learn(key, seen_at, 1)
    living.knowledge.outages["MAD"].append((seen_at, living.off_at + 2 * HOUR))
    assert living.knowledge.lose("MAD", seen_at, {"kept"}) == 1
    assert living.oracle.wrong(living.message(living.off_at + HOUR)) == Known.UNKNOWABLE
    assert living.knowledge.known(other, seen_at) == 1
    # What was received before that process began stands, and so does all of other hotels.
    assert living.knowledge.lose("MAD", seen_at + SECOND, ()) == 0
    assert living.knowledge.lose("LIS", living.life.first_at, ()) == 0


def test_what_the_pms_knew_three_seconds_before_was_obtainable(living: Scene) -> None:
    assert living.oracle.wrong(living.message(living.off_at + 4 * SECOND)) == Known.OBTAINABLE
    assert living.oracle.wrong(living.message(living.off_at + 2 * SECOND)) == Known.UNKNOWABLE


def test_of_a_pms_that_did_not_answer_nothing_was_obtainable(living: Scene) -> None:
    living.knowledge.outages["MAD"].append((living.off_at - HOUR, living.off_at + 2 * HOUR))
    assert living.oracle.wrong(living.message(living.off_at + HOUR)) == Known.UNKNOWABLE


@pytest.mark.parametrize(
    ("ahead", "minutes", "broken"),
    [(0, 14, set()), (0, 16, {"I9"}), (-6, 18, set()), (-6, 22, {"I9"}), (6, 12, {"I9"})],
)
def test_a_file_is_as_old_as_our_own_clock_says(ahead: int, minutes: int, broken: set[str]) -> None:
    filed = Scene("HND")
    made_at = filed.off_at - HOUR
    filed.knowledge.read("HND", made_at, made_at)
    at = made_at + timedelta(minutes=minutes)
    sent = filed.message(at, looked_at=None, wrong_by=timedelta(minutes=ahead))
    assert filed.broken(sent) == broken


def test_a_pms_that_can_be_asked_is_dated_by_the_asking(living: Scene) -> None:
    asked_at = living.off_at - HOUR
    living.knowledge.read("MAD", asked_at, asked_at)
    at = asked_at + timedelta(minutes=18)
    sent = living.message(at, looked_at=None, wrong_by=timedelta(minutes=-6))
    assert living.broken(sent) == {"I9"}


def test_a_daily_file_cannot_know() -> None:
    filed = Scene("HND")
    assert filed.oracle.wrong(filed.message(filed.off_at + HOUR)) == Known.UNKNOWABLE
    filed.knowledge.learn(("HND", filed.number), filed.off_at + HOUR, GONE)
    assert filed.oracle.wrong(filed.message(filed.off_at + 2 * HOUR)) == Known.KNOWABLE


@pytest.mark.parametrize(
    ("invariant", "facts"),
    [
        ("I3", {"not_after": TRUTH.live_from}),
        ("I3", {"kind": "pre_stay"}),
        ("I8", {"address": "somebody.else@mail.example"}),
        ("I9", {"looked_at": None}),
    ],
)
def test_each_promise_has_its_name(living: Scene, invariant: str, facts: dict[str, Any]) -> None:
    early = max(living.life.first_at, TRUTH.live_from) + HOUR
    assert invariant in living.broken(replace(living.message(early), **facts))


def test_the_same_twice_is_once_too_often(living: Scene) -> None:
    at = living.off_at - HOUR
    once, again = living.message(at - MINUTE), living.message(at)
    assert living.broken(once, again) == {"I4"}
    assert living.broken(replace(once, is_accepted=False), again) == set()


def test_nobody_came_as_long_as_nothing_said_so(living: Scene) -> None:
    sent = living.message(living.off_at - HOUR, kind="survey", purpose="survey")
    assert "I5" in living.broken(sent)


def said(scene: Scene, what: str, way: Way, at: datetime, *purposes: str) -> Act:
    """The guest says something about his address."""
    of = scene.life.last.guests[0].profile
    person, address = scene.hotel.world.person_of[of], scene.message(at).address
    return Act(at, "MAD", scene.number, of, person, address, what, way, purposes)


def test_an_opt_out_counts_after_three_seconds_until_he_takes_it_back(living: Scene) -> None:
    at = living.off_at - 2 * HOUR

    def breaks(after: timedelta, purpose: str = "survey") -> bool:
        return "I6" in living.broken(living.message(at + after, purpose=purpose))

    hear: Callable[[datetime, Act], None] = living.knowledge.hear
    hear(at, said(living, "opt_out", Way.ONE_CLICK, at, "survey", "marketing"))
    assert not breaks(2 * SECOND)
    assert breaks(3 * SECOND)
    assert not breaks(HOUR, "stay")
    hear(at + MINUTE, said(living, "opt_in", Way.PMS, at, "survey"))
    assert breaks(HOUR)
    hear(at + 2 * MINUTE, said(living, "opt_in", Way.PAGE, at, "survey"))
    assert not breaks(HOUR)


def test_a_brake_or_a_stop_is_no_time_to_send(living: Scene) -> None:
    at = living.off_at - HOUR
    living.knowledge.brakes["MAD"].append((at - MINUTE, at + MINUTE))
    living.knowledge.disarmed.append((at + 2 * MINUTE, at + 4 * MINUTE))
    assert living.broken(living.message(at)) == {"I9"}
    assert living.broken(living.message(at + 3 * MINUTE)) == {"I9"}


def test_before_the_hotel_went_live_nothing_leaves(living: Scene) -> None:
    early = replace(TRUTH, live_from=living.off_at + HOUR)
    judge = Oracle(early, living.knowledge)
    found = judge.safety([living.message(living.off_at - HOUR)])
    assert "I10" in {each.invariant for each in found}
    assert isinstance(early, Truth)
