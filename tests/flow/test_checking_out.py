"""From the mirrored check-out to account and points, by the worker's own rounds."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from staytrue.changes import pending
from staytrue.changes.kinds import Kind
from staytrue.flow import checking_out, reactions
from staytrue.guests import links
from staytrue.guests.accounts import configuring, considering
from staytrue.guests.models import Account, CheckOut, CheckOutSetting
from staytrue.hotel import scope
from staytrue.hotel.codes import GuestRole
from staytrue.hotel.records import Email, GuestOnBooking, Profile
from staytrue.loyalty import ending
from staytrue.loyalty.models import TermsVersion
from staytrue.staff import audit
from tests import make
from tests.consent.scenes import person
from tests.loyalty import scene
from tests.loyalty.scene import entries, programme
from tests.make import NOON
from tests.staff import people
from tests.web import house

pytestmark = pytest.mark.django_db


def test_a_check_out_in_a_file_enters_the_guest_and_his_points(tmp_path: Path) -> None:
    at = programme()
    scene.known(at, ["G1"])
    stay = make.reservation(guests=[GuestOnBooking(GuestRole.PRIMARY, "G1")])
    for hours, word in enumerate(("In house", "Checked out", "Checked out")):
        when = NOON + timedelta(hours=hours)
        told = msgspec.structs.replace(stay, source_status=word)
        make.take(at.link, make.stays_file(tmp_path, when, told), when)
        reactions.settle(when)
        assert entries() == [("award", 75)] * (hours > 0)
    # The safety pass of the next day finds nothing to do.
    assert checking_out.find_left_out(NOON + timedelta(hours=24)) == 0
    with scope.everything():
        assert Account.objects.count() == 1


def test_parted_again_each_has_his_contacts_as_his_own_last_check_out_gave_them() -> None:
    at = programme()
    with scope.everything():
        configuring.set_for(people.access("administrator"), at.sirga, {"email": "home"}, NOON)
    both = [moved(name, f"{name.lower()}@casa.example") for name in ("G1", "G2")]
    house.take(at.link, *both)
    with scope.everything():
        ids = [at.guest("G1"), at.guest("G2")]
        links.open_for(ids, "tests", 1, NOON)
        guest = links.guests_of(ids)[ids[0]]
    scene.left(at, "G1")
    with scope.everything():
        merged = links.note(links.Act(links.Kind.MERGED, "tests"), NOON)
        links.move({ids[1]: guest}, merged, NOON)
    scene.left(at, "G2", day=scene.MAY_1 + timedelta(days=9))
    with scope.everything():
        assert Account.objects.get().email == "g2@casa.example"
    # Both write from elsewhere since; no check-out has told so.
    elsewhere = [moved(name, f"{name.lower()}@new.example") for name in ("G1", "G2")]
    house.take(at.link, *elsewhere, made_at=NOON + timedelta(hours=1))
    with scope.everything():
        parted = links.note(links.Act(links.Kind.SPLIT, "tests"), NOON)
        links.move({ids[1]: links.open_guests(1, NOON)[0]}, parted, NOON)
        checking_out.settle_parted(ids, NOON)
        told = dict(Account.objects.values_list("profile_id", "email"))
    assert told == {ids[0]: "g1@casa.example", ids[1]: "g2@casa.example"}


def moved(name: str, address: str) -> Profile:
    return replace(person(name, f"Ana {name}"), emails=[Email(address, "home")])


def test_whoever_is_anonymised_leaves_no_contacts_in_the_list() -> None:
    at = programme()
    with scope.everything():
        configuring.set_for(people.access("administrator"), at.sirga, {"email": "home"}, NOON)
    guest = moved("G1", "ana@casa.example")
    house.take(at.link, guest)
    with scope.everything():
        links.open_for([at.guest("G1")], "tests", 1, NOON)
    scene.left(at, "G1")
    with scope.everything():
        assert Account.objects.get().email == "ana@casa.example"
        assert CheckOut.objects.get().taken["email"] == "ana@casa.example"
    later = NOON + timedelta(hours=1)
    gone = replace(guest, last_name="", first_name="", emails=[], anonymised=True)
    house.take(at.link, gone, made_at=later)
    forget = considering.forget_contacts
    assert reactions.REACTIONS[forget] == {Kind.PROFILE_ANONYMISED}
    with scope.everything():
        pending.add(forget.__name__, "profile", [at.guest("G1")], later)
    reactions.settle(later)
    with scope.everything():
        assert Account.objects.get().email == ""
        assert "ana@casa.example" not in str(CheckOut.objects.get().taken)


def test_what_waited_for_its_hotel_comes_in_once_it_is_configured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scene, "settle", lambda _ids: 0)
    at = programme()
    with scope.everything(), audit.acting("tests", NOON):
        CheckOutSetting.objects.all().delete()
    scene.left(at, "G1", "G2")
    reactions.settle(NOON)
    assert checking_out.find_left_out(NOON) == 0
    with scope.everything():
        configuring.set_for(people.access("administrator"), at.sirga, {}, NOON)
    assert checking_out.find_left_out(NOON) == 2
    assert entries() == [("award", 75), ("award", 75)]


@pytest.mark.parametrize(
    ("today", "months", "until"),
    [
        (date(2026, 5, 31), 12, date(2025, 4, 30)),
        (date(2026, 1, 1), 1, date(2025, 11, 30)),
        (date(2026, 3, 31), 24, date(2024, 2, 29)),
    ],
)
def test_points_end_with_a_month(today: date, months: int, until: date) -> None:
    assert ending.earned_until(today, months) == until


def test_the_hourly_duty_ends_what_is_too_old_once() -> None:
    scene.left(programme(), "G1", day=date(2024, 5, 1))
    with scope.everything(), audit.acting("tests", NOON):
        TermsVersion.objects.update(expires_after=24)
    assert checking_out.end_points(NOON) == 0
    with scope.everything(), audit.acting("tests", NOON):
        TermsVersion.objects.update(expires_after=23)
    assert checking_out.end_points(NOON) == 75
    assert checking_out.end_points(NOON) == 0
    assert entries() == [("award", 75), ("expiry", -75)]
