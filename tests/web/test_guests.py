"""Guests: the list by name, and one profile with all its stays."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from staytrue.hotel.codes import Board, Status
from tests import make
from tests.web import house
from tests.web.house import House


def page_of(hotel_house: House, source_id: str, role: str = "general_manager") -> str:
    answer = hotel_house.client(role).get(f"/guests/{hotel_house.guest(source_id)}/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_list_begins_at_any_letter_whatever_its_accents(hotel_house: House) -> None:
    page = hotel_house.client("front_desk").get("/guests/?name=FÖNT").content.decode()
    table = page.split("<tbody")[1]
    assert "Claire Fontanel" in table
    assert "Olabarria" not in table


def test_forty_stays_are_forty_lines_and_their_sum(hotel_house: House) -> None:
    stays = [
        make.reservation(
            number=str(40_000 + n),
            status=Status.CHECKED_OUT,
            source_status="Checked out",
            arrival_on=date(2024, 1, 1) + timedelta(days=10 * n),
            nights=2,
            board=Board.HB,
            rate_code="BAR",
            currency="EUR",
            amount=Decimal("310.10") + n,
            room_amount=Decimal("250.05") + n,
            guests=[house.guest(profile="G3")],
        )
        for n in range(40)
    ]
    house.take(hotel_house.link, *stays)
    page = page_of(hotel_house, "G3")
    table = page.split("<tbody")[1].split("</tbody>")[0]
    # Forty over, one out of sight, one as a companion to come.
    assert table.count("<tr ") == 42
    assert table.count("Half board") == 40
    rooms = sum((Decimal("250.05") + n for n in range(40)), Decimal(0))
    assert f"€{rooms:,.2f}" in page
    assert "<span>Nights</span><b>80</b>" in page


def test_a_stay_handed_over_leaves_the_stays_and_names_who_has_it(hotel_house: House) -> None:
    house.take(
        hotel_house.link,
        make.reservation(guests=[house.guest(profile="G2")]),
        made_at=house.READ_AT + timedelta(hours=1),
    )
    former = page_of(hotel_house, "G1")
    assert "No stay is known." in former
    handed = former.split("<h2>Handed over</h2>")[1].split("</section>")[0]
    assert "Nekane Olabarria" in handed
    assert "23 to 26 May" in page_of(hotel_house, "G2")


def test_marketing_reads_contacts_but_neither_birth_nor_money(hotel_house: House) -> None:
    page = page_of(hotel_house, "G1", "marketing")
    assert "claire@fontanel.example" in page
    assert "1980" not in page
    assert "hidden" in page.split('class="stats"')[1].split("</div></div>")[0]


def test_a_relay_is_said_not_to_be_his_own(hotel_house: House) -> None:
    assert "relay, not his own" in page_of(hotel_house, "G2")


def test_a_number_that_cannot_be_read_is_flagged(hotel_house: House) -> None:
    page = page_of(hotel_house, "G3")
    assert "call the agency" in page
    assert "cannot be read as a number" in page


def test_a_profile_says_how_complete_it_is_and_what_is_missing(hotel_house: House) -> None:
    page = page_of(hotel_house, "G1")
    assert " of 100" in page
    assert "Missing:" in page


def test_a_text_without_a_meaning_stands_where_the_field_would(hotel_house: House) -> None:
    odd = make.profile(source_id="G6", custom={"country_text": "Freedonia", "pillow": "soft"})
    house.take(hotel_house.link, odd)
    page = page_of(hotel_house, "G6")
    assert "“Freedonia” has no meaning yet" in page
    assert "country_text" not in page
    assert "<dt>pillow</dt><dd><bdi>soft</bdi>" in page


def test_the_word_of_the_pms_is_kept_beside_what_it_means(hotel_house: House) -> None:
    german = make.profile(source_id="G6", country="DE", custom={"country_text": "Deutschland"})
    house.take(hotel_house.link, german)
    lives = page_of(hotel_house, "G6").split("<dt>Lives in</dt>")[1].split("</div>")[0]
    assert "Germany" in lives
    assert "PMS: Deutschland" in lives


def test_the_page_says_in_which_language_one_writes_and_why(hotel_house: House) -> None:
    page = page_of(hotel_house, "G1")
    assert "<dt>We write in</dt><dd><bdi>French</bdi>" in page
    assert "said in the profile" in page
    assert "the hotel’s own language" in page_of(hotel_house, "G2")
