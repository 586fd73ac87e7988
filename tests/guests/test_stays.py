"""What stays say against one person: guests who share a booking."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement, product

import pytest

from staytrue.guests import links, stays
from staytrue.hotel import scope
from staytrue.mirror.models import Profile, Roster
from tests.guests import worlds
from tests.make import NOON

# A profile, his part, and whether it was ended.
Entry = tuple[int, str, bool]


def several(on_one: Sequence[Entry], guest_of: dict[int, int]) -> set[int]:
    """The same by hand: profiles of one guest that are several guests of a booking."""
    there = {id_ for id_, role, is_over in on_one if role != "booker" and not is_over}
    guests = [guest_of[id_] for id_ in there]
    return {id_ for id_ in there if guests.count(guest_of[id_]) > 1}


@pytest.mark.django_db
def test_companions_are_profiles_of_one_guest_that_share_a_booking() -> None:
    first, second, third, other = people = worlds.alone(4)
    with scope.everything():
        at = links.guests_of(people)
        event = links.note(links.Act(links.Kind.MERGED, "tests"), NOON)
        links.move({second: at[first], third: at[first]}, event, NOON)
        guest_of = links.guests_of(people)
        parts = list(
            product((first, second, other), ("primary", "companion", "booker"), (False, True))
        )
        bookings: list[Sequence[Entry]] = [
            [],
            *([each] for each in parts),
            *combinations_with_replacement(parts, 2),
            [(id_, "companion", False) for id_ in people],
        ]
        rows = {row.pk: row for row in Profile.objects.filter(pk__in=people)}
        Roster.objects.bulk_create(
            Roster(
                reservation_id=number, property_id=rows[id_].property_id,
                connection_id=rows[id_].connection_id, role=role, profile=rows[id_].source_id,
                since_at=NOON, until_at=NOON if is_over else None,
            )
            for number, entries in enumerate(bookings, 1)
            for id_, role, is_over in entries
        )  # fmt: skip
        expected = {number: several(each, guest_of) for number, each in enumerate(bookings, 1)}
        for number, found in expected.items():
            assert set(stays.companions([number])) == found, bookings[number - 1]
        assert sorted(stays.companions(list(expected))) == sorted({first, second, third})
        assert stays.companions([]) == []
