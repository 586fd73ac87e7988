"""Points on the running database: awarded once, corrected and countered by entries of their own."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from staytrue.guests.models import Account
from staytrue.hotel import scope
from staytrue.hotel.codes import FolioKind
from staytrue.hotel.records import FolioLine
from staytrue.loyalty import modules
from staytrue.loyalty.models import AwardPause, CountedStay, PointsEntry, Seal
from staytrue.mirror.models import Reservation
from staytrue.staff import audit
from tests.loyalty.scene import MAY_1, bill, entries, left, live, programme, settle
from tests.make import NOON
from tests.staff import people
from tests.web.house import House

pytestmark = pytest.mark.django_db
PER_UNIT = {"mode": "room_charge", "room_charge": 1}


def test_a_check_out_is_awarded_once_however_often_it_is_replayed() -> None:
    stays = left(programme(), "G1")
    for _ in range(5):
        assert settle(stays) == 0
    assert entries() == [("award", 75)]
    with scope.everything():
        counted = CountedStay.objects.get()
    assert (counted.points, counted.nights, counted.why) == (75, 3, "")


def test_a_check_out_taken_back_is_countered_and_awarded_again() -> None:
    stays = left(programme(), "G1")
    for status in ("in_house", "checked_out"):
        with scope.everything():
            Reservation.objects.update(status=status)
        settle(stays)
    assert entries() == [("award", 75), ("counter", -75), ("correction", 75)]


def test_a_corrected_bill_changes_points_by_an_entry_of_its_own() -> None:
    at = programme(PER_UNIT)
    left(at, "G1", folio=bill(300, 80))
    assert entries() == [("award", 300)]
    given_back = FolioLine(
        "3", FolioKind.CORRECTION, amount=Decimal(-50), corrects="1", currency="EUR"
    )
    left(at, "G1", folio=bill(300, 80, given_back))
    assert entries() == [("award", 300), ("correction", -50)]


def test_new_terms_count_for_check_outs_from_their_day_on() -> None:
    at = programme()
    live({"rules": [{"key": "more", "per": "night", "points": 40}]}, from_on=date(2026, 6, 1))
    left(at, "G1", day=date(2026, 5, 31))
    left(at, "G1", day=date(2026, 6, 1))
    assert entries() == [("award", 75), ("award", 120)]


def pause(at: House, first: date, last: date | None) -> AwardPause:
    with scope.everything(), audit.acting("tests", NOON):
        return AwardPause.objects.create(
            property=at.sirga, from_on=first, until_on=last, set_by="tests", set_at=NOON
        )


def test_56_check_outs_in_a_pause_give_56_accounts_and_no_points_for_ever() -> None:
    at = programme()
    off = pause(at, MAY_1, None)
    stays = left(at, *(f"G{n}" for n in range(56)))
    with scope.everything():
        assert (Account.objects.count(), Seal.objects.count()) == (56, 56)
        with audit.acting("tests", NOON):
            off.until_on = MAY_1
            off.save()
    assert settle(stays) == 0
    assert entries() == []
    left(at, "G1", day=MAY_1 + timedelta(days=1))
    assert entries() == [("award", 75)]


@pytest.mark.parametrize(("rooms", "points"), [("each", [500, 500]), ("once", [500])])
def test_two_rooms_of_one_booking_earn_twice_or_once(rooms: str, points: list[int]) -> None:
    at = programme({"rules": [{"key": "stay", "per": "stay", "points": 500, "rooms": rooms}]})
    first = left(at, "G1", number="N1", leg="1")
    both = left(at, "G1", number="N1", leg="2")
    settle([*first, *both])
    assert [given for _, given in entries()] == points


def test_without_a_programme_a_check_out_still_enters_the_guest_and_nothing_is_counted() -> None:
    at = programme()
    with scope.everything():
        modules.turn(people.access("administrator"), None, NOON, on=False)
    left(at, "G1")
    assert entries() == []
    with scope.everything():
        assert Account.objects.count() == 1
        assert not CountedStay.objects.exists()


def test_the_ledger_refuses_to_be_edited() -> None:
    left(programme(), "G1")
    for act in (PointsEntry.objects.all().delete, lambda: PointsEntry.objects.update(points=1)):
        with pytest.raises(DatabaseError), scope.everything(), transaction.atomic():
            act()


def test_another_name_on_the_reservation_moves_the_points() -> None:
    at = programme()
    left(at, "G1", number="N1")
    left(at, "G2", number="N1")
    assert (entries("G1"), entries("G2")) == ([("award", 75), ("counter", -75)], [("award", 75)])
