"""Guest ids held elsewhere answer for ever, whatever became of the guest (FEATURES I17)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from staytrue.guests import deciding, erasing, links, undoing
from staytrue.guests.identities import answer
from staytrue.guests.models import Guest
from staytrue.hotel import scope
from staytrue.kit import ids
from staytrue.kit.errors import Forbidden
from staytrue.staff.access import Access, house_access
from tests import make
from tests.guests import worlds
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _everything() -> Iterator[None]:
    with scope.everything():
        yield


def id_of(profile: int) -> UUID:
    """The public id of the guest that a profile is now."""
    return Guest.objects.get(pk=links.guests_of([profile])[profile]).public_id


def said(public_id: UUID, access: Access | None = None) -> tuple[str, list[UUID]]:
    """The state of an id, and the ids it stands for."""
    found = answer(access or house_access("ana"), public_id)
    return str(found.state), [guest.public_id for guest in found.current]


def test_an_id_answers_with_itself_then_with_the_one_that_took_its_place() -> None:
    one, other = worlds.alone(2)
    first, second = id_of(one), id_of(other)
    assert said(second) == ("active", [second])
    event = deciding.merge(house_access("ana"), one, other, NOON)
    assert said(first) == ("active", [first])
    assert said(second) == ("moved", [first])
    undoing.undo(house_access("ben"), event, NOON)
    assert said(second) == ("active", [second])


def test_a_retired_id_is_followed_through_every_later_merge() -> None:
    profiles = worlds.alone(5)
    issued = [id_of(profile) for profile in profiles]
    for one, other in zip(profiles[-2::-1], profiles[::-1], strict=False):
        deciding.merge(house_access("ana"), one, other, NOON)
    assert [said(public_id) for public_id in issued] == [
        ("active", issued[:1]),
        *[("moved", issued[:1])] * 4,
    ]


def test_a_retired_id_whose_profiles_were_parted_answers_with_each_candidate() -> None:
    first, one, other = worlds.alone(3)
    ana = house_access("ana")
    deciding.merge(ana, one, other, NOON)
    retired = id_of(one)
    deciding.merge(ana, first, one, NOON)
    undoing.split(ana, links.guests_of([first])[first], [other], NOON)
    state, current = said(retired)
    assert state == "split"
    assert current == [id_of(first), id_of(other)]


def test_an_id_of_which_nothing_is_left_answers_erased() -> None:
    one, other = worlds.alone(2)
    first, second = id_of(one), id_of(other)
    deciding.merge(house_access("ana"), one, other, NOON)
    erasing.erase([one, other], "pms", NOON)
    assert said(first) == said(second) == ("erased", [])
    assert Guest.objects.filter(name="", golden={}, state="erased").count() == 2


def test_a_reader_of_one_hotel_is_answered_by_the_profiles_he_may_see() -> None:
    here, there = make.hotel("BIO"), make.hotel("LIS")
    (mine,), (foreign,) = worlds.alone(1, here), worlds.alone(1, there)
    deciding.merge(house_access("ana"), mine, foreign, NOON)
    shared = id_of(mine)
    undoing.split(house_access("ana"), links.guests_of([mine])[mine], [mine], NOON)
    # To who sees both it goes on as the other one's; to him it was never but his own.
    assert said(shared) == ("active", [shared])
    assert said(shared, worlds.member_at(here)) == ("moved", [id_of(mine)])
    for unknown in (id_of(foreign), ids.new()):
        if unknown != shared:
            with pytest.raises(Forbidden):
                answer(worlds.member_at(here), unknown)


def test_after_any_walk_every_id_ever_issued_answers() -> None:
    one, other, third = worlds.alone(3)
    issued = [id_of(each) for each in (one, other, third)]
    ana = house_access("ana")
    first = deciding.merge(ana, other, third, NOON)
    deciding.merge(ana, one, other, NOON)
    undoing.undo(house_access("ben"), first, NOON)
    erasing.erase([third], "pms", NOON)
    assert set(issued) == set(Guest.objects.values_list("public_id", flat=True))
    assert [said(public_id)[0] for public_id in issued] == ["active", "moved", "erased"]
