"""Everybody recognised at once: as one by one, again without a change, and after being killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction

from staytrue.guests import batch_run, pair_rules, salting
from staytrue.guests.batch_run import STEPS, How
from staytrue.guests.models import Edge, Guest, IdentityEvent, IdentityRun, Matcher, ValueStat
from staytrue.guests.pair_rules import Word
from staytrue.hotel import scope
from staytrue.lab.doubles import Doubles
from staytrue.staff import audit
from tests.guests import crowds
from tests.guests.crowds import mirrored
from tests.make import NOON

pytestmark = pytest.mark.django_db

KEEP = How(learn=False)
ACTOR = "tests"
CLAIRE = {"first_name": "Claire", "last_name": "Fontanel", "phone": "+34600111222"}


class Killed(BaseException):
    """As by the operating system: nobody catches it."""


def crowd(profiles: int = 100, seed: int = 3) -> list[int]:
    with scope.everything():
        salting.salt()
    return crowds.of_rows(crowds.hotel(), Doubles(seed).rows(profiles))


class Undone(Exception):
    """Whatever was done in the block is to be as if it had not been."""


@contextmanager
def undone() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise Undone
    except Undone:
        pass


def standing(ids: list[int]) -> dict[str, Any]:
    """All that a run leaves, but for the numbers of its rows."""
    with scope.everything():
        edges = {
            (each.one, each.other): (each.bits, each.rule, each.may_join, each.vetoes)
            for each in Edge.objects.all()
        }
        values = set(ValueStat.objects.values_list("key", "state", "profiles", "surnames"))
        first = batch_run.partition()
        asked = {
            (frozenset((first[p.one_profile], first[p.other_profile])), p.why, p.rule, p.person)
            for p in crowds.asked()
        }
    return {"who": crowds.partition(ids), "edges": edges, "values": values, "asked": asked}


@pytest.mark.parametrize("automatic", [False, True])
def test_a_batch_ends_as_recognising_one_by_one_does(automatic) -> None:
    crowds.choose(automatic=automatic)
    ids = crowd()
    with undone():
        batch_run.run(ACTOR, NOON, KEEP)
        at_once = standing(ids)
    assert len(at_once["who"]) < len(ids)
    crowds.admit(*reversed(ids))
    crowds.settle()
    one_by_one = standing(ids)
    assert one_by_one["who"] == at_once["who"]
    assert one_by_one["edges"] == at_once["edges"]
    # What was joined and parted again on the way stays a question; else nothing is asked by chance.
    asked = {question for question in one_by_one["asked"] if question[1] != "reopened"}
    assert asked <= at_once["asked"]
    assert automatic or asked == at_once["asked"]


def test_a_batch_after_it_changes_nothing() -> None:
    ids = crowd()
    crowds.admit(*ids)
    crowds.settle()
    before = standing(ids)
    with scope.everything():
        events = IdentityEvent.objects.count()
    batch_run.run(ACTOR, NOON, KEEP)
    crowds.settle()
    assert standing(ids) == before
    with scope.everything():
        assert IdentityEvent.objects.count() == events


@pytest.mark.parametrize("step", STEPS)
def test_whoever_is_killed_goes_on_and_ends_the_same(step, monkeypatch) -> None:
    monkeypatch.setattr(batch_run, "PAGE", 50)
    ids = crowd(320)
    with undone():
        batch_run.run(ACTOR, NOON)
        whole = standing(ids)
    calls: Counter[str] = Counter()

    def kill(at: str, _done: int, _total: int) -> None:
        calls[at] += 1
        if at == step and calls[at] == min(2, 1 + (step in {"features", "guests"})):
            raise Killed

    with pytest.raises(Killed):
        batch_run.run(ACTOR, NOON, progress=kill)
    batch_run.run(ACTOR, NOON)
    assert standing(ids) == whole
    with scope.everything():
        assert IdentityRun.objects.get().ended_at == NOON
        assert Matcher.objects.count() == 1


def test_a_run_learns_on_the_groups_own_profiles_and_publishes_it() -> None:
    crowd(320)
    counts = batch_run.run(ACTOR, NOON)
    with scope.everything():
        matcher = Matcher.objects.get()
        assert matcher.version == counts["matcher"]
        assert matcher.profiles == 320
        assert set(Edge.objects.values_list("matcher", flat=True)) == {matcher.version}


def test_guests_keep_their_ids_and_a_do_not_merge_stands() -> None:
    link = crowds.hotel()
    one, other = mirrored(link, **CLAIRE), mirrored(link, **CLAIRE, email="claire@casa.example")
    crowds.admit(one)
    with scope.everything(), audit.acting("member:1", NOON):
        first = Guest.objects.get()
        word = Word("member:1", 1, NOON, "two sisters")
        pair_rules.write(pair_rules.Kind.CANNOT_LINK, [(one, other)], word)
    third = mirrored(link, **CLAIRE)
    batch_run.run(ACTOR, NOON, KEEP)
    assert not crowds.one_guest(one, other)
    assert crowds.guests_of(one) == [first.pk]
    assert third


def test_a_placeholder_among_birth_dates_says_nothing() -> None:
    link = crowds.hotel()
    dates = ["1950-05-05"] * 60 + [f"{1930 + n}-02-03" for n in range(60)]
    ids = [
        mirrored(link, first_name=f"Name{n}", last_name=f"Other{n}", birth_date=date)
        for n, date in enumerate(dates)
    ]
    batch_run.run(ACTOR, NOON, KEEP)
    with scope.everything():
        found = ValueStat.objects.get(field="born")
        assert (found.state, found.profiles) == ("generic", 60)
    for id_ in ids[:20]:
        crowds.changed(id_, birth_date="1961-02-03")
    batch_run.run(ACTOR, NOON, KEEP)
    with scope.everything():
        assert not ValueStat.objects.filter(field="born", state="generic").exists()


def test_only_one_runs_at_a_time_and_progress_is_told() -> None:
    crowd(60)
    seen: list[str] = []
    batch_run.run(ACTOR, NOON, KEEP, lambda step, _done, _total: seen.append(step))
    assert list(dict.fromkeys(seen)) == ["features", "values", "pairs", "guests", "households"]
