"""The demo hotel shows on its first morning everything the pages are made for."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from staytrue.hotel.codes import Status
from staytrue.lab.bookings import counts
from staytrue.lab.demo import Year, live, write_year

TODAY = date(2026, 5, 21)


# Takes seconds: two years of a hotel of ninety rooms, once for all tests of this file.
@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    return write_year(tmp_path_factory.mktemp("demo"), today=TODAY)


def statuses(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["number"]: row["status"] for row in csv.DictReader(file, delimiter=";")}


def test_a_year_is_some_ten_thousand_bookings_in_full_files(year: Year) -> None:
    print(counts(year.history.stays))
    assert 8_000 < len(year.history.stays) < 12_000
    assert [d.stays_path.name[10:18] for d in year.days] == [f"202605{n}" for n in range(16, 22)]


def test_the_first_morning_has_arrivals_departures_and_a_full_house(year: Year) -> None:
    stays = year.days[-1].stays
    arrivals = [r for r in stays if r.arrival_on == TODAY and r.status is Status.CONFIRMED]
    in_house = [r for r in stays if r.status is Status.IN_HOUSE]
    departures = [r for r in in_house if r.departure_on == TODAY]
    assert len(arrivals) >= 5
    assert 40 <= len(in_house) <= 90
    assert len(departures) >= 3


def test_one_expected_stay_is_gone_from_the_last_file(year: Year) -> None:
    number = year.numbers["out of sight"]
    before, last = (statuses(delivery.stays_path) for delivery in year.days[-2:])
    assert before[number] == "Confirmed"
    assert number not in last


def test_one_stay_has_a_word_nobody_knows(year: Year) -> None:
    last = statuses(year.days[-1].stays_path)
    assert [number for number, word in last.items() if word == "TENT"] == [
        year.numbers["unknown word"]
    ]


@pytest.mark.parametrize("scene", ["moved", "guest replaced", "room moved"])
def test_scenes_happened_between_the_last_two_files(year: Year, scene: str) -> None:
    life = year.world.bookings[year.numbers[scene]]
    before, after = (life.state_at(delivery.made_at) for delivery in year.days[-2:])
    assert before != after
    assert scene in {what for at, what, _ in life.versions if at > year.days[-2].made_at}


def test_names_of_the_papers_appear(year: Year) -> None:
    nekane = year.world.bookings[year.numbers["arrival"]].last
    profile = year.world.profiles[nekane.guests[0].profile].last
    assert (profile.first_name, profile.last_name) == ("Nekane", "Olabarria")
    assert nekane.room_category == "Superior patio"


def test_the_day_goes_on_live(year: Year) -> None:
    afternoon = year.world.house.instant(TODAY, 19 * 60)
    delivery = live(year, afternoon)
    now = statuses(delivery.stays_path)
    assert delivery.stays_path.name == "stays_BIO_20260521-1900.csv"
    assert now[year.numbers["arrival"]] == "In house"
    assert now[year.numbers["departure"]] == "Checked out"


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    one, two = (write_year(tmp_path / n, today=TODAY, rooms=12, days=2) for n in ("one", "two"))
    for a, b in zip((one.history, *one.days), (two.history, *two.days), strict=True):
        assert [p.read_bytes() for p in a.paths] == [p.read_bytes() for p in b.paths]


def test_another_hotel_is_another_code(tmp_path: Path) -> None:
    other = write_year(
        tmp_path, today=TODAY - timedelta(days=1), property_code="LIS", rooms=8, days=2
    )
    assert other.history.stays_path.name.startswith("stays_LIS_")
    assert {record.property for record in other.history.stays} == {"LIS"}
