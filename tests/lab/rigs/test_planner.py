"""Ten thousand seeded stays through the product's own decisions, and no promise broken."""

from __future__ import annotations

import ast
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from staytrue.lab.rigs import expecting, knowledge, oracle, world
from staytrue.lab.rigs.planner.campaign import WORLD, simulate, worlds
from staytrue.lab.rigs.planner.rig import Rig
from staytrue.lab.rigs.planner.timeline import AT_ONCE_MAX, StandsStill, Timeline
from staytrue.lab.rigs.planner.weather import Mode, drawn, only
from tests.lab.rigs.planning import BOOKINGS, PLACES, SEED, holds_its_promises, late, name, said

MANY = 100_000
PURE = {"staytrue.hotel", "staytrue.lab"}


@pytest.mark.parametrize(("place", "mode"), PLACES[:10], ids=name)
def test_five_hundred_stays_break_no_promise(place: int, mode: Mode) -> None:
    holds_its_promises(place, mode)


@pytest.mark.proof
def test_a_hundred_thousand_stays_break_no_promise_and_worlds_repeat() -> None:
    report = simulate(SEED + 1, MANY)
    assert not report.broken, said(report)
    assert report.sent_in_normal >= 0.995
    assert report.repeated == MANY // WORLD // 100
    assert set(report.modes) == {mode.value for mode in Mode}


@pytest.mark.proof
def test_nothing_leaves_behind_a_visible_cancellation_though_every_plan_is_late() -> None:
    truths = [world.build(seed, size) for seed, size in worlds(SEED + 2, BOOKINGS)]
    assert sum(map(late, truths)) > 0.08 * BOOKINGS
    # Whoever plans anew is hours behind each change: the door alone keeps the promise.
    report = simulate(SEED + 2, BOOKINGS, weather=only(plan_late=1.0, push_lost=0.2))
    assert report.bookings == BOOKINGS
    assert not report.broken, said(report)


def test_the_same_seed_is_the_same_world_again() -> None:
    one, two = (Rig(31, 60, Mode.STORM).run() for _ in range(2))
    assert one.trace == two.trace
    assert one.sent == two.sent


def test_the_weathers_are_drawn_in_their_shares() -> None:
    modes = Counter(drawn(seed).mode for seed in range(2_000))
    assert 0.02 < modes[Mode.CALM] / 2_000 < 0.08
    assert 0.40 < modes[Mode.NORMAL] / 2_000 < 0.50
    assert 0.25 < modes[Mode.STORM] / 2_000 < 0.35


def test_time_that_stands_still_is_found_out() -> None:
    now = datetime(2027, 3, 8, tzinfo=UTC)
    line = Timeline(now)

    def again() -> None:
        line.at(line.now, again)

    line.at(now, again)
    with pytest.raises(StandsStill):
        line.run(now + timedelta(days=1))
    assert line.steps <= AT_ONCE_MAX + 2


@pytest.mark.parametrize("module", [oracle, knowledge, expecting])
def test_the_oracle_shares_no_rule_with_the_product(module: object) -> None:
    tree = ast.parse(Path(str(getattr(module, "__file__", ""))).read_text(encoding="utf-8"))
    named = {each.module or "" for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)}
    ours = {".".join(name.split(".")[:2]) for name in named if name.startswith("staytrue")}
    assert ours <= PURE
    # Of the hotel only its words: codes and records.
    hotel = {name for name in named if name.startswith("staytrue.hotel")}
    assert hotel <= {"staytrue.hotel.codes", "staytrue.hotel.records"}
