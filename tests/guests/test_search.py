"""One line for each person, found by any of his profiles that the reader may see (Q09)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest

from staytrue.consent import actions as consent
from staytrue.guests import links
from staytrue.guests.search import Found, search
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.records import Email, Phone
from staytrue.kit import clock
from staytrue.staff.access import Access, access_of, house_access
from tests import make
from tests.staff import people
from tests.web import house
from tests.web.house import TODAY, House

pytestmark = pytest.mark.django_db


@pytest.fixture
def hotels() -> Iterator[House]:
    with clock.use(lambda: house.NOW):
        yield house.build()


def found(words: str, access: Access | None = None) -> Found:
    with scope.everything():
        return search(access or house_access("tests"), words, TODAY)


def names(words: str, access: Access | None = None) -> list[str]:
    return [guest.name for guest in found(words, access).guests]


def one_guest(*profiles: int) -> None:
    with scope.everything():
        (guest,) = links.open_guests(1, make.NOON)
        event = links.note(links.Act(links.Kind.MERGED, "tests"), make.NOON)
        links.move(dict.fromkeys(profiles, guest), event, make.NOON)


@pytest.mark.parametrize(
    "typed",
    [
        "Claire Fontnael", "fontanle claire", "Clarie Fontanel", "klaire fontanel",
        "CLAIRE FONTANELL", "Cliare Fontaenl", "Fontanel Cl", "Fotanel", "Clâire  Fontânel",
        "Claire Marguerite Fontanel", "clairefontanel", "claire fonta nel", "cl aire fontanel",
    ],
)  # fmt: skip
def test_a_name_is_found_with_slips_in_any_of_its_words(typed: str, hotels: House) -> None:
    assert names(typed)[:1] == ["Claire Fontanel"]


def test_a_blank_more_or_less_between_given_names_finds_them(hotels: House) -> None:
    house.take(hotels.link, make.profile(source_id="G9", first_name="María José", last_name="Ría"))
    assert names("mariajose ria") == ["María José Ría"]


def test_an_exact_name_comes_before_a_near_one(hotels: House) -> None:
    house.take(hotels.link, make.profile(source_id="G9", first_name="Clare", last_name="Fontanel"))
    assert names("Clare Fontanel") == ["Clare Fontanel", "Claire Fontanel"]
    assert names("Claire Fontanel") == ["Claire Fontanel", "Clare Fontanel"]


def test_of_two_namesakes_who_comes_next_is_first(hotels: House) -> None:
    twin = make.profile(source_id="G9", first_name="Claire", last_name="Fontanel")
    house.take(hotels.link, twin)
    sooner = make.reservation(number="30999", arrival_on=TODAY, guests=[house.guest(profile="G9")])
    house.take(hotels.link, sooner)
    assert [guest.id for guest in found("Claire Fontanel").guests] == [
        hotels.guest("G9"), hotels.guest("G1"),
    ]  # fmt: skip


def test_hyphens_and_apostrophes_may_be_left_out_or_typed_as_blanks(hotels: House) -> None:
    odd = make.profile(source_id="G9", first_name="Jean-Marc", last_name="O'Brien")
    house.take(hotels.link, odd)
    assert names("jean marc obrien") == ["Jean-Marc O'Brien"]
    assert names("o brien jean") == ["Jean-Marc O'Brien"]


def test_a_person_with_profiles_in_two_hotels_is_one_line(hotels: House) -> None:
    mail = [Email("claire.f@elsewhere.example")]
    house.take(hotels.other_link, make.profile(source_id="L7", emails=mail))
    past = make.reservation(
        number="77009", property="LYO", status=Status.CHECKED_OUT, source_status="Out",
        arrival_on=date(2025, 5, 1), guests=[house.guest(profile="L7")],
    )  # fmt: skip
    house.take(hotels.other_link, past)
    one_guest(hotels.guest("G1"), hotels.guest("L7"))
    (guest,) = found("Claire Fontanel").guests
    assert isinstance(guest.public_id, UUID)
    assert (guest.hotels, guest.profiles, guest.stays) == (["Hotel Sirga", "Hôtel Traboule"], 2, 2)
    assert (guest.arrival_on, guest.is_next) == (date(2026, 5, 23), True)
    assert names("claire.f@elsewhere.example") == ["Claire Fontanel"]


def test_a_profile_nobody_has_linked_yet_stands_for_itself(hotels: House) -> None:
    (guest,) = found("Nekane Olabarria").guests
    assert guest.public_id is None
    assert guest.id == hotels.guest("G2")


@pytest.mark.parametrize("typed", ["345678", "12 34 56 78", "06 12 34 56 78", "+33 612345678"])
def test_the_end_of_a_phone_number_finds_its_guest(typed: str, hotels: House) -> None:
    assert names(typed) == ["Claire Fontanel"]


def test_other_digits_with_the_same_end_find_nobody(hotels: House) -> None:
    assert names("99 345678") == []
    assert names("45678") == []


def test_the_whole_number_comes_before_one_that_only_ends_so(hotels: House) -> None:
    longer = make.profile(source_id="G9", first_name="Ana", last_name="Prats",
                          phones=[Phone("345678", "+34900345678")])  # fmt: skip
    house.take(hotels.link, longer)
    assert names("+34 900 345 678") == ["Ana Prats"]
    assert sorted(names("345678")) == ["Ana Prats", "Claire Fontanel"]


def test_an_end_that_begins_with_zeros_is_looked_for_as_it_stands(hotels: House) -> None:
    bare, zero = (
        make.profile(source_id=id_, first_name="Ana", last_name=name, phones=[Phone(end, end)])
        for id_, name, end in (("G5", "Albi", "+34691345670"), ("G9", "Prats", "+34600345670"))
    )
    house.take(hotels.link, bare, zero)
    assert names("0345670") == ["Ana Prats", "Ana Albi"]
    low = make.profile(source_id="G7", last_name="Coll", phones=[Phone("0", "+34690012345")])
    house.take(hotels.link, low)
    assert names("0012345") == ["Claire Coll"]


def test_a_booking_number_finds_its_guest_whole_or_from_its_beginning(hotels: House) -> None:
    assert names("30117")[0] == "Claire Fontanel"
    assert "Claire Fontanel" in names("3011")
    assert [stay.number for stay in found("3011").stays] == ["30117"]


def test_the_room_of_today_finds_who_sleeps_there(hotels: House) -> None:
    assert names("27") == ["LÃ©onard Meyer"]
    # Room 7 was hers a year ago.
    assert "Nekane Olabarria" not in names("7")


def test_nobody_of_another_hotel_is_found_in_any_way(hotels: House) -> None:
    """Attack 2 of SECURITY: a search is a list like any other."""
    number = [Phone("07 00 11 22 33", "+33700112233")]
    ruth = make.profile(source_id="L1", first_name="Ruth", last_name="Adeyemi", phones=number,
                        emails=[Email("ruth@adeyemi.example")])  # fmt: skip
    house.take(hotels.other_link, ruth, made_at=house.READ_AT + timedelta(hours=1))
    # She has been at Sirga too, under another name and address.
    house.take(hotels.link, make.profile(source_id="G8", first_name="R.", last_name="Okafor"))
    one_guest(hotels.guest("L1"), hotels.guest("G8"))
    here = access_of(people.member("general_manager", at=hotels.sirga))
    for words in ("Ruth Adeyemi", "adeyemi", "Adeyemy", "ruth@adeyemi.example", "112233", "77001",
                  "7700", "07 00 11 22 33"):  # fmt: skip
        assert found(words, here).is_empty, words
    (guest,) = found("Okafor", here).guests
    assert (guest.name, guest.hotels, guest.profiles) == ("R. Okafor", ["Hotel Sirga"], 1)
    assert guest.stays == 0


def test_whoever_may_not_read_contacts_finds_nobody_by_them(hotels: House) -> None:
    desk = access_of(people.member("front_desk", at=hotels.sirga))
    assert names("claire@fontanel.example", desk) == ["Claire Fontanel"]
    blind = access_of(people.member("department", at=hotels.sirga))
    for words in ("claire@fontanel.example", "345678", "Fontanel"):
        assert names(words, blind) == []
    assert [stay.name for stay in found("30117", blind).stays] == [""]


def test_one_letter_and_nothing_find_nothing(hotels: House) -> None:
    assert found("f").is_empty
    assert found("  ").is_empty


def test_an_address_he_once_had_finds_its_guest_after_whoever_has_it_now(hotels: House) -> None:
    moved = make.profile(emails=[Email("claire@new.example")])
    house.take(hotels.link, moved, made_at=house.READ_AT + timedelta(hours=1))
    with scope.everything():
        consent.keep_contacts([hotels.guest("G1")], make.NOON)
    assert names("claire@fontanel.example") == ["Claire Fontanel"]
    heir = make.profile(source_id="G9", first_name="Ana", last_name="Prats",
                        emails=[Email("Claire@Fontanel.example")])  # fmt: skip
    house.take(hotels.link, heir)
    assert names("claire@fontanel.example") == ["Ana Prats", "Claire Fontanel"]
    blind = access_of(people.member("department", at=hotels.sirga))
    assert names("claire@fontanel.example", blind) == []
