"""Hoteliers' own examples of check-outs and points, by the product's own actions from end to end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from staytrue.flow import checking_out, jobs, reactions
from staytrue.guests import links
from staytrue.guests.accounts import configuring, considering, lists
from staytrue.guests.accounts.lists import Tally
from staytrue.guests.accounts.rules import Kind
from staytrue.guests.accounts.runs import Days
from staytrue.guests.models import Account, CheckOut, CheckOutRun
from staytrue.hotel import scope
from staytrue.hotel.codes import GuestRole, Status
from staytrue.hotel.records import Email, GuestOnBooking, Phone
from staytrue.kit.errors import Refused
from staytrue.loyalty import moving, pauses, queries
from staytrue.loyalty.models import PointsEntry, Seal
from staytrue.mirror.models import Profile
from staytrue.staff.access import Access
from staytrue.staff.models import AuditEntry
from tests import make
from tests.loyalty import scene
from tests.loyalty.scene import MAY_1, bill, entries, left, live, programme
from tests.make import NOON
from tests.staff import people
from tests.web import house
from tests.web.house import House

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def chief() -> Access:
    return people.access("administrator")


def run(at: House, first: date, last: date) -> CheckOutRun:
    return checking_out.run(chief(), Days(first, last, (at.sirga.pk,)), NOON)


def report(made: CheckOutRun) -> lists.Report:
    with scope.everything():
        return lists.report(made)


def history(at: House, *guests: str, day: date = MAY_1, **facts: Any) -> None:
    """These guests left before anybody looked: an import brought them."""
    scene.known(at, guests)
    stays = [
        make.reservation(
            **{"number": f"{guest}-{day}", "status": Status.CHECKED_OUT, "arrival_on": day - 3 * DAY,
               "guests": [house.guest(profile=guest)],
               "checked_out_at": datetime(day.year, day.month, day.day, 9, tzinfo=UTC), **facts}
        )
        for guest in guests
    ]  # fmt: skip
    house.take(at.link, *stays, imported=True)


def test_a_check_out_at_11_02_has_account_and_points_a_minute_after_it_is_told(
    tmp_path: Path,
) -> None:
    at = programme()
    scene.known(at, ["G1"])
    out = datetime(2026, 5, 21, 11, 2, tzinfo=UTC)
    lag = timedelta(minutes=4)
    stay = make.reservation(guests=[GuestOnBooking(GuestRole.PRIMARY, "G1")])
    for word, when in (("In house", out - DAY), ("Checked out", out + lag)):
        told = msgspec.structs.replace(stay, source_status=word)
        make.take(at.link, make.stays_file(tmp_path, when, told), when)
    # The worker settles what a delivery changed as soon as it is in.
    reactions.settle(out + lag + timedelta(seconds=30))
    with scope.everything():
        entry, account = PointsEntry.objects.get(), Account.objects.get()
        assert max(entry.at, account.opened_at) < out + lag + timedelta(minutes=1)
        audited = AuditEntry.objects.filter(action="account_opened", object=f"account:{account.pk}")
        assert (entry.points, audited.count(), CheckOut.objects.get().account_id) == (
            75,
            1,
            account.pk,
        )
    jobs.find_check_outs(out + DAY)
    assert checking_out.find_left_out(out + DAY) == 0
    assert entries() == [("award", 75)]


def test_the_fourth_hotel_blocks_visibly_and_its_check_outs_wait() -> None:
    at = programme()
    third, fourth = (make.hotel(code, name=code) for code in ("NIC", "OPO"))
    link = make.link(fourth, "opo-files")
    with scope.everything():
        for hotel in (at.other, third):
            configuring.set_for(chief(), hotel, {}, NOON)
        assert [pk for pk, how in configuring.settings().items() if how is None] == [fourth.pk]
    there = House(fourth, at.sirga, link, at.link)
    left(there, "G1", "G2", "G3")
    with scope.everything():
        assert lists.waiting(chief()) == {fourth.pk: 3}
        assert not Account.objects.exists()
        configuring.set_for(chief(), fourth, {}, NOON)
    assert checking_out.find_left_out(NOON) == 3
    assert entries() == [("award", 75)] * 3


def test_where_nobody_is_added_members_have_their_points_and_the_others_are_listed() -> None:
    at = programme()
    members = [f"M{n}" for n in range(4)]
    left(at, *members)
    with scope.everything():
        configuring.set_for(chief(), at.sirga, {"adds_new": False}, NOON)
    before = len(entries())
    history(at, *members, *(f"N{n}" for n in range(6)), day=MAY_1 + 9 * DAY)
    made = run(at, MAY_1 + 9 * DAY, MAY_1 + 9 * DAY)
    assert report(made).rows == (Tally("member", "", "", 4), Tally("not_added", "", "", 6))
    assert report(made).given == (Tally("", "", "", 4, 300),)
    assert len(entries()) - before == 4
    with scope.everything():
        assert len(lists.of_run(chief(), made, "not_added")) == 6
        assert Account.objects.count() == 4


def test_a_run_reports_every_check_out_of_its_days_once_with_the_reason() -> None:
    at = programme()
    with scope.everything():
        configuring.set_for(chief(), at.sirga, {"qualifying": {"not_rate_codes": ["COMP"]}}, NOON)
    left(at, "G1")
    history(at, "G2", "G3")
    history(at, "G4", rate_code="COMP")
    # Booked for the 7th, but gone after the hotel's day of the 7th was over; and one before it was.
    for guest, hour in (("G5", 5), ("G6", 0)):
        out = datetime(2026, 5, 8, hour, tzinfo=UTC)
        history(at, guest, day=date(2026, 5, 7), checked_out_at=out)
    first, last = MAY_1, date(2026, 5, 7)
    made = run(at, first, last)
    told = report(made)
    rows = {(each.outcome, each.why, each.word): each.stays for each in told.rows}
    assert rows[("not_qualifying", "rate", "COMP")] == 1
    assert rows[("already", "", "")] == 1
    assert sum(rows.values()) == made.stays == 5
    with scope.everything():
        days = {line.number: line.left_on for line in lists.of_run(chief(), made)}
    assert set(days) == {"G1-2026-05-01", "G2-2026-05-01", "G3-2026-05-01", "G4-2026-05-01",
                         "G6-2026-05-07"}  # fmt: skip
    assert all(first <= day <= last for day in days.values())
    given = {each.why: (each.stays, each.points) for each in told.given}
    assert given[""][1] == given[""][0] * 75
    # A second run adds nothing, and leaves the report of the first as it was.
    again = run(at, first, last)
    assert sum(each.points for each in report(again).given) == 0
    assert report(made) == told


def test_a_type_of_ones_own_is_in_both_lists_and_a_retired_one_stays_readable() -> None:
    at = programme()
    with scope.everything():
        configuring.add_type(
            chief(), Kind.PHONE, "assistant", "Assistant", ["PA"], NOON, "Asked for"
        )
        both = {"phone_1": "fax", "phone_2": "assistant"}
        configuring.set_for(chief(), at.sirga, both, NOON)
    house.take(at.link, make.profile(
        source_id="G1", phones=[Phone("944 1", "+349441", "Fax"), Phone("600 1", "+346001", "pa")],
        emails=[Email("c@work.example", "work")],
    ))  # fmt: skip
    scene.known(at, ["G2"])
    with scope.everything():
        ids = list(Profile.objects.filter(source_id="G1").values_list("pk", flat=True))
        from_now = links.note(links.Act(links.Kind.CREATED, "tests"), NOON)
        links.move({ids[0]: links.open_guests(1, NOON)[0]}, from_now, NOON)
    left(at, "G1")
    with scope.everything():
        account = Account.objects.get()
        assert (account.phone_1, account.phone_2, account.email) == ("+349441", "+346001", "")
        with pytest.raises(Refused) as refused:
            configuring.retire_type(chief(), Kind.PHONE, "fax", NOON)
        assert refused.value.code == "type_in_use"
        swapped = {"phone_1": "assistant", "phone_2": "home"}
        configuring.set_for(chief(), at.sirga, swapped, NOON, "No fax any more")
        configuring.retire_type(chief(), Kind.PHONE, "fax", NOON)
        account.refresh_from_db()
        assert account.phone_1 == "+349441"
        assert [each.code for each in configuring.types() if each.retired_at] == ["fax"]
        reasons = AuditEntry.objects.filter(object__startswith="checkout_setting").values_list(
            "reason"
        )
        assert ("No fax any more",) in list(reasons)


def test_56_skipped_check_outs_never_get_their_points_back() -> None:
    at = programme()
    off = pauses.pause(chief(), at.sirga, MAY_1, None, NOON, "Points come in June")
    guests = [f"G{n}" for n in range(56)]
    stays = left(at, *guests)
    with scope.everything():
        assert (Account.objects.count(), Seal.objects.count()) == (56, 56)
    pauses.end(chief(), off.pk, MAY_1, NOON, "June")
    assert scene.settle(stays) == 0
    made = run(at, MAY_1, MAY_1)
    assert sum(each.points for each in report(made).given) == 0
    assert entries() == []
    # New terms that count for the past too give them nothing either.
    live({"rules": [{"key": "more", "per": "night", "points": 40}]}, from_on=MAY_1)
    assert scene.settle(stays) == 0
    with scope.everything():
        account = Account.objects.order_by("pk")[0].pk
    moving.adjust(chief(), account, 75, "Promised at the desk", NOON)
    assert entries() == [("adjustment", 75)]


def test_before_a_pause_it_is_said_how_many_stays_it_would_seal() -> None:
    at = programme()
    left(at, "G1")
    house.take(at.link, *(
        make.reservation(number=f"N{n}", arrival_on=MAY_1 + DAY, nights=n + 1) for n in range(3)
    ))  # fmt: skip
    assert pauses.would_seal(chief(), at.sirga, MAY_1, None) == 3
    assert pauses.would_seal(chief(), at.sirga, MAY_1, MAY_1 + 3 * DAY) == 2


def test_an_imported_history_is_not_considered_until_a_run_awards_it_once() -> None:
    at = programme()
    history(at, "G1", "G2")
    reactions.settle(NOON)
    assert checking_out.find_left_out(NOON) == 0
    assert entries() == []
    assert report(run(at, MAY_1, MAY_1)).given == (Tally("", "", "", 2, 150),)
    assert report(run(at, MAY_1, MAY_1)).given == (Tally("", "before", "", 2, 0),)
    assert entries() == [("award", 75)] * 2


def test_the_year_five_years_back_gives_500_for_each_stay() -> None:
    year = {"first": "2021-01-01", "last": "2021-12-31", "by": "arrival"}
    at = programme({"rules": [{"key": "back", "per": "stay", "points": 500, "dates": year}]})
    history(at, "G1", "G2", day=date(2021, 6, 10))
    history(at, "G1", day=date(2021, 9, 10))
    # Over New Year: arrived in the year, left after it; and the other way round.
    history(at, "G3", day=date(2022, 1, 2))
    history(at, "G4", day=date(2021, 1, 2))
    run(at, date(2020, 12, 1), date(2022, 2, 1))
    given = {guest: [points for _, points in entries(guest)] for guest in ("G1", "G2", "G3", "G4")}
    assert given == {"G1": [500, 500], "G2": [500], "G3": [500], "G4": []}


@pytest.mark.parametrize(("window", "tier"), [("rolling", "Gold"), ("calendar", "")])
def test_500_and_300_points_around_new_year_carry_under_rolling_alone(
    window: str, tier: str
) -> None:
    gold = {"key": "gold", "name": "Gold", "any_of": [[{"measure": "points", "at_least": 700}]]}
    at = programme({"mode": "room_charge", "room_charge": 1},
                   ladder={"tiers": [gold], "window": window})  # fmt: skip
    left(at, "G1", day=date(2025, 12, 20), folio=bill(500))
    left(at, "G1", day=date(2026, 1, 10), folio=bill(300))
    with scope.everything():
        profile = Profile.objects.get(source_id="G1").pk
        guest = links.guests_of([profile])[profile]
    member = queries.member(chief(), guest, date(2026, 1, 11))
    assert member
    assert member.points
    assert (member.points.balance, member.points.tier_name) == (800, tier)


def test_with_the_module_off_guests_are_entered_and_nothing_says_points() -> None:
    at = programme()
    with scope.everything():
        checking_out.turn_module(chief(), None, NOON, on=False, reason="Not yet")
    history(at, "G1")
    made = run(at, MAY_1, MAY_1)
    assert (made.counts, report(made).given) == ({"added": 1}, ())
    with scope.everything():
        account = Account.objects.get()
        guest = considering.found([CheckOut.objects.get().reservation_id])[0].guest_id
    assert guest
    member = queries.member(chief(), guest, MAY_1)
    assert member
    assert (member.account, member.points) == (account, None)
    # Once it is on, what was checked out meanwhile has its points.
    checking_out.turn_module(chief(), None, NOON, on=True)
    reactions.settle(NOON)
    assert entries() == [("award", 75)]
