"""From each stay of a guest to his next: hotel by next hotel, of stays the reader may see (P03)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest

from staytrue.guests import flows
from staytrue.guests.flows import Period
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.models import Property
from staytrue.hotel.records import Reservation
from staytrue.inbox.models import Connection
from staytrue.kit import clock
from staytrue.mirror.models import Profile
from staytrue.staff.access import Access, access_of, house_access
from tests import make
from tests.guests.test_search import one_guest
from tests.staff import people
from tests.web import house

pytestmark = pytest.mark.django_db

YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))


@dataclass
class Group:
    """Three hotels; which profiles are one guest is said by the tests."""

    links: dict[str, Connection]

    def profile(self, code: str, source_id: str) -> int:
        named = make.profile(source_id=source_id, first_name="Ana", last_name=f"Prats {source_id}")
        house.take(self.links[code], named)
        with scope.everything():
            return Profile.objects.get(connection=self.links[code], source_id=source_id).pk

    def stay(self, code: str, source_id: str, arrival: str, **facts: object) -> None:
        given: dict[str, object] = {
            "number": f"{code}-{source_id}-{arrival}", "property": code, "nights": 2,
            "status": Status.CHECKED_OUT, "source_status": "Out",
            "arrival_on": date.fromisoformat(arrival),
            "guests": [house.guest(profile=source_id)],
        } | facts  # fmt: skip
        record: Reservation = make.reservation(**given)  # type: ignore[arg-type]
        house.take(self.links[code], record)

    def moves(self, access: Access | None = None, period: Period = YEAR) -> dict[str, int]:
        """The matrix by codes."""
        with scope.everything():
            found = flows.matrix(access or house_access("tests"), period)
        codes = {hotel.pk: hotel.code for hotel in found.hotels}
        return {f"{codes[one]} {codes[to]}": count for (one, to), count in found.moves.items()}


@pytest.fixture
def group() -> Iterator[Group]:
    with clock.use(lambda: house.NOW):
        hotels = {code: make.hotel(code, name=f"Hotel {code}") for code in ("BIO", "LIS", "GET")}
        yield Group({code: make.link(hotel, f"{code}-files") for code, hotel in hotels.items()})


def test_the_matrix_counts_each_guests_next_stay(group: Group) -> None:
    """Ana: Bilbao, Bilbao, Lisbon, Getaria, Lisbon. Bea: Lisbon, Bilbao. Carla: once only."""
    ana = [group.profile("BIO", "A1"), group.profile("LIS", "A2"), group.profile("GET", "A3")]
    bea = [group.profile("LIS", "B1"), group.profile("BIO", "B2")]
    group.profile("GET", "C1")
    one_guest(*ana)
    one_guest(*bea)
    for code, source_id, arrival in (
        ("BIO", "A1", "2024-06-01"), ("BIO", "A1", "2025-02-01"), ("LIS", "A2", "2025-03-01"),
        ("GET", "A3", "2025-05-01"), ("LIS", "A2", "2025-07-01"), ("LIS", "B1", "2025-01-10"),
        ("BIO", "B2", "2025-08-01"), ("GET", "C1", "2025-08-01"),
    ):  # fmt: skip
        group.stay(code, source_id, arrival)
    assert group.moves() == {
        "BIO BIO": 1, "BIO LIS": 1, "LIS GET": 1, "GET LIS": 1, "LIS BIO": 1,
    }  # fmt: skip
    # In 2024 nobody came a second time.
    assert group.moves(period=Period(date(2024, 1, 1), date(2024, 12, 31))) == {}


def test_two_profiles_that_nobody_joined_are_two_persons(group: Group) -> None:
    group.profile("BIO", "A1")
    group.profile("LIS", "A2")
    group.stay("BIO", "A1", "2025-02-01")
    group.stay("BIO", "A1", "2025-03-01")
    group.stay("LIS", "A2", "2025-04-01")
    assert group.moves() == {"BIO BIO": 1}


def test_rooms_of_one_visit_and_legs_of_one_booking_are_one_stay(group: Group) -> None:
    group.profile("BIO", "A1")
    group.stay("BIO", "A1", "2025-02-01", number="1", leg="1")
    group.stay("BIO", "A1", "2025-02-03", number="1", leg="2")
    group.stay("BIO", "A1", "2025-02-02", number="2")
    assert group.moves() == {}
    group.stay("BIO", "A1", "2025-06-01", number="3")
    assert group.moves() == {"BIO BIO": 1}


def test_who_only_booked_cancelled_or_is_yet_to_come_did_not_move(group: Group) -> None:
    group.profile("BIO", "A1")
    group.stay("BIO", "A1", "2025-02-01")
    group.stay("BIO", "A1", "2025-03-01", guests=[house.guest("booker", "A1")])
    group.stay("BIO", "A1", "2025-04-01", status=Status.CANCELLED)
    group.stay("BIO", "A1", "2025-05-01", status=Status.CONFIRMED)
    assert group.moves() == {}
    group.stay("BIO", "A1", "2025-06-01", guests=[house.guest("companion", "A1")])
    assert group.moves() == {"BIO BIO": 1}


def test_a_reader_of_two_hotels_learns_nothing_of_the_third(group: Group) -> None:
    one_guest(*(group.profile(code, f"{code}1") for code in ("BIO", "LIS", "GET")))
    for code, arrival in (("BIO", "2025-02-01"), ("GET", "2025-03-01"), ("LIS", "2025-04-01")):
        group.stay(code, f"{code}1", arrival)
    assert group.moves() == {"BIO GET": 1, "GET LIS": 1}
    hotels = [group.links[code].property for code in ("BIO", "LIS")]
    assert group.moves(access_of(people.member("marketing", at=hotels))) == {"BIO LIS": 1}
    only: Property = group.links["LIS"].property
    assert group.moves(access_of(people.member("marketing", at=only))) == {}


def test_each_number_is_as_many_stays_as_it_says(group: Group) -> None:
    one_guest(group.profile("BIO", "A1"), group.profile("LIS", "A2"))
    group.stay("BIO", "A1", "2025-02-01")
    group.stay("LIS", "A2", "2025-03-01")
    group.stay("BIO", "A1", "2025-04-01")
    group.stay("LIS", "A2", "2025-05-01")
    assert group.moves() == {"BIO LIS": 2, "LIS BIO": 1}
    ids = [group.links[code].property_id for code in ("BIO", "LIS")]
    with scope.everything():
        found = flows.moves(house_access("tests"), YEAR, *ids)
    assert [(move.name, move.arrival_on, move.next_arrival_on) for move in found] == [
        ("Ana Prats A2", date(2025, 4, 1), date(2025, 5, 1)),
        ("Ana Prats A2", date(2025, 2, 1), date(2025, 3, 1)),
    ]
