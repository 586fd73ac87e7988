"""A case hangs on its profile: it follows merges, and an unmerge leaves it with the right guest."""

from __future__ import annotations

from staytrue.desk import queries
from staytrue.guests import deciding, links, undoing
from staytrue.guests.consequences import Kind
from staytrue.messages import surroundings
from staytrue.staff.access import house_access
from tests import make
from tests.desk.scene import Desk, after
from tests.guests import worlds
from tests.web import house


def test_a_case_follows_merge_and_unmerge(desk: Desk) -> None:
    house.take(desk.at.link, make.profile(source_id="G2", first_name="Paul"))
    claire, paul = desk.profile(), desk.at.guest("G2")
    worlds.admit([claire, paul])
    before = desk.opens(kind="feedback", words="Call him", profile_id=paul, reservation_id=None)
    event = deciding.merge(house_access("ana"), claire, paul, after(1))
    after_it = desk.opens(now=after(2))
    assert queries.guest_of(before) == queries.guest_of(after_it)
    both = links.profiles_of({queries.guest_of(before) or 0})[queries.guest_of(before) or 0]
    assert {each.pk for each in queries.of_profiles(desk.lea, both)} == {before.pk, after_it.pk}

    told = undoing.preview(house_access("ben"), event, after(2))
    assert [(each.profile, dict(each.facts)) for each in told if each.kind == Kind.CASES] == [
        (claire, {"count": 1})
    ]

    undoing.undo(house_access("ben"), event, after(3), "Two people")
    assert queries.guest_of(before) == links.guests_of([paul])[paul]
    assert queries.guest_of(after_it) == links.guests_of([claire])[claire]
    assert queries.guest_of(before) != queries.guest_of(after_it)
    assert surroundings.silences([paul], []) == []
