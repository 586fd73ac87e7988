"""Signing in and one's own things, in three languages, and what every answer carries."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.staff import people
from tests.web import house
from tests.web.house import House

PAGES = ["/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/"]


def test_who_is_not_signed_in_is_led_to_the_sign_in_and_back(hotel_house: House) -> None:
    answer = Client().get("/stays/")
    assert answer["Location"] == "/accounts/login/?next=/stays/"


def test_one_signs_in_with_address_and_password(hotel_house: House) -> None:
    member = people.member("front_desk", at=hotel_house.sirga, password=people.PASSWORD)
    client = Client()
    given = {"login": member.email, "password": people.PASSWORD}
    assert client.post("/accounts/login/", given)["Location"] == "/"
    assert client.get("/today/").status_code == 200


@pytest.mark.parametrize(("code", "says"), [("fr", "Se connecter"), ("es", "Entrar")])
def test_the_language_is_chosen_before_the_sign_in(
    code: str, says: str, hotel_house: House
) -> None:
    client = Client()
    client.post("/language/", {"language": code, "next": "/accounts/login/"})
    page = client.get("/accounts/login/").content.decode()
    assert f'<html lang="{code}"' in page
    assert says in page


def test_the_members_own_language_wins_over_the_browser(hotel_house: House) -> None:
    member = people.member("front_desk", at=hotel_house.sirga)
    client = house.signed_in(member)
    client.post("/language/", {"language": "fr", "next": "/today/"})
    page = client.get("/today/", HTTP_ACCEPT_LANGUAGE="es").content.decode()
    assert "lu à 03:10, il y a" in page
    assert "14\u202fh\u202f50" in page or "14 h 50" in page


def test_a_denial_speaks_the_members_language(hotel_house: House) -> None:
    member = people.member("front_desk", at=hotel_house.sirga)
    client = house.signed_in(member)
    client.post("/language/", {"language": "es"})
    answer = client.get("/members/")
    assert answer.status_code == 403
    assert "Su rol no abre esta página" in answer.content.decode()


def test_single_keys_can_be_switched_off_and_on(hotel_house: House) -> None:
    client = hotel_house.client("front_desk")
    client.post("/me/keys/", {})
    assert 'data-keys="off"' in client.get("/today/").content.decode()
    client.post("/me/keys/", {"single_keys": "on"})
    assert 'data-keys="on"' in client.get("/today/").content.decode()


def test_signing_out_ends_the_session(hotel_house: House) -> None:
    client = hotel_house.client("front_desk")
    client.post("/accounts/logout/")
    assert client.get("/today/").status_code == 302


@pytest.mark.parametrize(
    ("role", "first"),
    [("front_desk", "/today/"), ("auditor", "/next/"), ("marketing", "/today/")],
)
def test_everybody_lands_where_he_may_work(role: str, first: str, hotel_house: House) -> None:
    assert hotel_house.client(role).get("/")["Location"] == first


def test_an_open_screen_asks_until_its_number_moves(hotel_house: House) -> None:
    client = hotel_house.client("front_desk")
    page = client.get("/today/").content.decode()
    seen = page.split("version?seen=")[1].split('"')[0]
    assert client.get(f"/version?seen={seen}").status_code == 204
    house.take(hotel_house.link, house._arrival("30999", "G1"))
    moved = client.get(f"/version?seen={seen}")
    assert moved.status_code == 200
    assert moved["HX-Trigger"] == "moved"


def test_an_open_screen_without_a_session_leads_to_the_sign_in(hotel_house: House) -> None:
    assert Client().get("/version?seen=1")["HX-Redirect"] == "/accounts/login/"


ADDRESSES = [
    "/today/",
    "/stays/",
    "/guests/",
    "/connections/",
    "/search/",
    "/me/",
    "/help/",
    *PAGES,
]


@pytest.mark.parametrize("address", [*ADDRESSES, "/nowhere/", "/members/"])
def test_every_answer_keeps_foreign_scripts_and_frames_out(
    address: str, hotel_house: House
) -> None:
    answer = hotel_house.client("front_desk").get(address)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cache-Control"] in {
        "no-store",
        "max-age=0, no-cache, no-store, must-revalidate, private",
    }


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_holds_an_inline_style_or_script(address: str, hotel_house: House) -> None:
    page = hotel_house.client("front_desk").get(address).content.decode()
    assert "style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
    assert not [word for word in page.split() if word.startswith("on") and '="' in word]


def test_an_error_of_ours_shows_a_number_and_no_trace(
    hotel_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("staytrue.mirror.lists.day_tallies", broken)
    client = hotel_house.client("front_desk")
    client.raise_request_exception = False
    answer = client.get("/today/")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "Number of this error:" in page
    assert "secret" not in page
