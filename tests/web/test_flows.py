"""The page of flows: each number opens the stays that make it, of one's own hotels only (P03)."""

from __future__ import annotations

from datetime import date

from django.test import Client

from staytrue.hotel.codes import Status
from tests import make
from tests.guests.test_search import one_guest
from tests.web import house
from tests.web.house import House


def moved(hotel_house: House) -> None:
    """Claire was at Sirga, then in Lyon, then at Sirga twice."""
    house.take(hotel_house.other_link, make.profile(source_id="L7"))
    one_guest(hotel_house.guest("G1"), hotel_house.guest("L7"))
    for link, code, profile, arrival in (
        (hotel_house.link, "BIO", "G1", "2025-07-01"),
        (hotel_house.other_link, "LYO", "L7", "2025-09-01"),
        (hotel_house.link, "BIO", "G1", "2025-11-01"),
        (hotel_house.link, "BIO", "G1", "2026-02-01"),
    ):
        stay = make.reservation(
            number=f"{code}-{arrival}", property=code, status=Status.CHECKED_OUT, nights=2,
            source_status="Out", arrival_on=date.fromisoformat(arrival),
            guests=[house.guest(profile=profile)],
        )  # fmt: skip
        house.take(link, stay)


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/guests/flows/{query}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_each_number_of_the_matrix_opens_its_stays(hotel_house: House) -> None:
    moved(hotel_house)
    client = hotel_house.client("general_manager", everywhere=True)
    matrix = page(client)
    for link in ("at=BIO&amp;next=BIO", "at=BIO&amp;next=LYO", "at=LYO&amp;next=BIO"):
        assert f"{link}#moves" in matrix
    assert "1 of 3 next stays were at the same hotel." in matrix
    opened = page(client, "?at=BIO&next=LYO").split('id="moves"')[1]
    assert "Hotel Sirga, then Hôtel Traboule" in opened
    assert opened.count("data-row") == 1
    assert "Claire Fontanel" in opened
    assert "1 to 3 Sept 2025" in opened


def test_the_period_is_that_of_the_next_arrival(hotel_house: House) -> None:
    moved(hotel_house)
    client = hotel_house.client("general_manager", everywhere=True)
    matrix = page(client, "?from=2026-01-01&to=2026-03-01")
    assert "1 of 1 next stays" in matrix
    assert "next=LYO" not in matrix


def test_a_hotel_one_may_not_see_is_in_no_cell(hotel_house: House) -> None:
    moved(hotel_house)
    client = hotel_house.client("general_manager")
    matrix = page(client)
    assert "2 of 2 next stays were at the same hotel." in matrix
    assert "Traboule" not in matrix
    assert client.get("/guests/flows/?at=BIO&next=LYO").status_code == 404


def test_without_a_second_stay_the_page_says_so(hotel_house: House) -> None:
    assert "no guest came for a further stay" in page(hotel_house.client("front_desk"))
