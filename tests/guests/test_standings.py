"""Rules that prove themselves at a hotel first: they suggest, join once proven, and close by what
people say, before they did much harm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from random import Random

import pytest
from django.db.models import Q

from staytrue.guests import (
    admitting,
    batch_run,
    deciding,
    reviewing,
    safety_reviews,
    standings,
)
from staytrue.guests.batch_run import How
from staytrue.guests.matching.safety import Stage
from staytrue.guests.models import (
    IdentityEvent,
    MatchingSetting,
    Proposal,
    RuleStanding,
    SafetyCheck,
)
from staytrue.guests.standings import Standing
from staytrue.hotel import scope
from staytrue.inbox.models import Connection
from staytrue.staff.access import house_access
from tests.guests import crowds
from tests.guests.crowds import mirrored, one_guest, why
from tests.make import NOON

pytestmark = pytest.mark.django_db

BUDGET = 0.2
"""So much may be wrong that fifteen right answers prove a rule: runs are short."""
HOTELS = 20
LATE = 1


class Town:
    """Hotels where pairs of profiles with one card arrive; some pairs are two people."""

    def __init__(self, hotels: int = HOTELS, prove_first: Sequence[str] = ("card",)) -> None:
        crowds.choose(prove_first=list(prove_first), trusted=[], error_budget=BUDGET)
        self.links = [crowds.hotel(f"H{number}") for number in range(hotels)]
        self.chief = house_access("member:7")
        self.wrong: dict[frozenset[int], int] = {}
        self.now = NOON
        self._numbers = count(1)
        self._rng = Random("town")

    def pairs(self, rate: float) -> list[int]:
        """A pair at each hotel, of two people with this chance."""
        return [id_ for link in self.links for id_ in self._pair(link, rate)]

    def prove(self) -> None:
        """People have said of fifteen joins at each hotel that they were right."""
        with scope.everything():
            SafetyCheck.objects.bulk_create(
                SafetyCheck(
                    event_id=-next(self._numbers), rule="card", property_id=link.property_id,
                    one=0, other=0, drawn_at=self.now, answered_at=self.now, answer="same",
                )
                for link in self.links for _ in range(15)
            )  # fmt: skip
        self.watch()

    def live(self, rate: float) -> None:
        """A pair arrives at each hotel, and the watch goes round."""
        ids = self.pairs(rate)
        with scope.everything():
            admitting.admit(ids, self.now)
        self.watch()

    def watch(self) -> None:
        """The worker's round."""
        self.now += timedelta(minutes=5)
        safety_reviews.keep_watch(self.now)
        crowds.settle(self.now)

    def answer(self, late: int = 0, hotels: Sequence[Connection] = ()) -> None:
        """People answer what was drawn, the newest of each hotel not yet."""
        at = {link.property_id for link in hotels or self.links}
        with scope.everything():
            waiting = [check for check in self._waiting() if check.property_id in at]
        ahead = Counter(check.property_id for check in waiting)
        for check in waiting:
            ahead[check.property_id] -= 1
            if ahead[check.property_id] >= late:
                self.now += timedelta(seconds=1)
                self._answer(check)

    def harm(self) -> list[int]:
        """How many pairs of two people the rule has joined, hotel by hotel."""
        with scope.everything():
            joins = IdentityEvent.objects.filter(rule="card", actor="staytrue")
            made = {frozenset(pair) for pair in joins.values_list("one", "other")}
        found = Counter(hotel for pair, hotel in self.wrong.items() if pair in made)
        return [found[link.property_id or 0] for link in self.links]

    def standings(self) -> list[Standing]:
        """The rule at each hotel."""
        return [each for each in standings.standings(self.now) if each.measured.rule == "card"]

    def _pair(self, link: Connection, rate: float) -> list[int]:
        number = next(self._numbers)
        name = "".join(chr(97 + int(digit)) for digit in f"{number:05d}")
        facts = {"first_name": "Jon", "last_name": f"Ib{name}", "card_token": f"tok_{number}"}
        ids = [mirrored(link, **facts) for _ in range(2)]
        if self._rng.random() < rate:
            self.wrong[frozenset(ids)] = link.property_id or 0
        return ids

    def _waiting(self) -> list[SafetyCheck]:
        still = Proposal.objects.filter(state="open").values("pk")
        can_be = Q(proposal_id=None) | Q(proposal_id__in=still)
        return list(SafetyCheck.objects.filter(can_be, answered_at=None).order_by("id"))

    def _answer(self, check: SafetyCheck) -> None:
        is_wrong = frozenset((check.one, check.other)) in self.wrong
        if check.proposal_id is None:
            safety_reviews.answer(
                self.chief, check.pk, "different" if is_wrong else "same", self.now
            )
        elif is_wrong:
            deciding.reject(self.chief, check.one, check.other, self.now)
        else:
            deciding.merge(self.chief, check.one, check.other, self.now)


def until_closed(town: Town, rate: float, rounds: int = 40) -> None:
    for _ in range(rounds):
        town.live(rate)
        town.answer(late=LATE)
        if all(each.stage == Stage.CLOSED for each in town.standings()):
            return
    raise AssertionError("a rule that errs stays open")


def test_a_house_begins_with_the_score_on_trial_and_trusts_no_rule() -> None:
    begun = MatchingSetting()
    assert (begun.automatic, begun.trusted) == (False, [])


# The card as it ships, and where it is to prove itself before it joins anybody.
@pytest.mark.parametrize("prove_first", [["score"], ["score", "card"]])
def test_a_rule_that_errs_from_the_beginning_closes_before_five_wrong_merges(
    prove_first: list[str],
) -> None:
    town = Town(prove_first=prove_first)
    for _ in range(8):
        town.pairs(2 * BUDGET)
    batch_run.run("tests", NOON, How(learn=False))
    until_closed(town, 2 * BUDGET)
    assert len(town.wrong) > 5 * HOTELS
    assert sum(wrong < 5 for wrong in town.harm()) >= 0.95 * HOTELS


