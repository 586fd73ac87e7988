"""Decisions taken back stay so, whatever the settler sees, until somebody says otherwise."""

from __future__ import annotations

import pytest

from staytrue.guests import deciding, links, undoing
from staytrue.guests.models import IdentityEvent, PairRule, Proposal
from staytrue.hotel import scope
from staytrue.kit.errors import Refused
from staytrue.staff.access import house_access
from tests.guests import crowds, worlds
from tests.guests.crowds import admit, changed, mirrored
from tests.make import NOON

pytestmark = pytest.mark.django_db

CLAIRE = {"first_name": "Claire", "last_name": "Fontanel", "card_token": "tok-1"}


def claires() -> tuple[int, int, int]:
    """Two profiles that a rule joined by itself, and the event."""
    link = crowds.hotel()
    one, other = mirrored(link, **CLAIRE), mirrored(link, **CLAIRE)
    admit(one, other)
    with scope.everything():
        event = IdentityEvent.objects.filter(kind__in=["attached", "merged"]).latest("pk")
        assert event.rule == "card"
    return one, other, event.pk


def settle(*profiles: int) -> bool:
    """Let the settler look at them again; whether they are one guest."""
    changed(profiles[0], notes="seen again")
    admit(*profiles)
    crowds.settle()
    with scope.everything():
        return len(set(links.guests_of(profiles).values())) == 1


def test_an_automatic_merge_taken_back_stays_apart_and_undoing_that_joins_them_for_good() -> None:
    one, other, event = claires()
    ana = house_access("ana")
    undone = undoing.undo(ana, event, NOON, "two sisters")
    assert not settle(one, other)
    with scope.everything():
        assert PairRule.objects.get(lifted_at=None).kind == "cannot_link"
    undoing.undo(ana, undone, NOON)
    assert settle(one, other)
    with pytest.raises(Refused, match="already"):
        undoing.undo(ana, undone, NOON)


def test_who_takes_back_his_own_answer_is_asked_again_and_nothing_is_said_against_it() -> None:
    with scope.everything():
        one, other = worlds.alone(2)
        asked = worlds.proposal(one, other)
    ana = house_access("ana")
    event = deciding.merge(ana, one, other, NOON, shown=deciding.Shown(asked))
    undoing.undo(ana, event, NOON)
    with scope.everything():
        assert Proposal.objects.get(pk=asked).state == "open"
        assert not PairRule.objects.filter(lifted_at=None).exists()
        # Somebody else's undoing is a word of its own: these are two people.
        event = deciding.merge(ana, one, other, NOON, shown=deciding.Shown(asked))
        undoing.undo(house_access("ben"), event, NOON)
        assert PairRule.objects.get(lifted_at=None).kind == "cannot_link"


def test_profiles_taken_out_go_back_to_their_own_id_and_stay_out() -> None:
    one, other, _ = claires()
    with scope.everything():
        guest = links.guests_of([one])[one]
    undoing.split(house_access("ana"), guest, [other], NOON)
    assert not settle(one, other)
    with pytest.raises(Refused, match="Look again"):
        undoing.split(house_access("ana"), guest, [other], NOON)
    with pytest.raises(Refused, match="not all"):
        undoing.split(house_access("ana"), guest, [one], NOON)


def test_a_refusal_taken_back_no_longer_stands_and_lifting_taken_back_stands_again() -> None:
    with scope.everything():
        one, other = worlds.alone(2)
    ana = house_access("ana")
    rejected = deciding.reject(ana, one, other, NOON)
    with scope.everything():
        rule = PairRule.objects.get()
    lifted = deciding.lift(ana, rule.pk, "asked him", NOON)
    undoing.undo(ana, lifted, NOON)
    with pytest.raises(Refused, match="different people"):
        deciding.merge(ana, one, other, NOON)
    undoing.undo(ana, rejected, NOON)
    deciding.merge(ana, one, other, NOON)


def test_what_no_decision_was_is_not_taken_back() -> None:
    with scope.everything():
        worlds.alone(1)
        created = IdentityEvent.objects.get().pk
    with pytest.raises(Refused, match="cannot be taken back"):
        undoing.undo(house_access("ana"), created, NOON)
