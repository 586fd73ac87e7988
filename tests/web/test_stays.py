"""Stays: the list with its filters, and everything one page says of one stay."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from staytrue.connectors.base import Parked
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.models import RoomCategory
from staytrue.inbox import actions as inbox
from tests import make
from tests.web import house
from tests.web.house import House


def page_of(hotel_house: House, number: str, role: str = "general_manager", more: str = "") -> str:
    address = f"/stays/{hotel_house.stay(number)}/{more}"
    answer = hotel_house.client(role).get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_page_says_how_old_it_is_and_what_follows(hotel_house: House) -> None:
    page = page_of(hotel_house, "30117")
    assert "as of 03:10, <time" in page
    assert "14 h 50 min</time> old" in page
    assert "Pre-check-in would be held now" in page
    assert "This message tolerates 30 min." in page


def test_every_version_shows_its_difference_and_its_line(hotel_house: House) -> None:
    page = page_of(hotel_house, "30117")
    assert "<del><bdi>Classic</bdi></del> <ins><bdi>Superior patio</bdi></ins>" in page
    assert "<del><bdi>588.00</bdi></del> <ins><bdi>612.00</bdi></ins>" in page
    assert ", line 1" in page


def test_the_mark_of_a_guest_is_of_his_given_name_and_first_surname(hotel_house: House) -> None:
    later = house.READ_AT + timedelta(hours=1)
    house.take(hotel_house.link, make.profile(second_last_name="Lozano"), made_at=later)
    page = page_of(hotel_house, "30117")
    assert "Claire Fontanel Lozano" in page
    assert ">CF</span>" in page


def rooms_of(page: str) -> str:
    """The rooms of a stay's page as text."""
    return page.split("<h2>Rooms</h2>")[1].split("</section>", maxsplit=1)[0]


def moved(hotel_house: House) -> None:
    """From room 12, a Classic, to room 27, a Superior, in the midst of the stay."""
    given = {"number": "30201", "arrival_on": date(2026, 5, 19), "nights": 4,
             "status": Status.IN_HOUSE, "guests": [house.guest(profile="G4")]}  # fmt: skip
    house.take(
        hotel_house.link,
        make.reservation(room_number="31", room_category="Superior", **given),
        made_at=house.READ_AT + timedelta(days=1),
    )


def test_a_room_move_during_the_stay_shows_both_rooms_with_dates(hotel_house: House) -> None:
    rooms = rooms_of(page_of(hotel_house, "30201", "front_desk"))
    for room, dates in (("12", "19 to 21 May"), ("27", "21 to 23 May")):
        assert dates in rooms.split(f"<b>{room}</b>")[1].split("</div>")[0]


def test_marketing_reads_the_categories_of_a_move_and_no_number(hotel_house: House) -> None:
    moved(hotel_house)
    rooms = rooms_of(page_of(hotel_house, "30201", "marketing"))
    assert "Superior" in rooms
    assert "<b>" not in rooms


def test_rooms_are_those_that_were_known_on_the_day(hotel_house: House) -> None:
    rooms = rooms_of(page_of(hotel_house, "30201", "front_desk", "?on=2026-05-20"))
    assert "<b>12</b>" in rooms
    assert "19 to 23 May" in rooms
    assert "27" not in rooms


def test_a_category_is_told_by_its_name(hotel_house: House) -> None:
    with scope.everything():
        RoomCategory.objects.create(
            property=hotel_house.sirga, code="Superior patio", label="Patio room"
        )
    house.take(
        hotel_house.link,
        make.reservation(room_number="9", room_category="Superior patio"),
        made_at=house.READ_AT + timedelta(hours=1),
    )
    assert "Patio room" in rooms_of(page_of(hotel_house, "30117"))


def test_a_day_without_its_hour_says_that_only_the_day_is_known(hotel_house: House) -> None:
    record = make.reservation(number="30300", created_at=date(2026, 4, 2))
    house.take(hotel_house.link, record)
    booked = page_of(hotel_house, "30300").split("<dt>Booked</dt>")[1].split("</div>")[0]
    assert "only the day is known" in booked


def test_a_field_only_this_pms_has_is_shown_as_its_type(hotel_house: House) -> None:
    record = make.reservation(number="30301", custom={"late_arrival": True})
    house.take(hotel_house.link, record)
    page = page_of(hotel_house, "30301")
    assert "<dt>late_arrival</dt><dd><bdi>yes</bdi>" in page
    assert "late_arrival" not in page_of(hotel_house, "30301", "front_desk")


def park(hotel_house: House, key: str) -> None:
    """The newest record of this stay says a word nobody knows."""
    parcel = make.delivery(hotel_house.link, house.READ_AT, state="applied")
    part = Parked(line=7, code="unknown_status", reason="The file says TENT.",
                  facts={"word": "TENT"}, key=key, raw="30200;TENT")  # fmt: skip
    with scope.everything():
        inbox.park(parcel, [(1, part)], house.READ_AT)


