"""One box finds a guest or a stay by each of its exact kinds (FEATURES Q09)."""

from __future__ import annotations

import pytest

from staytrue.mirror.search import phone_keys
from tests import make
from tests.web import house
from tests.web.house import House


def hits(hotel_house: House, words: str, role: str = "front_desk") -> str:
    answer = hotel_house.client(role).get("/search/", {"q": words})
    assert answer.status_code == 200
    return answer.content.decode().split("<main")[1].split("</main>")[0].split('class="hits"')[1]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("30117", "30117"),
        ("Claire Fontanel", "Claire Fontanel"),
        ("fontanel CLAIRE", "Claire Fontanel"),
        ("  Fontanel  ", "Claire Fontanel"),
        ("font", "Claire Fontanel"),
        ("CLAIRE@Fontanel.example", "Claire Fontanel"),
        ("+33 6 12 34 56 78", "Claire Fontanel"),
        ("0033612345678", "Claire Fontanel"),
        ("27", "30201"),
        ("van dongen", "Peter van Dongen"),
    ],
)
def test_each_kind_finds_its_guest_or_stay(words: str, found: str, hotel_house: House) -> None:
    assert found in hits(hotel_house, words)


def test_a_guest_is_shown_with_his_hotel_and_next_stay(hotel_house: House) -> None:
    page = hits(hotel_house, "Nekane Olabarria")
    assert "Hotel Sirga, 2 stays" in page
    assert "next:" in page
    assert "21 to 24 May" in page


def test_the_mark_beside_a_guest_is_of_his_given_name_and_first_surname(hotel_house: House) -> None:
    named = {"first_name": "Ana", "last_name": "Castro", "second_last_name": "Lozano"}
    house.take(hotel_house.link, make.profile(source_id="G90", **named))
    assert ">AC</span>" in hits(hotel_house, "Castro")


def test_a_role_without_rooms_finds_no_room(hotel_house: House) -> None:
    assert "30201" not in hits(hotel_house, "27", "marketing")


def test_a_role_without_profiles_finds_no_name(hotel_house: House) -> None:
    page = hits(hotel_house, "30117", "department")
    assert "30117" in page
    assert "Claire" not in page
    assert "Claire" not in hits(hotel_house, "Fontanel", "department")


def test_nothing_found_says_what_to_try(hotel_house: House) -> None:
    assert "Nothing in your hotels answers to “zzz”" in hits(hotel_house, "zzz")


def test_the_palette_gets_the_bare_hits(hotel_house: House) -> None:
    client = hotel_house.client("front_desk")
    bare = client.get("/search/?q=30117", HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in bare
    assert "30117" in bare


def test_a_number_is_looked_for_with_the_prefix_of_each_country() -> None:
    assert phone_keys("612 345 678", ["ES", "PT"]) == ["34612345678", "351612345678", "612345678"]


@pytest.mark.parametrize("words", ["Claire", "12345", "room 612345"])
def test_words_and_short_numbers_are_no_phone(words: str) -> None:
    assert phone_keys(words, ["ES"]) == []
