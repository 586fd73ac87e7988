"""A rule that errs closes before it did much harm, and one that hardly errs stays open."""

from __future__ import annotations

import os
from math import log
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from staytrue.guests.matching import safety
from staytrue.guests.matching.safety import (
    Answer,
    Budget,
    Merge,
    Stage,
    Watch,
    drawn,
    hidden,
    verdict,
)

SAME, DIFFERENT, UNSURE = Answer.SAME, Answer.DIFFERENT, Answer.UNSURE
RUNS = int(os.environ.get("STAYTRUE_SAFETY_RUNS", "200"))
# One of twenty wrong merges looks right to whoever is asked, for good.
OVERSEEN = 0.05


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ([], None),
        ([SAME], SAME),
        ([DIFFERENT], None),
        ([DIFFERENT, DIFFERENT], DIFFERENT),
        ([DIFFERENT, SAME], None),
        ([UNSURE, SAME], None),
        ([UNSURE, SAME, SAME], SAME),
        ([DIFFERENT, SAME, UNSURE], DIFFERENT),
        ([UNSURE, UNSURE, UNSURE], DIFFERENT),
    ],
)
def test_one_yes_is_enough_and_a_doubt_asks_others(
    answers: list[Answer], found: Answer | None
) -> None:
    assert verdict(answers) == found


@given(st.integers(1, 3000), st.data())
def test_the_bound_is_exact(reviewed: int, data: st.DataObject) -> None:
    wrong = data.draw(st.integers(0, min(reviewed, 40)))
    bound = safety.upper_bound(wrong, reviewed)
    assert bound == 1 if wrong == reviewed else 0 < bound < 1
    if bound < 1:
        # At the bound, so few wrong ones are seen in one of twenty cases.
        assert binom.cdf(wrong, reviewed, bound) == pytest.approx(0.05, rel=1e-6)


def test_nothing_reviewed_excludes_nothing() -> None:
    assert safety.upper_bound(0, 0) == 1
    assert safety.upper_bound(0, 600) < 0.005 < safety.upper_bound(0, 590)


def test_a_rule_is_proven_by_many_right_ones_and_doubted_by_one_wrong() -> None:
    count = safety.until_proven(Watch())
    assert safety.until_proven(safety.watched([False] * 100)) == count - 100
    assert safety.until_proven(safety.watched([False] * count)) == 0
    assert safety.watched([False] * (count - 1)).stage == Stage.TRIAL
    assert safety.watched([False] * count).stage == Stage.PROVEN
    assert safety.watched([*[False] * count, True]).stage == Stage.TRIAL
    assert safety.watched([*[False] * 5 * count, True, True, True]).stage == Stage.CLOSED
    assert safety.watched([True, True, *[False] * 5 * count]).stage == Stage.CLOSED


def test_a_rule_merges_once_proven_and_waits_for_answers() -> None:
    assert not safety.may_merge(Stage.TRIAL, 0)
    assert [safety.may_merge(Stage.PROVEN, waiting) for waiting in (1, 2)] == [True, False]
    assert not safety.may_merge(Stage.CLOSED, 0)


def test_a_rule_that_is_only_watched_merges_on_trial_and_waits_for_answers() -> None:
    told = [safety.may_merge(Stage.TRIAL, waiting, is_watched=True) for waiting in (0, 1, 2)]
    assert told == [True, True, False]
    assert not safety.may_merge(Stage.CLOSED, 0, is_watched=True)


def _merges(count: int, answered: int = 0) -> list[Merge]:
    return [Merge(f"m{n}", "rare" if n % 100 == 7 else "mail", n < answered) for n in range(count)]


def test_on_trial_all_is_asked_about_and_of_a_proven_rule_a_share() -> None:
    merges = _merges(1000)
    assert drawn(_merges(20, answered=15), Stage.TRIAL, "s") == [f"m{n}" for n in range(15, 20)]
    share = drawn(merges, Stage.PROVEN, "s")
    assert 850 < len(share) < 950
    assert share == drawn(merges, Stage.PROVEN, "s") != drawn(merges, Stage.PROVEN, "t")
    # The first of every kind of evidence are always among them.
    assert {"m7", "m107", "m207", "m307", "m407", "m0", "m1"} <= set(share)
    assert drawn(merges, Stage.CLOSED, "s") == []