def test_a_stay_whose_newest_record_is_parked_is_held_and_says_why(hotel_house: House) -> None:
    park(hotel_house, "30200/1")
    page = page_of(hotel_house, "30200")
    assert "The newest record of this stay was not understood and is parked" in page
    assert "The file says “TENT”." in page
    assert 'href="/connections/bio-files/#parked"' in page
    listed = hotel_house.client("front_desk").get("/today/").content.decode()
    assert "Pre-check-in: its newest record is parked" in listed
    assert "The newest record of this stay was not understood" in listed
    assert "is parked" not in page_of(hotel_house, "30117")


def test_marketing_sees_the_category_but_no_room_anywhere(hotel_house: House) -> None:
    page = page_of(hotel_house, "30201", "marketing")
    assert "<bdi>27</bdi>" not in page
    assert "<bdi>12</bdi>" not in page
    assert "hidden from your role" in page
    listed = hotel_house.client("marketing").get("/today/?list=in_house").content.decode()
    assert ">27<" not in listed
    assert ">27<" in hotel_house.client("front_desk").get("/today/?list=in_house").content.decode()


def test_money_is_hidden_in_the_facts_and_in_the_versions(hotel_house: House) -> None:
    page = page_of(hotel_house, "30117", "marketing")
    assert "612" not in page
    assert "588" not in page


def test_a_department_without_profiles_reads_no_name(hotel_house: House) -> None:
    assert "Claire" not in page_of(hotel_house, "30117", "department")
    listed = hotel_house.client("department").get("/today/").content.decode()
    assert "Nekane" not in listed
    assert "30200" in listed


def test_out_of_sight_is_told_apart_from_cancelled(hotel_house: House) -> None:
    page = page_of(hotel_house, "30202")
    assert "Missing since 21 May" in page
    assert "That is not a cancellation" in page
    assert '<span class="st missing">Out of sight</span>' in page


def test_imported_history_is_suppressed_and_says_so(hotel_house: House) -> None:
    page = page_of(hotel_house, "20001")
    assert "Suppressed: history import." in page


def test_a_stay_is_shown_as_it_was_known_on_a_day(hotel_house: House) -> None:
    page = page_of(hotel_house, "30117", more="?on=2026-05-20")
    facts = page.split("<dt>Category</dt>")[1][:120]
    assert "Classic" in facts
    assert "As known at the end of 20 May" in page


def test_before_it_was_known_the_page_says_so(hotel_house: House) -> None:
    page = page_of(hotel_house, "30117", more="?on=2026-05-01")
    assert "On 1 May 2026 this stay was not known yet." in page


def test_as_known_hides_what_the_role_hides_now(hotel_house: House) -> None:
    page = page_of(hotel_house, "30201", "marketing", "?on=2026-05-20")
    assert "<bdi>12</bdi>" not in page


def test_the_way_of_a_stay_keeps_every_state(hotel_house: House) -> None:
    states = [Status.CANCELLED, Status.CONFIRMED, Status.IN_HOUSE, Status.CHECKED_OUT]
    for hour, status in enumerate([*states, Status.IN_HOUSE], 1):
        record = make.reservation(status=status, source_status=status.value)
        house.take(hotel_house.link, record, made_at=house.READ_AT + timedelta(hours=hour))
    page = page_of(hotel_house, "30117")
    way = page.split("Way of this stay")[1].split("</ol>")[0]
    assert way.count('class="st ') == 6
    assert "Check-out taken back" in page


def test_who_left_a_stay_stays_on_its_page_with_a_date(hotel_house: House) -> None:
    house.take(
        hotel_house.link,
        make.reservation(guests=[house.guest(profile="G2")]),
        made_at=house.READ_AT + timedelta(hours=1),
    )
    page = page_of(hotel_house, "30117")
    people = page.split("<h2>People</h2>")[1].split("</section>")[0]
    assert "Nekane Olabarria" in people
    assert "Claire Fontanel" in people
    assert "handed over" in people


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("?status=in_house", "LÃ©onard", "Nekane"),
        ("?status=out_of_sight", "van Dongen", "Nekane"),
        ("?from=2026-05-23", "Claire", "Nekane"),
        ("?to=2025-12-31&from=2025-01-01", "Nekane", "Claire"),
        ("?hotel=BIO", "Nekane", "Ruth"),
    ],
)
def test_the_list_obeys_its_address(query: str, there: str, gone: str, hotel_house: House) -> None:
    page = hotel_house.client("general_manager").get(f"/stays/{query}").content.decode()
    table = page.split("<tbody")[1]
    assert there in table
    assert gone not in table


@pytest.mark.parametrize("query", ["?from=nonsense", "?after=x", "?status=gone", "?before=1.2.3"])
def test_nonsense_in_the_address_is_nothing_that_exists(query: str, hotel_house: House) -> None:
    assert hotel_house.client("front_desk").get(f"/stays/{query}").status_code == 404


def test_one_may_walk_to_earlier_arrivals_and_back(hotel_house: House) -> None:
    client = hotel_house.client("front_desk")
    page = client.get("/stays/").content.decode()
    earlier = page.split('rel="prev"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    before = client.get(f"/stays/{earlier}").content.decode()
    assert "2025" in before
    assert 'rel="next"' in before
