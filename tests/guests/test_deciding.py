"""Staff decisions: joined, kept apart, put off, and refused where they may not or come too late."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from staytrue.guests import deciding, links, undoing
from staytrue.guests.deciding import Shown
from staytrue.guests.models import Guest, IdentityEvent, PairRule, Proposal
from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused
from staytrue.staff.access import house_access
from staytrue.staff.models import AuditEntry
from tests import make
from tests.guests import worlds
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _everything() -> Iterator[None]:
    with scope.everything():
        yield


def test_the_younger_guest_becomes_the_older_one_and_it_is_noted_and_audited() -> None:
    one, other = worlds.alone(2)
    guests = links.guests_of([one, other])
    event = deciding.merge(house_access("ana"), other, one, NOON, "same passport")
    assert links.guests_of([one, other]) == dict.fromkeys([one, other], guests[one])
    noted = IdentityEvent.objects.get(pk=event)
    assert (noted.kind, noted.actor, noted.rule) == ("merged", "ana", "staff")
    assert (noted.one, noted.other, noted.reason) == (one, other, "same passport")
    rule = PairRule.objects.get()
    assert (rule.kind, rule.one, rule.other, rule.event_id) == ("must_link", one, other, event)
    assert AuditEntry.objects.filter(object__startswith="pair_rule", actor="ana").exists()


def test_a_do_not_merge_refuses_a_merge_until_it_is_lifted_with_a_reason() -> None:
    one, other = worlds.alone(2)
    ana = house_access("ana")
    deciding.reject(ana, one, other, NOON)
    rule = PairRule.objects.get()
    with pytest.raises(Refused, match="different people") as refused:
        deciding.merge(ana, one, other, NOON)
    assert refused.value.facts["rules"] == [rule.pk]
    with pytest.raises(Refused, match="why"):
        deciding.lift(ana, rule.pk, " ", NOON)
    deciding.lift(ana, rule.pk, "one moved house", NOON)
    deciding.merge(ana, one, other, NOON)
    assert len(set(links.guests_of([one, other]).values())) == 1


def test_a_do_not_merge_of_two_profiles_keeps_the_whole_guests_apart() -> None:
    one, two, other = worlds.alone(3)
    ana = house_access("ana")
    deciding.merge(ana, one, two, NOON)
    deciding.reject(ana, one, other, NOON)
    with pytest.raises(Refused, match="different people"):
        deciding.merge(ana, two, other, NOON)


def test_what_moved_on_meanwhile_is_refused() -> None:
    one, other, third = worlds.alone(3)
    ana = house_access("ana")
    asked = worlds.proposal(one, other)
    deciding.merge(ana, one, third, NOON)
    shown = Shown(proposal=asked, profiles=[one, other])
    with pytest.raises(Refused, match="Look again"):
        deciding.merge(ana, one, other, NOON, shown=shown)
    deciding.merge(ana, one, other, NOON, shown=Shown(proposal=asked))
    with pytest.raises(Refused, match="one guest already"):
        deciding.merge(ana, one, other, NOON)
    assert Proposal.objects.get().state == "merged"


def test_attack_60_a_guest_with_profiles_of_another_company_needs_the_right_there_too() -> None:
    here, there = make.hotel("BIO"), make.hotel("LIS")
    one, other = worlds.alone(1, here) + worlds.alone(1, there)
    with pytest.raises(Forbidden):
        deciding.merge(worlds.member_at(here), one, other, NOON)
    assert len(set(links.guests_of([one, other]).values())) == 2
    deciding.merge(worlds.member_at(here, there), one, other, NOON)
    assert len(set(links.guests_of([one, other]).values())) == 1
    # What is joined across companies is taken apart only by who may decide at both.
    event = IdentityEvent.objects.latest("pk").pk
    with pytest.raises(Forbidden):
        undoing.undo(worlds.member_at(here), event, NOON)


def test_a_question_goes_with_its_profiles_and_waits_until_tomorrow_when_put_off() -> None:
    one, other, third = worlds.alone(3)
    ana = house_access("ana")
    asked = worlds.proposal(other, third)
    deciding.later(ana, asked, NOON)
    deciding.merge(ana, one, other, NOON)
    found = Proposal.objects.get(pk=asked)
    at = links.guests_of([one, third])
    assert {found.one_id, found.other_id} == set(at.values())
    assert found.state == "open"
    assert found.later_until is not None
    assert Guest.objects.filter(state="retired").count() == 1
