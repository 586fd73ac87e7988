"""Acts of weight ask once more who sits there; everything else goes on (attack 52, V7)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from staytrue.kit import clock
from staytrue.staff import guard
from staytrue.staff.models import Member
from tests.staff import matrix, people
from tests.web import house
from tests.web.house import House

WEIGHTY = {
    "members", "member", "end_membership", "role", "remove_factors", "signing_in", "machine_new",
    "machine_end", "pin", "connect", "connection_settings", "new_address", "outlet_set_up",
    "outlet_act", "mailing_act", "guest_points", "loyalty_draft", "loyalty_pausing", "openings",
    "guest_export",
}  # fmt: skip


def test_acts_on_keys_people_and_sending_are_weighty() -> None:
    found = {
        route.name
        for route in matrix.routes("staytrue.urls")
        if "POST" in guard.proof_of(route.view).methods
    }
    assert found >= WEIGHTY


@pytest.mark.parametrize("name", sorted(WEIGHTY - {"pin"}))
def test_an_act_of_weight_waits_for_a_fresh_proof(name: str, hotel_house: House) -> None:
    member = people.member("administrator")
    client = Client()
    client.force_login(member)
    where, given = address(name, member), {"act": guard_act(name), "reason": "a test"}
    answer = client.post(where, given, headers={"Referer": "http://testserver/members/"})
    assert answer["Location"].startswith("/accounts/reauthenticate/?next=")
    member.refresh_from_db()
    assert member.is_active


def test_the_proof_is_the_password_and_holds_ten_minutes(hotel_house: House) -> None:
    cache.clear()
    member = people.member("administrator", password=people.PASSWORD, second_factor=True)
    client = Client()
    client.force_login(member)
    asked = client.post("/members/", {"name": "Eve"})["Location"]
    wrong = client.post(asked, {"password": "not the password"})
    assert wrong.status_code == 200
    assert client.post(asked, {"password": people.PASSWORD})["Location"] == "/"
    given = {"name": "Iker", "email": "iker@tresrios.example", "role": "front_desk",
             "hotel": hotel_house.sirga.pk}  # fmt: skip
    client.post("/members/", given)
    assert Member.objects.filter(email="iker@tresrios.example").exists()
    with clock.use(lambda: house.NOW + timedelta(minutes=10, seconds=1)):
        again = client.post(f"/members/{member.pk}/", {"at": []})
    assert again["Location"].startswith("/accounts/reauthenticate/")
    cache.clear()


@pytest.mark.parametrize("back", ["http://evil.example/x", "//evil.example", ""])
def test_after_the_proof_one_is_led_to_no_foreign_place(back: str, hotel_house: House) -> None:
    client = Client()
    client.force_login(people.member("administrator"))
    answer = client.post("/members/", {}, headers={"Referer": back})
    assert answer["Location"] == "/accounts/reauthenticate/?next=%2F"


def guard_act(name: str) -> str:
    return {"outlet_act": "arm", "mailing_act": "send", "loyalty_draft": "activate",
            "openings": "take", "guest_points": "adjust"}.get(name, "")  # fmt: skip


def address(name: str, member: Member) -> str:
    route = next(each for each in matrix.routes("staytrue.urls") if each.name == name)
    found = f"/{route.pattern}"
    for part, value in {
        "<int:pk>": str(member.pk),
        "<slug:key>": "front_desk",
        "<name:name>": "bio-files",
        "<str:name>": "bio-files",
        "<uuid:public_id>": "01900000-0000-7000-8000-000000000001",
    }.items():
        found = found.replace(part, value)
    return found
