"""Thirty virtual days of OPERA Cloud with all its vices: the mirror equals the truth afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest

from staytrue.connectors.base import Hint, Settings
from staytrue.connectors.opera_cloud.connector import OperaCloud as Connector
from staytrue.hotel.codes import FolioKind, Status
from staytrue.kit.http import Client
from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.pms.opera_cloud import ALL, OperaCloud, Quirk
from staytrue.lab.pms.serving import Served
from tests.lab.pms.follower import Clock, Follower, Wire, differences

TODAY = date(2026, 5, 21)
START = datetime(2026, 5, 21, 6, tzinfo=UTC)
DAYS = 30
# The bill is compared apart; of a merge only the event tells the survivor.
APART = {"folio"}


@cache
def world() -> World:
    """A small hotel, three weeks before and ten weeks after the day of the tests."""
    first, last = TODAY - timedelta(days=21), TODAY + timedelta(days=70)
    return build_world(7, hotel_sirga(rooms=12), first, last, today=TODAY)


def house(lab: OperaCloud, url: str = "http://opera.lab") -> Callable[[datetime], Settings]:
    """A connection to it."""
    values = {**lab.settings_values(), "base_url": url, "days_ahead": "188"}
    return lambda now: Settings("BIO", "Europe/Madrid", "ES", "EUR", now, values)


def follower(quirks: frozenset[Quirk] = ALL) -> tuple[OperaCloud, Follower]:
    """A hotel and who mirrors it."""
    clock = Clock(START)
    lab = OperaCloud(world(), clock, quirks=quirks)
    return lab, Follower(Connector(), Wire(lab.answer), house(lab), clock)


@cache
def month() -> tuple[OperaCloud, Follower]:
    """All vices, thirty days of a look each ten minutes, then a quiet day and one look at guests."""
    lab, mirror = follower()
    for _ in mirror.run(START + timedelta(days=DAYS), timedelta(minutes=10)):
        pass
    # The reconciliation: whoever is known is read again, as no list of changed guests exists.
    mirror.take_hints([Hint("profile", id_) for id_ in mirror.profiles])
    for _ in mirror.run(mirror.clock() + timedelta(hours=6), timedelta(minutes=1)):
        pass
    return lab, mirror


def test_after_a_month_the_mirror_equals_the_truth_field_by_field() -> None:
    lab, mirror = month()
    assert not differences(mirror.reservations, lab.book.truth(mirror.clock()), APART)


def test_after_a_month_every_guest_equals_the_truth() -> None:
    lab, mirror = month()
    truth = lab.book.profile_truth(mirror.clock())
    known = {id_: truth[id_] for id_ in mirror.profiles}
    assert not differences(mirror.profiles, known, {"merged_into"})


def test_every_guest_of_a_stay_is_known() -> None:
    _, mirror = month()
    roster = {guest.profile for stay in mirror.reservations.values() for guest in stay.guests}
    assert roster <= mirror.profiles.keys()


def test_events_were_lost_and_nothing_else_was() -> None:
    lab, mirror = month()
    lost = {event.key for event in lab.timeline.lost
            if event.module == "Reservation" and START < event.at < mirror.clock()}  # fmt: skip
    assert lost
    assert lost <= mirror.reservations.keys()


def test_no_posting_master_and_no_other_hotel_entered() -> None:
    lab, mirror = month()
    assert not {held.stay.number for held in lab.book.pseudo} & mirror.reservations.keys()
    assert {stay.property for stay in mirror.reservations.values()} == {"BIO"}


def test_a_refused_call_gives_a_rest_and_never_more_than_the_limit_got_through() -> None:
    lab, _ = month()
    assert lab.refused
    assert len(lab.calls) <= 60


def test_a_no_show_that_no_event_told_is_found_by_the_sweep() -> None:
    lab, mirror = month()
    told = {event.key for event in lab.timeline.events if event.action == "NO SHOW"}
    truth = lab.book.truth(mirror.clock())
    silent = {number for number, stay in truth.items() if stay.status is Status.NO_SHOW} - told
    assert silent
    assert all(mirror.reservations[number].status is Status.NO_SHOW for number in silent)


def test_a_reinstated_stay_is_alive_though_its_cancellation_stayed_behind() -> None:
    lab, mirror = month()
    alive = [
        number
        for number, life in lab.book.stays.items()
        if (held := life.state_at(mirror.clock()))
        and held.cancelled_on
        and held.stay.status is not Status.CANCELLED
    ]
    assert alive
    assert all(mirror.reservations[number].cancelled_at is None for number in alive)


def test_the_bill_holds_late_and_corrected_lines() -> None:
    _, mirror = month()
    lines = [line for stay in mirror.reservations.values() for line in stay.folio]
    kinds = {line.kind for line in lines}
    assert {FolioKind.ROOM, FolioKind.PAYMENT, FolioKind.CORRECTION} <= kinds


def test_merged_guests_hang_on_the_survivor() -> None:
    lab, mirror = month()
    gone = {victim for victim, (_, at) in lab.book.merged.items() if at <= mirror.clock()}
    roster = {guest.profile for stay in mirror.reservations.values() for guest in stay.guests}
    assert gone
    assert not gone & roster


def test_rooms_are_counted_once_though_guests_share_them() -> None:
    _, mirror = month()
    sharers = [stay for stay in mirror.reservations.values() if stay.custom.get("is_sharer")]
    assert sharers
    assert all(stay.amount is None for stay in sharers)


def test_a_booking_for_two_rooms_becomes_two_of_one_confirmation() -> None:
    _, mirror = month()
    legs = [stay for stay in mirror.reservations.values() if int(stay.number) >= 6_000_000]
    assert legs
    for leg in legs:
        first = mirror.reservations[str(int(leg.number) - 6_000_000)]
        assert (leg.group_number, "rooms" in first.custom) == (first.group_number, False)


def test_the_same_seed_gives_the_same_month() -> None:
    runs = []
    for _ in range(2):
        lab, mirror = follower()
        for _ in mirror.run(START + timedelta(days=2), timedelta(minutes=10)):
            pass
        runs.append((mirror.http.asked, mirror.reservations, lab.refused))
    assert runs[0] == runs[1]


@pytest.mark.parametrize("quirk", sorted(ALL))
def test_each_vice_alone_leaves_the_mirror_true(quirk: Quirk) -> None:
    lab, mirror = follower(frozenset({quirk}))
    for _ in mirror.run(START + timedelta(days=3), timedelta(minutes=10)):
        pass
    end = mirror.clock() + timedelta(hours=4)
    for _ in mirror.run(end, timedelta(minutes=2)):
        pass
    truth = lab.book.truth(mirror.clock())
    # What changed in the last hour may still wait for its late event or the next sweep.
    fresh = {number for number, stay in truth.items()
             if stay.modified_at and stay.modified_at > end - timedelta(hours=2)}  # fmt: skip
    old = {number: stay for number, stay in truth.items() if number not in fresh}
    known = {number: stay for number, stay in mirror.reservations.items() if number not in fresh}
    assert not differences(known, old, APART)


def test_over_a_real_socket_it_is_the_same() -> None:
    clock = Clock(START)
    lab = OperaCloud(world(), clock, quirks=ALL - {Quirk.RATE_LIMIT, Quirk.SERVER_ERRORS})
    number = next(n for n, stay in lab.book.truth(START).items() if stay.status is Status.IN_HOUSE)
    with Served(lab.answer) as served:
        allowed = frozenset({served.authority})
        with Client(allow_private=allowed) as client:
            settings = house(lab, served.url)(START)
            connector = Connector()
            assert connector.check(client, settings)
            found = connector.read(Hint("reservation", number), client, settings)
            assert found
            read = next(iter(connector.translate(found.body, settings, found.context)))
    truth = lab.book.truth(START)
    mirrored = {number: read.reservations[0]}
    assert not differences(mirrored, {number: truth[number]}, APART)
