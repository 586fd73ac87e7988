"""Every planted fault is found by the invariant that must name it, and leaves nothing behind."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from staytrue.journeys import timing
from staytrue.lab import mutants
from staytrue.lab.mutants import MUTANTS, Mutant, Patch, planted
from staytrue.lab.rigs.planner.campaign import simulate
from staytrue.lab.rigs.planner.weather import only
from staytrue.messages import rules, turns

WITHIN = 2_000
GIT = Path(__file__).parents[2] / ".git"


def commit() -> str:
    """The commit that stands here, or nothing where this is no repository."""
    head = GIT / "HEAD"
    if not head.is_file():
        return ""
    named = head.read_text(encoding="utf-8").strip().removeprefix("ref: ")
    at = GIT / named
    return at.read_text(encoding="utf-8").strip() if at.is_file() else named


def named_by(mutant: Mutant) -> set[str]:
    """The invariants that a run with this fault breaks."""
    with planted(mutant):
        found = simulate(mutant.seed, mutant.bookings, weather=mutant.weather)
    return {told.violation.invariant for told in found.broken}


@pytest.mark.parametrize("mutant", mutants.drawn(commit()), ids=lambda each: each.name)
def test_a_planted_fault_drawn_by_the_commit_is_found(mutant: Mutant) -> None:
    assert mutant.invariants & named_by(mutant)


@pytest.mark.proof
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: each.name)
def test_every_planted_fault_is_found(mutant: Mutant) -> None:
    assert mutant.invariants & named_by(mutant)


@pytest.mark.proof
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: each.name)
def test_without_the_fault_the_same_seed_is_clean(mutant: Mutant) -> None:
    assert simulate(mutant.seed, mutant.bookings, weather=mutant.weather).broken == []


def test_each_fault_has_a_name_of_its_own_and_falls_soon() -> None:
    assert len(MUTANTS) >= 10
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert all(mutant.bookings < WITHIN for mutant in MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: each.name)
def test_every_fault_finds_its_lines_and_is_gone_behind_the_block(mutant: Mutant) -> None:
    kept = [rules.decide, *rules.CHECKS, turns.told, turns.left_over, turns.changed_since]
    before = [each.__code__ for each in kept]
    with planted(mutant):
        pass
    assert [each.__code__ for each in kept] == before


def test_a_fault_whose_line_is_gone_fails() -> None:
    gone = Patch("staytrue.messages.rules:_status", "if the_moon_is_full:", "if True:")
    with pytest.raises(LookupError, match="_status"), planted(_with(gone)):
        pass
    nowhere = Patch("staytrue.messages.rules:_moon", "if True:", "if False:")
    with pytest.raises(LookupError, match="_moon"), planted(_with(nowhere)):
        pass


def test_a_fault_reaches_a_function_that_remembers_its_answers() -> None:
    utc = mutants.named("a hotel's time is taken for UTC")
    day, noon = date(2027, 1, 1), timing.NOON
    right = timing.at_local(day, noon, "Asia/Tokyo")
    with planted(utc):
        assert timing.at_local(day, noon, "Asia/Tokyo") != right
    assert timing.at_local(day, noon, "Asia/Tokyo") == right


def _with(*patches: Patch) -> Mutant:
    return Mutant("a test's own", frozenset({"I1"}), patches, only())
