"""Lives of bookings are consistent, and their mix is that of the real file."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from staytrue.hotel.codes import FINAL, Channel, Status
from staytrue.hotel.records import Reservation
from staytrue.lab.bookings import World, build_world, counts
from staytrue.lab.house import hotel_sirga
from staytrue.lab.life import Life


@pytest.fixture(scope="module")
def lives(world: World) -> list[Life[Reservation]]:
    return list(world.bookings.values())


def test_the_same_seed_makes_the_same_world(today: date) -> None:
    span = today, today + timedelta(days=20)
    one, two = (build_world(9, hotel_sirga(rooms=10), *span, today=today) for _ in range(2))
    assert one == two
    assert one != build_world(10, hotel_sirga(rooms=10), *span, today=today)


def test_versions_follow_each_other_in_time(lives: list[Life[Reservation]]) -> None:
    for life in lives:
        instants = [at for at, _, _ in life.versions]
        assert instants == sorted(set(instants))
        assert [record.modified_at for _, _, record in life.versions] == instants


def test_every_booking_ends_in_a_final_status(lives: list[Life[Reservation]]) -> None:
    assert {life.last.status for life in lives} == FINAL


def test_nights_are_the_days_between_arrival_and_departure(lives: list[Life[Reservation]]) -> None:
    for life in lives:
        for _, _, record in life.versions:
            assert record.nights == (record.departure_on - record.arrival_on).days >= 0


def test_guests_come_on_their_day_of_arrival_and_go_on_their_day_of_departure(
    world: World,
) -> None:
    zone = world.house.zone
    came = [b.last for b in world.bookings.values() if b.last.status is Status.CHECKED_OUT]
    for record in came:
        assert isinstance(record.checked_in_at, datetime)
        assert isinstance(record.checked_out_at, datetime)
        assert record.checked_in_at.astimezone(zone).date() == record.arrival_on
        assert record.checked_out_at.astimezone(zone).date() == record.departure_on
        assert record.room_number


def test_a_cancelled_booking_says_when_and_a_living_one_does_not(
    lives: list[Life[Reservation]],
) -> None:
    for life in lives:
        for _, _, record in life.versions:
            assert (record.cancelled_at is not None) is (record.status is Status.CANCELLED)


def test_nobody_is_moved_to_a_day_already_past(lives: list[Life[Reservation]]) -> None:
    for life in lives:
        for at, what, record in life.versions:
            if what in ("created", "moved"):
                assert record.arrival_on >= at.date()


def test_no_two_parties_sleep_in_one_room(world: World) -> None:
    nights: Counter[tuple[str, date]] = Counter()
    for life in world.bookings.values():
        rooms = [(r.room_number, at.date()) for at, _, r in life.versions if r.room_number]
        for offset in range(life.last.nights if life.last.room_number else 0):
            night = life.last.arrival_on + timedelta(days=offset)
            room = [number for number, since in rooms if since <= night][-1]
            nights[str(room), night] += 1
    assert max(nights.values()) == 1


def test_amounts_add_up_to_the_cent(lives: list[Life[Reservation]]) -> None:
    for record in (life.last for life in lives):
        assert record.amount is not None
        assert record.room_amount is not None
        assert record.amount >= record.room_amount + sum(e.amount or 0 for e in record.extras)
        assert record.amount.as_tuple().exponent == -2


def test_the_roster_names_known_profiles(world: World) -> None:
    for life in world.bookings.values():
        for at, _, record in life.versions:
            states = [world.profiles[guest.profile].state_at(at) for guest in record.guests]
            assert states
            assert None not in states


def test_the_view_of_an_instant_holds_what_was_made_by_then(world: World, today: date) -> None:
    at = world.house.instant(today, 190)
    seen = {record.number for record in world.bookings_at(at)}
    assert seen == {number for number, life in world.bookings.items() if life.first_at <= at}


def test_endings_are_mixed_as_documented(lives: list[Life[Reservation]]) -> None:
    ends = Counter(life.last.status for life in lives)
    print(counts(life.last for life in lives))
    assert 0.23 < ends[Status.CANCELLED] / len(lives) < 0.33
    assert 0.01 < ends[Status.NO_SHOW] / len(lives) < 0.035


def test_changes_before_arrival_are_mixed_as_documented(lives: list[Life[Reservation]]) -> None:
    changed = {"moved", "category changed", "guest replaced"}
    share = sum(bool(changed & {what for _, what, _ in life.versions}) for life in lives)
    assert 0.07 < share / len(lives) < 0.15


def test_channels_and_lead_times_are_those_of_the_file(lives: list[Life[Reservation]]) -> None:
    records = [life.last for life in lives]
    channels = Counter(record.channel for record in records)
    print(channels)
    assert 0.40 < channels[Channel.OTA] / len(records) < 0.55
    assert 0.10 < channels[Channel.TOUR_OPERATOR] / len(records) < 0.21
    leads = sorted((life.last.arrival_on - life.first_at.date()).days for life in lives)
    assert 60 < leads[len(leads) // 2] < 120
    assert 0.02 < sum(lead <= 0 for lead in leads) / len(leads) < 0.08
    lengths = Counter(record.nights for record in records)
    assert lengths[7] > lengths[6] * 1.5


def test_a_word_of_the_pms_stands_beside_every_code(lives: list[Life[Reservation]]) -> None:
    record = lives[0].last
    words = (record.source_status, record.source_board, record.source_channel)
    assert all(words)
    assert record.source_segment
    assert record.source_payment