def test_what_is_merged_or_answered_later_changes_not_who_is_drawn() -> None:
    share = drawn(_merges(1000), Stage.PROVEN, "s")
    assert drawn(_merges(500), Stage.PROVEN, "s") == [m for m in share if int(m[1:]) < 500]
    assert drawn(_merges(1000, 300), Stage.PROVEN, "s") == [m for m in share if int(m[1:]) >= 300]


def test_no_place_in_the_list_tells_what_was_merged_already() -> None:
    asked, open_ = [f"a{n}" for n in range(40)], [f"o{n}" for n in range(200)]
    found = hidden(asked, open_, "s")
    assert [name for name in found if name in open_] == open_
    assert sorted(name for name in found if name in asked) == sorted(asked)
    halves = [sum(name in asked for name in found[at : at + 120]) for at in (0, 120)]
    assert min(halves) > 10
    assert hidden(asked, [], "s") != asked


def _wrong_until_closed(
    rng: Random, rate: float, watch: Watch, budget: Budget, *, is_watched: bool = False
) -> int:
    """How many wrong merges a rule makes until it closes, with answers as late as they may be."""
    wrong = 0
    waiting: list[bool] = []
    while watch.stage != Stage.CLOSED:
        is_wrong = rng.random() < rate
        is_seen = is_wrong and rng.random() >= OVERSEEN
        is_first = is_watched and not watch.wrong
        if watch.stage == Stage.TRIAL and is_first:
            # All of it is merged, and all is asked about.
            wrong += is_wrong
            waiting.append(is_seen)
        elif watch.stage == Stage.TRIAL:
            # Nothing is merged: it is asked, behind what is still waiting.
            waiting.append(is_seen)
        else:
            wrong += is_wrong
            if rng.random() < budget.share:
                waiting.append(is_seen)
        while waiting and not safety.may_merge(
            watch.stage, len(waiting), budget, is_watched=is_watched and not watch.wrong
        ):
            if waiting.pop(0):
                watch.tell_wrong()
            else:
                watch.tell_right()
    return wrong


@pytest.mark.parametrize("is_watched", [False, True])
@pytest.mark.parametrize("before", [0, 3000])
@pytest.mark.parametrize("times", [2, 4, 10, 40, 200])
def test_a_rule_that_errs_or_begins_to_closes_before_five_wrong_merges(
    times: int, before: int, *, is_watched: bool
) -> None:
    rng, budget = Random(f"errs {times}"), Budget()
    wrong = []
    for _ in range(RUNS):
        watch = Watch(budget)
        watch.tell_right(before)
        rate = times * budget.rate
        wrong.append(_wrong_until_closed(rng, rate, watch, budget, is_watched=is_watched))
    assert sum(count < 5 for count in wrong) >= 0.95 * RUNS


def test_a_rule_that_errs_a_tenth_as_much_stays_open() -> None:
    rng = Random("hardly errs")
    closed = sum(_closes_within(10_000, rng, Budget().rate / 10) for _ in range(RUNS))
    assert closed <= 0.05 * RUNS


def _closes_within(merges: int, rng: Random, rate: float) -> bool:
    watch = Watch()
    while watch.stage != Stage.CLOSED:
        right = int(log(1 - rng.random()) / log(1 - rate))
        if watch.reviewed + right >= merges:
            return False
        watch.tell_right(right)
        watch.tell_wrong()
    return True


@pytest.mark.parametrize(("share", "most"), [(1.0, 4), (0.2, 20)])
def test_the_more_is_asked_about_the_sooner_a_rule_that_begins_to_err_closes(
    share: float, most: int
) -> None:
    rng, budget = Random(f"begins to err {share}"), Budget(share=share)
    wrong = []
    for _ in range(RUNS):
        watch = Watch(budget)
        watch.tell_right(3000)
        wrong.append(_wrong_until_closed(rng, 4 * budget.rate, watch, budget))
    assert sum(count <= most for count in wrong) >= 0.95 * RUNS
