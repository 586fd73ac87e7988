"""Shared values on their screens: one line each, and a person's word on what it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from staytrue.consent import actions as keeping
from staytrue.consent.models import ContactPoint
from staytrue.guests import source_profiles
from staytrue.guests.models import ValueStat
from staytrue.guests.salting import salt
from staytrue.hotel import scope
from staytrue.hotel.codes import Channel
from staytrue.hotel.records import Email
from tests import make
from tests.make import NOON
from tests.web.house import House, guest, take

NAMES = "Abad Bosch Costa Duran Egea Font Gil Haro Ibarra Jover Kuhn Lopez Mora Nieto Olmo"


@pytest.fixture
def key(hotel_house: House) -> Iterator[int]:
    """The agency's address that fifteen families are booked with."""
    people = [
        make.profile(source_id=f"A{n}", first_name="Ana", last_name=name,
                     emails=[Email("groups@agency.example")])
        for n, name in enumerate(NAMES.split())
    ]  # fmt: skip
    take(hotel_house.link, *people)
    with scope.everything():
        ids = [hotel_house.guest(each.source_id) for each in people]
        source_profiles.refresh(ids, salt(), NOON)
        yield ValueStat.objects.get(state="generic").key


def test_an_address_of_fifteen_families_is_one_line(hotel_house: House, key: int) -> None:
    page = hotel_house.client("guest_relations").get("/guests/hubs/").content.decode()
    assert page.count("groups@agency.example") == 1
    assert f"/guests/hubs/{key}/" in page
    assert "nobody’s in particular" in page


def test_an_agencys_address_is_listed_with_its_bookings(hotel_house: House) -> None:
    guests = [
        make.profile(source_id=f"A{n}", first_name="Ana", last_name=name,
                     emails=[Email("groups@viajes-norte.example")])
        for n, name in enumerate(NAMES.split())
    ]  # fmt: skip
    take(hotel_house.link, *guests)
    take(hotel_house.link, *[
        make.reservation(number=f"A{n}", channel=Channel.TOUR_OPERATOR, guests=[guest(profile=f"A{n}")])
        for n in range(len(guests))
    ])  # fmt: skip
    with scope.everything():
        ids = [hotel_house.guest(each.source_id) for each in guests]
        keeping.keep_contacts(ids, NOON)
        keeping.learn_all(NOON)
        assert ContactPoint.objects.get(value="groups@viajes-norte.example").role == "agency"
    page = hotel_house.client("guest_relations").get("/guests/hubs/").content.decode()
    row = page.split("groups@viajes-norte.example")[-1].split("</tr>")[0]
    assert "an agency" in row
    assert row.count(">15</td>") == 3


def test_its_page_shows_who_uses_it_and_no_form_without_the_right(
    hotel_house: House, key: int
) -> None:
    page = hotel_house.client("guest_relations").get(f"/guests/hubs/{key}/").content.decode()
    assert all(f"Ana {name}" in page for name in NAMES.split())
    assert "Say so" not in page


def test_who_may_says_what_it_is(hotel_house: House, key: int) -> None:
    client = hotel_house.client("administrator", everywhere=True)
    said = {"word": "personal", "why": "A large family"}
    page = client.post(f"/guests/hubs/{key}/", said, follow=True).content.decode()
    assert "A large family" in page
    assert ValueStat.objects.get(key=key).state == "personal"
    refused = client.post(f"/guests/hubs/{key}/", said | {"why": ""}, follow=True)
    assert "Say in a few words why." in refused.content.decode()


@pytest.mark.parametrize("asked", ["1", "none", "99999999999999999999"])
def test_a_value_that_is_none_is_not_there(asked: str, hotel_house: House) -> None:
    client = hotel_house.client("guest_relations")
    assert client.get(f"/guests/hubs/{asked}/").status_code == 404


def test_without_any_the_page_says_so(hotel_house: House) -> None:
    page = hotel_house.client("guest_relations").get("/guests/hubs/").content.decode()
    assert "No value is used by several families." in page
