"""Whatever people are called, a page stays a page (attacks 20, 22 and 65)."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staytrue.kit.text import clean
from tests import make
from tests.web import house
from tests.web.house import House

EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "<svg/onload=alert(1)>",
    "' onmouseover='alert(1)",
    "</title><script>alert(1)</script>",
    "{{ 7*7 }}",
    "{% include 'error.html' %}",
    "${7*7}",
    "&lt;b&gt;",
    "<!--",
    "]]>",
    "Robert'); DROP TABLE reservation;--",
]
HARD = [
    "👩‍👩‍👧 Família",
    "\u202eevil\u202c txt",
    "a\u200bb\u200dc",
    "e" + "\u0301" * 100,
    "𝒞𝓁𝒶𝒾𝓇𝑒",
    "محمد عبد الله",
    "Ñandú Łódź Straße",
    "x\x00y",
    "😀" * 60,
    "A" * 400,
]
# Tags and attributes that only an attacker would add to our pages.
FOREIGN = re.compile(r"^(on\w+|style|srcdoc)$")


class Reader(HTMLParser):
    """Notes every tag with a script in it, and every text."""

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []
        self.texts: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        for name, value in attrs:
            is_link = name in {"href", "src", "action", "formaction"}
            leads = (value or "").strip().lower().startswith("javascript:")
            if FOREIGN.match(name) or (is_link and leads):
                self.foreign.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def rename(hotel_house: House, name: str) -> None:
    """The guest of the arrival is called so from now on, and his notes say it too."""
    told = clean(name)
    house.take(
        hotel_house.link,
        make.profile(source_id="G2", first_name=told or None, last_name=told or "X", notes=told),
        made_at=house.READ_AT,
    )
    house.take(
        hotel_house.link,
        make.reservation(
            number="30200",
            arrival_on=house.TODAY,
            notes=told,
            room_number=told,
            source=told,
            guests=[house.guest(profile="G2")],
            custom={told or "x": told},
        ),
        made_at=house.READ_AT,
    )


def pages(hotel_house: House) -> list[str]:
    """Every screen on which the guest's name stands."""
    return [
        "/today/",
        "/stays/",
        f"/stays/{hotel_house.stay('30200')}/",
        "/guests/",
        f"/guests/{hotel_house.guest('G2')}/",
        "/search/?q=30200",
    ]


@pytest.mark.parametrize("name", EVIL + HARD)
def test_a_name_is_only_ever_text(name: str, hotel_house: House) -> None:
    rename(hotel_house, name)
    client = hotel_house.client("general_manager")
    for address in pages(hotel_house):
        answer = client.get(address)
        assert answer.status_code == 200, address
        reader = read(answer.content.decode())
        assert reader.foreign == [], address
        assert reader.scripts == 2, address


@pytest.mark.parametrize("name", EVIL)
def test_a_name_is_shown_as_it_is(name: str, hotel_house: House) -> None:
    rename(hotel_house, name)
    page = hotel_house.client("general_manager").get(pages(hotel_house)[2]).content.decode()
    assert html.escape(clean(name), quote=True) in page


@pytest.mark.parametrize("words", EVIL + HARD)
def test_what_is_searched_for_comes_back_as_text(words: str, hotel_house: House) -> None:
    answer = hotel_house.client("front_desk").get("/search/", {"q": words})
    assert answer.status_code == 200
    assert read(answer.content.decode()).foreign == []


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=st.text(max_size=60))
def test_no_search_breaks_the_page(words: str, hotel_house: House) -> None:
    answer = hotel_house.client("front_desk").get("/search/", {"q": words})
    assert answer.status_code == 200


def test_names_of_both_directions_are_kept_apart(hotel_house: House) -> None:
    rename(hotel_house, "محمد عبد الله")
    page = hotel_house.client("general_manager").get("/today/").content.decode()
    assert "<bdi>محمد عبد الله محمد عبد الله</bdi>" in page


def test_a_garbled_name_is_proposed_whole_and_changed_nowhere(hotel_house: House) -> None:
    address = f"/guests/{hotel_house.guest('G4')}/"
    page = hotel_house.client("front_desk").get(address).content.decode()
    assert "LÃ©onard Meyer" in page
    assert "Léonard Meyer" in page
