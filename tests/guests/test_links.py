"""Events and links: whose profile it is, and what became of guests without one."""

from __future__ import annotations

import pytest

from staytrue.guests import links
from staytrue.guests.models import Guest, IdentityEvent, Link
from staytrue.guests.salting import salt
from staytrue.hotel import scope
from tests.make import NOON

pytestmark = pytest.mark.django_db


def test_a_profile_has_one_guest_and_a_guest_without_profiles_is_retired() -> None:
    with scope.everything():
        one, other = links.open_guests(2, NOON)
        made = links.note(links.Act(links.Kind.CREATED, "tests"), NOON)
        links.move({1: one, 2: other}, made, NOON)
        merged = links.note(links.Act(links.Kind.MERGED, "tests", one=1, other=2), NOON)
        assert links.move({2: one}, merged, NOON) == {one, other}
        assert links.guests_of([1, 2, 3]) == {1: one, 2: one}
        assert links.profiles_of([one, other]) == {one: [1, 2], other: []}
        states = dict(Guest.objects.values_list("id", "state"))
        assert states == {one: "active", other: "retired"}
        ended = Link.objects.get(profile_id=2, ended_by=merged)
        assert ended.guest_id == other
        assert IdentityEvent.objects.count() == 2


def test_the_salt_stays_the_same_and_is_sealed_in_the_database() -> None:
    with scope.everything():
        first = salt()
        assert salt() == first
        assert len(first) == 32
