"""The real booking file and the public samples give what their sources say they hold."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from staytrue.connectors.base import Settings
from staytrue.connectors.export_files import mapping_file
from staytrue.connectors.export_files.opening import open_file, read_lines
from staytrue.connectors.export_files.translate import translator
from staytrue.hotel.codes import Channel, Status
from tests.connectors.export_files.corpus import SHARED, Read, settings

SAMPLES = SHARED / "pms/samples/exports"
REAL = SHARED / "data/hotel_bookings_resort.csv.gz"
samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
real = pytest.mark.skipif(not REAL.is_file(), reason="the shared booking file is not here")


def read(folder: Path, path: Path, mapping: str, house: Settings | None = None) -> Read:
    rules = mapping_file.load(mapping)
    facts = open_file(path, rules, spool=folder / "spool", zone="Europe/Lisbon")
    lines = list(read_lines(facts.spool, rules))
    return Read(lines, list(translator(rules, house or settings()).translate(lines)))


@real
def test_the_real_booking_file_gives_its_true_totals(tmp_path: Path) -> None:
    got = read(tmp_path, REAL, "hotel_bookings")
    out = [stay for stay in got.stays if stay.status == Status.CHECKED_OUT]
    assert len(got.stays) == 9_999
    assert not got.parked
    assert Counter(stay.status for stay in got.stays) == {
        Status.CANCELLED: 6_173, Status.CHECKED_OUT: 3_666, Status.NO_SHOW: 160,
    }  # fmt: skip
    assert sum(stay.nights for stay in out) == 17_440
    assert sum(stay.room_amount or 0 for stay in out) == Decimal("1534684.09")
    assert sum(stay.nights == 0 for stay in out) == 77
    assert Counter(code for code, _ in got.findings) == {"checked_out_off_departure": 21}


@real
def test_rows_that_are_exact_copies_stay_separate_bookings(tmp_path: Path) -> None:
    got = read(tmp_path, REAL, "hotel_bookings")
    assert len(got.lines) - len({line.raw for line in got.lines}) == 2_453
    assert len({line.hash for line in got.lines}) == 9_999
    assert len({stay.number for stay in got.stays}) == 9_999


@samples
def test_another_hotels_file_of_the_layout_works_with_the_same_mapping(tmp_path: Path) -> None:
    got = read(tmp_path, SAMPLES / "hotel_bookings-sample600.csv", "hotel_bookings")
    assert len(got.stays) == 600
    assert not got.parked
    assert not [one for one in got.findings if one[0] != "checked_out_off_departure"]


@samples
def test_the_arrivals_list_gives_what_its_author_expects(tmp_path: Path) -> None:
    got = read(tmp_path, SAMPLES / "arrivals-with-title-rows.csv", "arrivals_title_rows",
               Settings("DXB", "Asia/Dubai", "AE", "AED", settings().read_at))  # fmt: skip
    assert [(one.line, one.code) for one in got.parked] == [
        (6, "impossible_date"), (7, "missing_last_name"), (8, "missing_adults"),
        (9, "departure_before_arrival"),
    ]  # fmt: skip
    assert [one.number for one in got.stays] == ["80000002", "80000007", "80000001"]
    assert got.skipped == ["superseded"]
    assert [one.last_name for one in got.profiles] == ["Weber", "Type", "Row"]


@samples
def test_the_opera_report_gives_all_groups_and_parks_the_unknown_word(tmp_path: Path) -> None:
    got = read(tmp_path, SAMPLES / "opera-res_detail-basic.xml", "opera_res_detail")
    assert [one.number[-2:] for one in got.stays] == [
        "01",
        "02",
        "03",
        "04",
        "06",
        "07",
        "08",
        "09",
        "10",
    ]
    assert Counter(one.status for one in got.stays) == {
        Status.CONFIRMED: 7, Status.CANCELLED: 1, Status.IN_HOUSE: 1,
    }  # fmt: skip
    assert [(one.key, one.facts["word"]) for one in got.parked] == [("TESTE0005/1", "ZZZ")]
    assert [card.programme for card in got.profiles[4].loyalty] == ["A1", "A6", "A3"]
    assert got.stays[1].room_number is None


@samples
def test_the_opera_report_with_short_months_and_currencies(tmp_path: Path) -> None:
    got = read(tmp_path, SAMPLES / "opera-res_detail-status-currency.xml", "opera_res_detail")
    one, other = got.stays
    assert (one.arrival_on, one.departure_on, one.nights) == (
        date(2026, 10, 1),
        date(2026, 10, 4),
        3,
    )
    assert (one.status, other.status) == (Status.CONFIRMED, Status.CANCELLED)
    assert (one.currency, other.currency, one.channel) == ("USD", "LKR", Channel.OTA)
    assert one.custom["updated_on"] == "2026-09-15"


@samples
def test_an_arrival_without_a_status_is_parked_under_its_number(tmp_path: Path) -> None:
    got = read(tmp_path, SAMPLES / "opera-arrivals-fullname.xml", "opera_res_detail")
    assert not got.stays
    assert [(one.key, one.code) for one in got.parked] == [("4023427/1", "missing_status")]


@samples
def test_two_rooms_under_one_number_are_two_legs(tmp_path: Path) -> None:
    got = read(tmp_path, SAMPLES / "hoteltime-export.csv", "hoteltime")
    assert [(one.number, one.leg, one.room_number, one.amount) for one in got.stays] == [
        ("HT-001", "1", "A1", 330), ("HT-001", "2", "B1", 330), ("HT-002", "1", "C1", 220),
    ]  # fmt: skip
    assert got.stays[2].status == Status.CANCELLED
