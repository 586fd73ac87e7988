"""The truth of the simulated group is the same for a seed, exact in size, and at its stated rates."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from staytrue.hotel.codes import Status
from staytrue.lab.rigs import world
from staytrue.lab.rigs.acts import Way
from staytrue.lab.rigs.world import Truth
from tests.lab.rigs.planning import late


@pytest.fixture(scope="module")
def truth() -> Truth:
    return world.build(5, 3_000)


def test_the_same_seed_makes_the_same_group() -> None:
    assert world.build(3, 150) == world.build(3, 150)
    assert world.build(3, 150) != world.build(4, 150)


@pytest.mark.parametrize("bookings", [1, 7, 50, 333])
def test_there_are_exactly_as_many_bookings_as_were_asked_for(bookings: int) -> None:
    assert world.build(2, bookings).bookings == bookings


def test_bookings_are_cancelled_late_moved_and_missed_at_the_stated_rates(truth: Truth) -> None:
    ends = Counter(life.last.status for _, _, life in truth.lives())
    happened = Counter(
        what for _, _, life in truth.lives() for what in {what for _, what, _ in life.versions}
    )
    share = {name: count / truth.bookings for name, count in happened.items()}
    assert ends.keys() == {Status.CHECKED_OUT, Status.CANCELLED, Status.NO_SHOW}
    assert 0.15 < share["cancelled"] < 0.21
    assert 0.10 < share["moved"] < 0.14
    assert 0.012 < share["no-show"] < 0.028
    assert happened["reinstated"]
    assert happened["extended"]


def test_eight_of_a_hundred_are_cancelled_in_the_last_fifth_of_their_lead(truth: Truth) -> None:
    assert late(truth) / truth.bookings > 0.08


def test_versions_follow_each_other_in_time(truth: Truth) -> None:
    for _, _, life in truth.lives():
        instants = [at for at, _, _ in life.versions]
        assert instants == sorted(set(instants))


def test_what_was_deleted_is_not_shown_any_more(truth: Truth) -> None:
    deleted = [(hotel, number, at) for hotel in truth.hotels for number, at in hotel.gone.items()]
    assert deleted
    for hotel, number, at in deleted:
        assert hotel.shown(number, at - timedelta(seconds=1)) is not None
        assert hotel.shown(number, at) is None


def test_people_opt_out_by_every_way_and_some_come_back(truth: Truth) -> None:
    outs = Counter(act.way for act in truth.acts if act.what == "opt_out")
    assert set(outs) == set(Way) - {Way.COMPLAINT}
    assert any(act.what == "opt_in" for act in truth.acts)
    assert [act.at for act in truth.acts] == sorted(act.at for act in truth.acts)
