"""Rules on two profiles follow the decisions they belong to; of several that stand, the first holds."""

from __future__ import annotations

import pytest

from staytrue.guests import links, pair_rules
from staytrue.guests.links import Act
from staytrue.guests.models import IdentityEvent, PairRule
from staytrue.guests.pair_rules import Word
from staytrue.hotel import scope
from staytrue.staff import audit
from tests.guests import worlds
from tests.make import NOON

pytestmark = pytest.mark.django_db

APART = PairRule.Kind.CANNOT_LINK


def event() -> int:
    return links.note(Act(IdentityEvent.Kind.REJECTED, "ana"), NOON)


def mark(*events: int, undone: bool) -> None:
    IdentityEvent.objects.filter(pk__in=events).update(undone_by=1 if undone else None)
    pair_rules.follow(events, Word("ana", events[0], NOON))


def standing() -> list[int]:
    return list(PairRule.objects.filter(lifted_at=None).values_list("event_id", flat=True))


def test_of_two_rules_that_stand_again_at_once_the_first_holds_and_the_other_after_it() -> None:
    with scope.everything(), audit.acting("tests", NOON):
        pair = tuple(worlds.alone(2))
        first, lifting, second = event(), event(), event()
        pair_rules.write(APART, [pair], Word("ana", first, NOON))
        pair_rules.lift(PairRule.objects.values_list("pk", flat=True), Word("ben", lifting, NOON))
        pair_rules.write(APART, [pair], Word("ana", second, NOON))
        mark(second, undone=True)
        assert standing() == []
        IdentityEvent.objects.filter(pk=second).update(undone_by=None)
        mark(lifting, second, undone=True)
        IdentityEvent.objects.filter(pk=second).update(undone_by=None)
        pair_rules.follow([lifting, second], Word("ana", second, NOON))
        assert standing() == [first]
        mark(first, undone=True)
        assert standing() == [second]


def test_a_rule_that_a_person_lifted_stays_so_when_its_neighbour_goes() -> None:
    with scope.everything(), audit.acting("tests", NOON):
        pair = tuple(worlds.alone(2))
        first, lifting, second = event(), event(), event()
        pair_rules.write(APART, [pair], Word("ana", first, NOON))
        pair_rules.lift(PairRule.objects.values_list("pk", flat=True), Word("ben", lifting, NOON))
        pair_rules.write(APART, [pair], Word("ana", second, NOON))
        mark(second, undone=True)
        assert standing() == []