def test_a_rule_that_begins_to_err_closes_before_five_wrong_merges() -> None:
    town = Town(prove_first=["score"])
    town.prove()
    assert all(each.stage == Stage.PROVEN and each.joins for each in town.standings())
    until_closed(town, 2 * BUDGET)
    harm = town.harm()
    assert sum(harm) > 0
    assert sum(wrong < 5 for wrong in harm) >= 0.95 * HOTELS


def test_a_rule_that_errs_a_tenth_of_the_budget_stays_open_and_joins() -> None:
    hotels = 6
    town = Town(hotels, ["score"])
    for _ in range(30):
        town.live(BUDGET / 10)
        town.answer(late=LATE)
    assert len(town.wrong) > 0
    assert all(each.stage != Stage.CLOSED for each in town.standings())
    with scope.everything():
        assert IdentityEvent.objects.filter(rule="card", actor="staytrue").count() >= 8 * hotels


@pytest.mark.parametrize("is_proven", [False, True])
def test_what_comes_at_once_is_suggested_and_joined_as_people_answer(*, is_proven: bool) -> None:
    town = Town(1, ["score"])
    if is_proven:
        town.prove()
    pairs = [town.pairs(0) for _ in range(6)]
    batch_run.run("tests", NOON, How(learn=False))
    assert not any(one_guest(*pair) for pair in pairs)
    assert why(*pairs[0]) == "rule_trial"
    town.watch()
    joined = [one_guest(*pair) for pair in pairs].count(True)
    assert 0 < joined <= 2
    town.watch()
    assert [one_guest(*pair) for pair in pairs].count(True) == joined


def test_who_is_joined_alone_is_joined_at_once_and_the_next_waits_for_the_watch() -> None:
    town = Town(1, ["score"])
    pairs = [town.pairs(0) for _ in range(2)]
    for pair in pairs:
        crowds.admit(*pair)
    assert [one_guest(*pair) for pair in pairs] == [True, False]
    assert why(*pairs[1]) == "rule_trial"
    town.watch()
    with scope.everything():
        (check,) = SafetyCheck.objects.exclude(event_id=None)
    assert {check.one, check.other} == set(pairs[0])
    town.watch()
    assert one_guest(*pairs[1])


def test_on_trial_a_rule_asks_and_joins_nobody_whichever_way_profiles_come() -> None:
    town = Town(1)
    live = town.pairs(0)
    crowds.admit(*live)
    at_once = town.pairs(0)
    batch_run.run("tests", NOON, How(learn=False))
    again = town.pairs(0)
    crowds.admit(*again)
    crowds.look_again(*live, *at_once, *again)
    for pair in (live, at_once, again):
        assert why(*pair) == "rule_trial"
        assert not one_guest(*pair)
    crowds.choose()
    crowds.look_again(*live)
    assert one_guest(*live)


def test_a_proven_rule_joins_what_it_suggested_at_its_hotel_and_at_no_other() -> None:
    town = Town(2)
    pairs = [town.pairs(0) for _ in range(16)]
    crowds.admit(*(id_ for each in pairs for id_ in each))
    town.watch()
    town.answer(late=LATE, hotels=town.links[:1])
    assert [one_guest(*four[:2]) for four in pairs].count(True) == 15
    town.watch()
    # What it joined just now is drawn first.
    town.watch()
    here, there = town.standings()
    assert (here.stage, here.joins, here.needed, here.until) == (Stage.PROVEN, True, 0, None)
    assert (there.stage, there.joins, there.waiting) == (Stage.TRIAL, False, 16)
    assert all(one_guest(*four[:2]) and not one_guest(*four[2:]) for four in pairs)


def test_a_standing_tells_how_much_is_still_to_be_said_and_by_when() -> None:
    town = Town(1)
    for _ in range(5):
        town.live(0)
    town.now += timedelta(days=4)
    town.answer()
    (found,) = town.standings()
    assert (found.measured.checked, found.measured.wrong, found.needed) == (5, 0, 10)
    assert found.until == (town.now + timedelta(days=2)).date()


def test_the_score_proves_itself_first_though_it_may_join_by_itself() -> None:
    with scope.everything():
        assert MatchingSetting.objects.get().prove_first == ["score"]
    crowds.choose(automatic=True, cascade="off", prove_first=["score"])
    link = crowds.hotel()
    sure = {"first_name": "Claire", "last_name": "Fontanel", "birth_date": "1980-05-17",
            "email": "claire@fontanel.fr", "phone": "+34600111222"}  # fmt: skip
    ids = [mirrored(link, **sure) for _ in range(2)]
    crowds.admit(*ids)
    assert why(*ids) == "score"
    safety_reviews.keep_watch(NOON)
    with scope.everything():
        drawn = SafetyCheck.objects.get()
        assert (drawn.rule, drawn.property_id) == ("score", link.property_id)
        RuleStanding.objects.update(stage=Stage.PROVEN, may_merge=True)
    crowds.look_again(*ids)
    assert one_guest(*ids)


def test_what_is_drawn_stands_once_in_the_queue_and_looks_like_any_other_pair() -> None:
    town = Town(1)
    pairs = [town.pairs(0) for _ in range(4)]
    crowds.admit(*(id_ for each in pairs for id_ in each))
    before = {each.key for each in reviewing.queue(town.chief, town.now)}
    town.watch()
    items = reviewing.queue(town.chief, town.now)
    assert {each.key for each in items} == before
    assert len(items) == len(pairs)
    assert all(each.proposal and not each.check for each in items)
