"""Households: who lives together by what pairs say, under what staff know better."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.flow import reactions
from staytrue.guests import deciding, households, links
from staytrue.guests.households import SIZE_MAX, Tie, grouped
from staytrue.guests.living_together import home, homes, household_of, taken_out
from staytrue.guests.models import Edge, Household, HouseholdMember
from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused
from staytrue.staff.access import Access, house_access
from tests.guests import worlds
from tests.make import NOON


@pytest.fixture
def three(db: None) -> Iterator[list[int]]:
    """Three profiles of three guests who live together."""
    with scope.everything():
        profiles = worlds.alone(3)
        for one, other in ((0, 1), (1, 2)):
            tie(profiles[one], profiles[other])
        households.recompute(guests_of(profiles), NOON)
        yield profiles


def tie(one: int, other: int, share: float = 0.9) -> None:
    """A pair that speaks for one household."""
    Edge.objects.create(one=one, other=other, bits=-3, person=0.05, household=share,
                        levels=[4, 0, -1, -1, 0, 0, -1, -1, -1], matcher=0)  # fmt: skip


def guests_of(profiles: list[int]) -> list[int]:
    at = links.guests_of(profiles)
    return [at[id_] for id_ in profiles]


def families() -> list[list[int]]:
    found: dict[int, list[int]] = {}
    for guest, household in HouseholdMember.objects.values_list("guest_id", "household_id"):
        found.setdefault(household, []).append(guest)
    return sorted(sorted(each) for each in found.values())


def test_whoever_is_tied_lives_together_and_doing_it_twice_changes_nothing(
    three: list[int],
) -> None:
    assert families() == [sorted(guests_of(three))]
    before = list(Household.objects.values())
    households.recompute(guests_of(three), NOON)
    households.recompute_all(NOON)
    assert list(Household.objects.values()) == before
    assert families() == [sorted(guests_of(three))]


def test_a_household_keeps_its_number_when_somebody_comes_or_goes(three: list[int]) -> None:
    number = Household.objects.get().pk
    (late,) = worlds.alone(1)
    tie(three[0], late)
    households.recompute(guests_of([late]), NOON)
    assert Household.objects.get().pk == number
    Edge.objects.filter(other=late).delete()
    households.recompute(guests_of([late]), NOON)
    assert Household.objects.get().pk == number
    assert families() == [sorted(guests_of(three))]


def test_whoever_staff_took_out_stays_out_until_put_back(three: list[int]) -> None:
    number = Household.objects.get().pk
    event = households.take_out(chief(), guests_of(three)[2], "Only the neighbour", NOON)
    assert families() == [sorted(guests_of(three)[:2])]
    tie(three[0], three[2], 0.99)
    households.recompute_all(NOON)
    assert families() == [sorted(guests_of(three)[:2])]
    assert [each.event for each in taken_out(chief())] == [event]
    assert home(chief(), number).taken_out[0].reason == "Only the neighbour"
    households.put_back(chief(), event, NOON)
    assert families() == [sorted(guests_of(three))]
    assert taken_out(chief()) == ()


def test_nobody_is_taken_out_without_a_reason_or_a_right(three: list[int]) -> None:
    guest = guests_of(three)[0]
    with pytest.raises(Refused):
        households.take_out(chief(), guest, " ", NOON)
    with pytest.raises(Forbidden):
        households.take_out(worlds.member_at(), guest, "Not his", NOON)


def test_whoever_is_joined_by_staff_is_looked_at_again_with_his_household(
    three: list[int],
) -> None:
    deciding.merge(chief(), three[0], three[1], NOON)
    assert len(families()[0]) == 3
    reactions.settle(NOON)
    assert families() == [sorted({links.guests_of(three)[id_] for id_ in (three[0], three[2])})]


def test_one_sees_only_households_of_guests_one_sees(three: list[int]) -> None:
    stranger = worlds.member_at()
    number = Household.objects.get().pk
    assert [each.id for each in homes(chief())[0]] == [number]
    assert homes(stranger) == ([], False)
    found = household_of(chief(), guests_of(three)[0])
    assert found is not None
    assert len(found.members) == 3
    assert found.members[0].codes == ("phone.exact", "place.line", "surname.exact")
    assert household_of(stranger, guests_of(three)[0]) is None


def chief() -> Access:
    """Whoever may do everything everywhere."""
    return house_access("member:7")


TIES = st.lists(
    st.builds(
        lambda pair, share: Tie(min(pair), max(pair), share),
        st.tuples(st.integers(1, 30), st.integers(1, 30)).filter(lambda pair: pair[0] != pair[1]),
        st.floats(0.8, 1.0),
    ),
    max_size=60,
)


@given(TIES, st.randoms(use_true_random=False))
def test_no_order_of_ties_changes_a_household_and_none_is_too_large(
    ties: list[Tie], chance: random.Random
) -> None:
    ties = list({(tie.one, tie.other): tie for tie in ties}.values())
    apart = [(tie.one, tie.other) for tie in ties[::5]]
    found = grouped(ties, apart)
    shuffled = list(ties)
    chance.shuffle(shuffled)
    assert grouped(shuffled, apart) == found
    assert all(2 <= len(family) <= SIZE_MAX for family in found)
    for family in found:
        assert not any({*pair} <= {*family} for pair in apart)
