"""Help for every screen, on this machine, in each language."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from staytrue.staff import guard
from staytrue.web import help_pages, helping
from tests.staff import matrix
from tests.web.house import House

# What guests open, what is asked for by programs, and what answers with another page.
NO_SCREENS = {
    "website_form", "guest_choices", "guest_stop", "guest_arrival", "guest_confirm", "guest_survey",
    "version", "home", "guest", "new_address", "case_letter", "desk_accounting",
}  # fmt: skip
LANGUAGES = ("en", "fr", "es")


def screens() -> set[str]:
    """Every page of staff."""
    found = {
        route.name
        for route in matrix.routes("staytrue.web.urls")
        if route.right != guard.OPEN and not matrix.takes_forms_only(route)
    }
    return found - NO_SCREENS


def test_every_screen_has_its_help() -> None:
    assert not screens() - help_pages.known()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", help_pages.SCREENS)
def test_a_page_speaks_each_language_and_leads_nowhere_outside(name: str, language: str) -> None:
    shown = helping.read(name, language)
    assert f"[{language}]\n" in (helping.FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert shown.title
    assert "http" not in shown.body
    assert "<h2>" in shown.body
    if language != "en":
        assert shown.body != helping.read(name, "en").body


def test_the_link_of_a_screen_opens_its_page(hotel_house: House) -> None:
    client = hotel_house.client("administrator", everywhere=True)
    for screen, page in (("/today/", "today"), ("/check-outs/", "check_outs"), ("/me/", "me")):
        told = client.get(screen).content.decode()
        (address,) = set(re.findall(r'href="(/help/[a-z_]+/)"', told))
        assert address == f"/help/{page}/"
        shown = client.get(address).content.decode()
        assert str(helping.read(page, "en").body) in shown


def test_what_does_not_exist_has_no_help(hotel_house: House) -> None:
    client = hotel_house.client("administrator", everywhere=True)
    assert client.get("/help/nothing/").status_code == 404
    # The module is off here.
    assert client.get("/help/loyalty/").status_code == 404


DOORS = {
    "/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/",
    "/accounts/2fa/authenticate/",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_door_has_its_help_before_anybody_has_signed_in(language: str) -> None:
    client = Client(headers={"accept-language": language})
    shown = client.get("/help/door/")
    assert shown.status_code == 200
    assert helping.read("door", language).title in shown.content.decode()
    assert "http" not in helping.read("door", language).body


@pytest.mark.django_db
def test_each_door_leads_to_its_help() -> None:
    client = Client()
    for door in DOORS:
        answer = client.get(door, follow=True)
        assert 'href="/help/door/"' in answer.content.decode(), door


def test_a_phone_has_the_help_of_each_screen_below_it(hotel_house: House) -> None:
    client = hotel_house.client("administrator", everywhere=True)
    told = client.get("/today/").content.decode()
    assert re.search(r'<p class="onlyphone cap"><a href="/help/today/"', told)
