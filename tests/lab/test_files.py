"""The exported files say exactly what the PMS held, apart from the vices asked for."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from staytrue.hotel.codes import Status
from staytrue.lab.bookings import World
from staytrue.lab.files import GUEST_COLUMNS, STAY_COLUMNS, Delivery, Vices, write_delivery

Write = Callable[..., Delivery]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";", strict=True))


@pytest.fixture
def write(world: World, today: date, tmp_path: Path) -> Write:
    at = world.house.instant(today, 190)

    def written(vices: Vices | None = None, *, history: bool = False) -> Delivery:
        return write_delivery(tmp_path, world, at, history=history, vices=vices)

    return written


def in_file(world: World, today: date, *, status: Status) -> str:
    """The number of a booking that today's file shows in this status."""
    at = world.house.instant(today, 190)
    return next(
        record.number
        for record in world.bookings_at(at)
        if record.status is status and record.departure_on >= today
    )


def test_files_are_named_after_property_and_local_minute(write: Write) -> None:
    delivery = write()
    assert delivery.stays_path.name == "stays_BIO_20260521-0310.csv"
    assert delivery.guests_path.name == "guests_BIO_20260521-0310.csv"


def test_the_same_instant_gives_the_same_bytes(write: Write) -> None:
    first = [path.read_bytes() for path in write().paths]
    assert [path.read_bytes() for path in write().paths] == first


def test_the_stays_file_is_the_state_at_its_instant(
    write: Write,
    world: World,
    today: date,
) -> None:
    at = world.house.instant(today, 190)
    found = {row["number"]: row for row in rows(write().stays_path)}
    kept = [r for r in world.bookings_at(at) if r.departure_on >= today - timedelta(days=3)]
    assert list(found) == [record.number for record in kept]
    for record in kept:
        row = found[record.number]
        assert row["status"] == record.source_status
        assert row["arrival"] == record.arrival_on.isoformat()
        assert row["departure"] == record.departure_on.isoformat()
        assert row["amount"] == str(record.amount)
        assert row["room"] == (record.room_number or "")
        assert row["extras"].count(":") == 3 * len(record.extras)
        assert row["guest_id"] == record.guests[0].profile


def test_every_guest_named_has_a_row(write: Write) -> None:
    delivery = write()
    known = {row["guest_id"] for row in rows(delivery.guests_path)}
    named = set()
    for row in rows(delivery.stays_path):
        named |= {row["guest_id"], row["booker_id"], *row["companion_ids"].split("|")} - {""}
    assert named == known


def test_the_history_file_holds_everything(write: Write, world: World) -> None:
    delivery = write(history=True)
    assert len(rows(delivery.stays_path)) == len(list(world.bookings_at(delivery.made_at)))
    assert len(rows(delivery.guests_path)) == len(list(world.profiles_at(delivery.made_at)))


def test_instants_carry_the_offset_of_their_season(write: Write) -> None:
    created = [row["created"] for row in rows(write(history=True).stays_path)]
    assert {instant[-6:] for instant in created} == {"+01:00", "+02:00"}
    winter = [instant for instant in created if instant[5:7] in {"12", "01", "02"}]
    assert {instant[-6:] for instant in winter} == {"+01:00"}


def test_headers_are_the_agreed_ones(write: Write) -> None:
    guests, stays = (path.read_text().splitlines()[0] for path in write().paths)
    assert stays.split(";") == STAY_COLUMNS
    assert guests.split(";") == GUEST_COLUMNS


def test_a_vanished_row_is_missing_and_told(write: Write, world: World, today: date) -> None:
    number = in_file(world, today, status=Status.CONFIRMED)
    delivery = write(Vices(vanished=frozenset({number})))
    assert number not in {row["number"] for row in rows(delivery.stays_path)}
    assert delivery.vices.vanished == {number}


def test_an_unknown_word_stands_in_its_row_only(write: Write, world: World, today: date) -> None:
    number = in_file(world, today, status=Status.CONFIRMED)
    found = rows(write(Vices(words={number: "TENT"})).stays_path)
    assert [row["number"] for row in found if row["status"] == "TENT"] == [number]


def test_a_reused_number_hides_the_new_booking_behind_the_old_one(
    write: Write,
    world: World,
    today: date,
) -> None:
    number = in_file(world, today, status=Status.CONFIRMED)
    numbers = {row["number"] for row in rows(write(Vices(reused={number: "11"})).stays_path)}
    assert "11" in numbers
    assert number not in numbers


def test_no_shows_may_stay_unsaid(write: Write, world: World) -> None:
    told = [r.number for r in write(history=True).stays if r.status is Status.NO_SHOW]
    silent = {
        r["number"]: r for r in rows(write(Vices(silent_no_shows=True), history=True).stays_path)
    }
    assert told
    assert {silent[number]["status"] for number in told} == {"Confirmed"}


def test_a_cut_file_ends_anywhere(write: Write) -> None:
    whole = write().stays_path.read_bytes()
    assert write(Vices(cut=0.6)).stays_path.read_bytes() == whole[: int(len(whole) * 0.6)]


def test_yesterdays_file_comes_under_todays_name(
    write: Write, world: World, today: date, tmp_path: Path
) -> None:
    stale = write(Vices(yesterday=True))
    yesterday = world.house.instant(today - timedelta(days=1), 190)
    fresh = write_delivery(tmp_path / "before", world, yesterday)
    assert stale.stays_path.name.endswith("20260521-0310.csv")
    assert stale.stays_path.read_bytes() == fresh.stays_path.read_bytes()


def test_a_late_file_says_when_it_can_be_had(write: Write) -> None:
    delivery = write(Vices(late=timedelta(hours=5)))
    assert delivery.available_at - delivery.made_at == timedelta(hours=5)


def test_nothing_half_written_is_left_behind(write: Write) -> None:
    folder = write().stays_path.parent
    assert {path.suffix for path in folder.iterdir()} == {".csv"}
