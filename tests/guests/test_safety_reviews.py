"""Automatic joins looked at again: drawn, answered, and a rule that errs goes back to suggestions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from staytrue.guests import links, reviewing, safety_reviews, standings, undoing
from staytrue.guests.models import IdentityEvent, RuleState, SafetyCheck
from staytrue.guests.terms import in_force
from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused
from staytrue.staff.access import house_access
from tests.guests import twins, worlds
from tests.make import NOON
from tests.web import house
from tests.web.house import House

CHIEF = "member:7"


@pytest.fixture
def at(db: None) -> Iterator[House]:
    with scope.everything():
        yield house.build()


def joins(at: House, many: int, rule: str = "card") -> list[SafetyCheck]:
    """So many automatic joins of two people each, waiting to be looked at."""
    found = []
    for _ in range(many):
        number = SafetyCheck.objects.count()
        one, other = twins.known(at, twins.person(f"R{number}", "Jon", f"Ibarra{number}"),
                                 twins.person(f"S{number}", "Jon", f"Ibarra{number}"))  # fmt: skip
        found.append(twins.joined(one, other, rule))
    return found


def answer(check: SafetyCheck, said: str, minutes: int = 0) -> int | None:
    now = NOON + timedelta(minutes=minutes)
    return safety_reviews.answer(house_access(CHIEF), check.pk, said, now)


def test_joins_are_drawn_once_and_stand_in_the_queue(at: House) -> None:
    joins(at, 3)
    SafetyCheck.objects.all().delete()
    safety_reviews.keep_watch(NOON)
    drawn = list(SafetyCheck.objects.values_list("event_id", flat=True))
    assert sorted(drawn) == sorted(
        IdentityEvent.objects.filter(kind="merged").values_list("pk", flat=True)
    )
    safety_reviews.keep_watch(NOON)
    assert SafetyCheck.objects.count() == 3
    items = reviewing.queue(house_access(CHIEF), NOON)
    assert {each.check for each in items} == set(SafetyCheck.objects.values_list("pk", flat=True))


def test_same_person_is_confirmed_and_two_people_are_taken_apart(at: House) -> None:
    right, wrong, unsure = joins(at, 3)
    assert answer(right, "same")
    assert answer(wrong, "different")
    assert answer(unsure, "unsure") is None
    assert IdentityEvent.objects.get(kind="confirmed").actor == CHIEF
    assert len(set(links.guests_of([right.one, right.other]).values())) == 1
    assert len(set(links.guests_of([wrong.one, wrong.other]).values())) == 2
    (measured,) = standings.measured()
    assert (measured.rule, measured.property_id) == ("card", at.sirga.pk)
    assert (measured.checked, measured.wrong) == (2, 1)


def test_nobody_answers_twice_nor_where_he_may_not_decide(at: House) -> None:
    (check,) = joins(at, 1)
    with pytest.raises(Forbidden):
        safety_reviews.answer(worlds.member_at(at.other), check.pk, "same", NOON)
    answer(check, "same")
    with pytest.raises(Refused):
        answer(check, "different")


def test_a_rule_that_errs_only_suggests_where_it_erred_until_it_is_opened_again(
    at: House,
) -> None:
    checks = joins(at, 5)
    for minute, check in enumerate(checks, 1):
        if RuleState.objects.exists():
            break
        answer(check, "different", minute)
    closed = RuleState.objects.get()
    assert (closed.rule, closed.property_id) == ("card", at.sirga.pk)
    assert closed.facts["wrong"] < 5
    assert in_force().policy.closed == {("card", at.sirga.pk)}
    safety_reviews.reopen(house_access(CHIEF), closed.pk, NOON + timedelta(hours=1))
    assert in_force().policy.closed == frozenset()
    safety_reviews.keep_watch(NOON + timedelta(hours=2))
    assert in_force().policy.closed == frozenset()


def test_right_answers_leave_a_rule_open(at: House) -> None:
    for minute, check in enumerate(joins(at, 6)):
        answer(check, "same", minute)
    assert not RuleState.objects.exists()


def test_a_wrong_key_is_as_if_it_had_not_been_pressed(at: House) -> None:
    checks = joins(at, 5)
    for minute, check in enumerate(checks):
        event = answer(check, "different", minute)
        if RuleState.objects.exists():
            break
    safety_reviews.take_back(house_access(CHIEF), check.pk, event, NOON + timedelta(hours=1))
    assert not RuleState.objects.exists()
    check.refresh_from_db()
    assert check.answer == ""
    assert len(set(links.guests_of([check.one, check.other]).values())) == 1


def test_a_join_that_staff_take_back_unasked_counts_as_wrong(at: House) -> None:
    (check,) = joins(at, 1)
    SafetyCheck.objects.all().delete()
    undoing.undo(house_access(CHIEF), check.event_id, NOON + timedelta(minutes=1))
    (measured,) = standings.measured()
    assert (measured.checked, measured.wrong) == (1, 1)
