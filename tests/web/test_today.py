"""Today: what the desk sees of its own hotel, and why a message now would wait."""

from __future__ import annotations

from tests.web.house import House


def test_the_arrivals_of_the_business_date_are_listed(hotel_house: House) -> None:
    page = hotel_house.client("front_desk").get("/today/").content.decode()
    assert "Nekane Olabarria" in page
    assert "Claire Fontanel" not in page


def test_the_page_says_how_old_it_is(hotel_house: House) -> None:
    page = hotel_house.client("front_desk").get("/today/").content.decode()
    assert "as of 03:10" in page
    assert "14 h 50 min" in page
