"""How fast mail leaves to one domain."""

from __future__ import annotations

from datetime import timedelta

from staytrue.messages.pacing import Pace
from tests.make import NOON

TEN = {"per_minute": 10}


def test_a_minutes_worth_leaves_at_once_and_the_rest_one_after_the_other() -> None:
    pace = Pace()
    places = [pace.next(f"g{n}@fontanel.example", TEN, NOON) - NOON for n in range(13)]
    assert places[:10] == [timedelta(0)] * 10
    assert places[10:] == [timedelta(seconds=6 * n) for n in (1, 2, 3)]


def test_who_comes_back_at_his_instant_may_leave() -> None:
    pace = Pace()
    for n in range(10):
        pace.next(f"g{n}@fontanel.example", TEN, NOON)
    later = pace.next("late@fontanel.example", TEN, NOON)
    assert pace.next("late@fontanel.example", TEN, later) == later


def test_another_domain_does_not_wait_and_zero_is_no_limit() -> None:
    pace = Pace()
    for n in range(11):
        pace.next(f"g{n}@fontanel.example", TEN, NOON)
    assert pace.next("a@sirga.example", TEN, NOON) == NOON
    assert {pace.next("g@x.example", {"per_minute": 0}, NOON) for _ in range(99)} == {NOON}
