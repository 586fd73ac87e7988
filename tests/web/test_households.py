"""Households on their screens: who lives together, and taking somebody out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from staytrue.guests import households, links
from staytrue.guests.models import Edge, Guest, Household, HouseholdMember
from staytrue.hotel import scope
from tests.guests import twins
from tests.make import NOON
from tests.web.house import House


@pytest.fixture
def family(hotel_house: House) -> Iterator[list[int]]:
    """The guests of a couple with one home."""
    with scope.everything():
        one, other = twins.known(
            hotel_house, twins.person("R1", "Jon", "Ibarra"), twins.person("S1", "Ana", "Ibarra")
        )
        twins.edge(one, other)
        Edge.objects.update(household=0.95)
        at = links.guests_of([one, other])
        households.recompute(at.values(), NOON)
        yield sorted(at.values())


def test_who_lives_together_is_listed_with_what_they_share(
    hotel_house: House, family: list[int]
) -> None:
    client, number = hotel_house.client("front_desk"), Household.objects.get().pk
    page = client.get("/guests/households/").content.decode()
    assert "Jon Ibarra" in page
    page = client.get(f"/guests/households/{number}/").content.decode()
    assert "Ana Ibarra" in page
    assert "same address" in page
    assert ">Take out<" not in page


def test_staff_take_somebody_out_with_a_reason_and_put_him_back(
    hotel_house: House, family: list[int]
) -> None:
    client = hotel_house.client("guest_relations")
    where = f"/guests/households/{Household.objects.get().pk}/"
    refused = client.post(where, {"guest": family[0], "why": ""}, follow=True).content.decode()
    assert "Say why he or she does not live there." in refused
    page = client.post(where, {"guest": family[0], "why": "Brothers"}, follow=True)
    assert "Brothers" in page.content.decode()
    assert not HouseholdMember.objects.exists()
    card = f"/guests/{Guest.objects.get(pk=family[0]).public_id}/history/"
    assert "Taken out of the household." in client.get(card).content.decode()
    event = page.content.decode().split('name="event" value="')[1].split('"')[0]
    page = client.post("/guests/households/", {"event": event}, follow=True)
    assert "Brothers" not in page.content.decode()
    assert sorted(HouseholdMember.objects.values_list("guest_id", flat=True)) == family


def test_who_may_not_decide_takes_nobody_out(hotel_house: House, family: list[int]) -> None:
    where = f"/guests/households/{Household.objects.get().pk}/"
    answer = hotel_house.client("front_desk").post(where, {"guest": family[0], "why": "No"})
    assert answer.status_code == 403
    assert HouseholdMember.objects.count() == 2


def test_a_household_of_another_hotel_is_not_there(hotel_house: House) -> None:
    with scope.everything():
        one, other = twins.known(
            hotel_house, twins.person("R1", "Jon", "Ibarra"), twins.person("S1", "Ana", "Ibarra"),
            other=True,
        )  # fmt: skip
        twins.edge(one, other)
        Edge.objects.update(household=0.95)
        households.recompute(links.guests_of([one, other]).values(), NOON)
        number = Household.objects.get().pk
    client = hotel_house.client("guest_relations")
    assert client.get(f"/guests/households/{number}/").status_code == 404
    assert "Ibarra" not in client.get("/guests/households/").content.decode()
