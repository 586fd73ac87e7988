"""How complete guests are known: each number opens the profiles behind it."""

from __future__ import annotations

import html
import re
from decimal import Decimal

import pytest
from django.test import Client

from staytrue.hotel.codes import ProfileKind
from staytrue.hotel.records import Email, Phone
from staytrue.mirror.completeness import SCORE_MAX, WANTED
from tests import make
from tests.web import house
from tests.web.house import House

PAGE = "/guests/completeness/"


@pytest.fixture
def desk(hotel_house: House) -> Client:
    """A general manager of Hotel Sirga, who reads every field of its guests."""
    odd = make.profile(
        source_id="G6", last_name="Aldama", custom={"country_text": "Freedonia", "pillow": "soft"}
    )
    twin = make.profile(source_id="G7", last_name="Berri", custom={"country_text": "Freedonia"})
    # Neither a company nor who is gone counts, though both lack almost everything.
    firm = make.profile(source_id="F1", kind=ProfileKind.COMPANY, last_name="Ría Holding")
    gone = make.profile(source_id="G5", last_name="Ansa", anonymised=True)
    house.take(hotel_house.link, odd, twin, firm, gone)
    return hotel_house.client("general_manager")


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def listed(client: Client, address: str) -> list[str]:
    """The lines of the guests list at this address."""
    return text(client, address).split("<tbody")[1].split("</tbody>")[0].split("<tr ")[1:]


def links(page: str) -> list[tuple[str, str]]:
    """Each number of the page that opens profiles: its address and the figure."""
    found = re.findall(r'href="(/guests/\?[^"]+)">([^<]+)</a>', page)
    return [(html.unescape(address), figure) for address, figure in found]


def test_each_number_opens_as_many_profiles_as_it_says(desk: Client) -> None:
    opened = [(address, figure) for address, figure in links(text(desk, PAGE))
              if "scored" not in address]  # fmt: skip
    assert len(opened) > len(WANTED) / 2
    for address, figure in opened:
        assert len(listed(desk, address)) == int(figure), address


def test_the_average_of_a_hotel_is_the_sum_over_the_profiles_it_opens(desk: Client) -> None:
    page = text(desk, PAGE)
    (address, profiles), (_, points), (_, average) = [
        link for link in links(page) if "scored" in link[0]
    ]
    scores = [int(score) for line in listed(desk, address)
              for score in re.findall(rf"(\d+) of {SCORE_MAX}<", line)]  # fmt: skip
    assert (len(scores), sum(scores)) == (int(profiles), int(points))
    mean = (Decimal(sum(scores)) / len(scores)).quantize(Decimal("0.01"))
    assert Decimal(average) == mean


def test_removing_the_mobile_lowers_the_sum_by_the_essential_weight(
    hotel_house: House, desk: Client
) -> None:
    def points() -> int:
        return int(next(f for a, f in links(text(desk, PAGE)) if "scored" in a and int(f) > 20))

    def guest(*phones: Phone) -> None:
        record = make.profile(source_id="G8", emails=[Email("x@guests.example")],
                              phones=list(phones))  # fmt: skip
        house.take(hotel_house.link, record, made_at=house.READ_AT if phones else house.NOW)

    guest(Phone("06 12 34 56 78", "+33612345678", line="mobile"))
    before = points()
    guest()
    assert points() == before - 15


def test_a_text_nobody_understands_is_listed_and_opens_who_say_it(desk: Client) -> None:
    page = text(desk, PAGE)
    part = page.split('id="texts"')[1].split("</section>")[0]
    assert "<bdi>Freedonia</bdi>" in part
    [(address, figure)] = links(part)
    assert figure == "2"
    who = " ".join(listed(desk, address))
    assert "Aldama" in who
    assert "Berri" in who
    assert "Olabarria" not in who


def test_the_connection_leads_to_the_texts_of_its_hotel(desk: Client) -> None:
    page = text(desk, "/connections/bio-files/")
    assert f'href="{PAGE}?hotel=BIO#texts"' in page


def test_a_field_of_the_mapping_is_listed_with_its_type_and_opens_who_have_it(
    desk: Client,
) -> None:
    part = text(desk, PAGE).split("<h2>Other PMS fields</h2>")[1].split("</section>")[0]
    assert "<bdi>pillow</bdi>" in part
    assert "guest, text" in part
    [(address, figure)] = links(part)
    assert (figure, len(listed(desk, address))) == ("1", 1)


def test_whoever_may_not_read_a_field_learns_nothing_of_it(hotel_house: House) -> None:
    odd = make.profile(source_id="G6", custom={"nationality_text": "Martian", "pillow": "soft"})
    house.take(hotel_house.link, odd)
    client = hotel_house.client("front_desk")
    page = text(client, PAGE)
    assert "Martian" not in page
    assert "pillow" not in page
    for narrowed in ("field=nationality&text=Martian", "custom=pillow"):
        assert "No profile is of this kind." in text(client, f"/guests/?{narrowed}")


def test_another_hotel_has_no_number_here(desk: Client) -> None:
    assert "Traboule" not in text(desk, PAGE)
    assert desk.get(f"{PAGE}?hotel=LYO").status_code == 404
    assert desk.get("/guests/?hotel=LYO&scored=1").status_code == 404


@pytest.mark.parametrize("query", ["?lacks=nonsense", "?field=emails&text=x", "?hotel=NONE"])
def test_nonsense_in_the_address_is_nothing_that_exists(query: str, desk: Client) -> None:
    assert desk.get(f"/guests/{query}").status_code == 404


def test_before_the_first_guests_file_the_page_says_so(db: None) -> None:
    hotel = make.hotel("NEW")
    client = House(hotel, hotel, make.link(hotel), make.link(hotel, "b")).client("general_manager")
    assert "No profile has been read yet" in text(client, PAGE)
