"""The list has one line for each guest, page by page, of the reader's own hotels."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from staytrue.guests import directory, links
from staytrue.guests.models import Proposal
from staytrue.guests.persons import Person
from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.staff.access import Access, access_of, house_access
from tests import make
from tests.guests.test_search import one_guest
from tests.staff import people
from tests.web import house
from tests.web.house import TODAY, House

pytestmark = pytest.mark.django_db


@pytest.fixture
def hotels() -> Iterator[House]:
    with clock.use(lambda: house.NOW):
        made = house.build()
        married = make.profile(source_id="L7", first_name="Claire", last_name="Dupont")
        house.take(made.other_link, married)
        one_guest(made.guest("G1"), made.guest("L7"))
        yield made


def listed(access: Access | None = None, count: int = 50, beginning: str = "") -> list[Person]:
    """The whole list, read page by page."""
    found: list[Person] = []
    after = None
    for _ in range(20):
        with scope.everything():
            asks = access or house_access("tests")
            page = directory.guests(asks, TODAY, beginning, after, count)
        found += page.people
        after = page.later
        if after is None:
            return found
    raise AssertionError("the list does not end")


@pytest.mark.parametrize("count", [1, 2, 50])
def test_each_guest_stands_once_however_long_a_page_is(count: int, hotels: House) -> None:
    assert [person.name for person in listed(count=count)] == [
        "Ruth Adeyemi", "Claire Dupont", "LÃ©onard Meyer", "Nekane Olabarria", "Peter van Dongen",
    ]  # fmt: skip
    (claire,) = (person for person in listed() if "Claire" in person.name)
    assert (claire.hotels, claire.profiles) == (["Hotel Sirga", "Hôtel Traboule"], 2)


def test_he_is_found_by_each_of_his_last_names(hotels: House) -> None:
    assert [person.name for person in listed(beginning="font")] == ["Claire Fontanel"]
    assert [person.name for person in listed(beginning="dup")] == ["Claire Dupont"]


def test_a_reader_of_one_hotel_sees_the_name_and_profiles_of_that_hotel(hotels: House) -> None:
    here = access_of(people.member("general_manager", at=hotels.sirga))
    assert "Ruth Adeyemi" not in [person.name for person in listed(here)]
    (claire,) = (person for person in listed(here) if "Claire" in person.name)
    assert (claire.name, claire.hotels, claire.profiles) == ("Claire Fontanel", ["Hotel Sirga"], 1)
    assert [person.name for person in listed(here, beginning="dup")] == []


def test_whom_one_may_decide_about_is_marked_and_nobody_else(hotels: House) -> None:
    with scope.everything():
        one, other = links.open_guests(2, make.NOON)
        event = links.note(links.Act(links.Kind.CREATED, "tests"), make.NOON)
        links.move({hotels.guest("G2"): one, hotels.guest("L1"): other}, event, make.NOON)
        Proposal.objects.create(
            one_id=one, other_id=other, one_profile=hotels.guest("G2"),
            other_profile=hotels.guest("L1"), why="score", bits=3, person=0.7, gain=1,
            opened_at=make.NOON,
        )  # fmt: skip
    assert marked(house_access("tests")) == {"Nekane Olabarria", "Ruth Adeyemi"}
    assert marked(access_of(people.member("general_manager", at=hotels.sirga))) == set()


def marked(access: Access) -> set[str]:
    with scope.everything():
        page = directory.guests(access, TODAY)
    return {person.name for person in page.people if person.public_id in page.in_review}
