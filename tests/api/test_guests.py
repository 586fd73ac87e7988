"""Guests over the API: by ids that answer for ever, composed of what the caller may read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from staytrue.guests import deciding, erasing, links
from staytrue.guests.models import Guest
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.hotel.records import Email
from staytrue.kit import ids
from staytrue.mirror.models import Profile
from staytrue.staff.access import house_access
from tests import make
from tests.api.test_app import by_session, manager
from tests.make import NOON
from tests.mirror.test_actions import take
from tests.staff import people

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.urls")]


@pytest.fixture
def hotel() -> Property:
    return make.hotel()


@pytest.fixture
def claires(hotel: Property) -> list[int]:
    """Claire Fontanel twice at one hotel, with a stay, each profile a guest of its own."""
    link = make.link(hotel)
    mails = [Email("claire@fontanel.example")]
    take(link, make.profile(source_id="G1", emails=mails), make.profile(source_id="G2"))
    take(link, make.reservation())
    with scope.everything():
        profiles = list(Profile.objects.order_by("source_id").values_list("pk", flat=True))
        event = links.note(links.Act(links.Kind.CREATED, "tests"), NOON)
        guests = links.open_guests(2, NOON)
        links.move(dict(zip(profiles, guests, strict=True)), event, NOON)
    return profiles


def id_of(profile: int) -> str:
    with scope.everything():
        return str(Guest.objects.get(pk=links.guests_of([profile])[profile]).public_id)


def shown(client: Client, id_: object, **query: str) -> Any:
    return client.get(f"/api/guests/{id_}", query_params=query).json()


def test_a_guest_is_shown_with_his_profiles_and_stays(claires: list[int], hotel: Property) -> None:
    record = shown(manager(hotel), id_of(claires[0]))
    assert (record["state"], record["name"]) == ("active", "Claire Fontanel")
    assert record["emails"][0]["address"] == "claire@fontanel.example"
    assert [each["key"] for each in record["profiles"]] == ["bio-files:G1"]
    assert [stay["number"] for stay in record["stays"]] == ["30117"]
    assert "as_of" in record


def test_an_id_of_a_merged_guest_names_the_current_one_and_an_unknown_id_is_not_there(
    claires: list[int], hotel: Property
) -> None:
    retired, current = id_of(claires[1]), id_of(claires[0])
    with scope.everything():
        event = deciding.merge(house_access("ana"), *claires, NOON + timedelta(hours=1))
    client = manager(hotel)
    record = shown(client, retired)
    assert (record["state"], record["current"]) == ("moved", [current])
    assert len(shown(client, current)["profiles"]) == 2
    # As known before: two guests.
    early = (NOON + timedelta(minutes=5)).isoformat()
    assert shown(client, retired, as_of=early)["state"] == "active"
    assert client.get(f"/api/guests/{ids.new()}").status_code == 404
    assert event


def test_what_another_hotel_knows_is_not_told(claires: list[int], hotel: Property) -> None:
    stranger = manager(people.property_("ELSE"))
    unknown, foreign = (
        stranger.get(f"/api/guests/{ids.new()}"),
        stranger.get(f"/api/guests/{id_of(claires[0])}"),
    )
    assert unknown.status_code == foreign.status_code == 404
    assert unknown.json()["code"] == foreign.json()["code"]
    assert stranger.get("/api/guests").json()["items"] == []


def test_the_erased_answer_too(claires: list[int], hotel: Property) -> None:
    id_ = id_of(claires[1])
    with scope.everything():
        erasing.erase([claires[1]], "pms", NOON)
    record = shown(manager(hotel), id_)
    assert (record["state"], record["current"], record["name"]) == ("erased", [], "")


def test_guests_are_listed_page_by_page_without_what_a_role_may_not_read(
    claires: list[int], hotel: Property
) -> None:
    client = by_session(people.member("auditor", at=hotel))
    assert client.get("/api/guests").json()["items"] == []
    client = manager(hotel)
    first = client.get("/api/guests", query_params={"limit": 1, "property": "BIO"}).json()
    second = client.get("/api/guests", query_params={"limit": 1, "after": first["next"]}).json()
    listed = [first["items"][0]["id"], second["items"][0]["id"]]
    assert listed == [id_of(profile) for profile in claires]
    assert second["next"] is None
    assert client.get("/api/guests", query_params={"after": "x"}).status_code == 400


def test_a_field_that_the_role_hides_is_empty_and_named(
    claires: list[int], hotel: Property
) -> None:
    desk = by_session(people.member("marketing", at=hotel))
    record = shown(desk, id_of(claires[0]))
    assert "birth_date" in record["hidden"]
    assert record["stays"][0]["room_number"] is None


def test_every_field_of_a_guest_is_described(claires: list[int], hotel: Property) -> None:
    text = Client().get("/api/openapi.json").json()
    described = set(text["components"]["schemas"]["Guest"]["properties"])
    assert set(shown(manager(hotel), id_of(claires[0]))) == described
