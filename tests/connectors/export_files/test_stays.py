"""Reservations from rows: mandatory fields, words with a meaning, dates that must make sense."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from staytrue.connectors.export_files import mapping_file
from staytrue.connectors.export_files.mapping import Mapping
from staytrue.hotel.codes import Board, Channel, GuestRole, Payment, Segment, Status
from tests.connectors.export_files.corpus import STAYS, Read, csv, mapping, read, settings

OWN = mapping_file.load("staytrue_stays")
OWN_TITLES = (
    "number;leg;group_number;status;arrival;departure;created;modified;cancelled;checked_in;"
    "checked_out;adults;children;infants;room;category;rate;board;channel;source;segment;currency;"
    "amount;room_amount;tax_included;payment;guest_id;booker_id;companion_ids;extras;notes"
)
OWN_ROW = (
    "R1;2;GR7;Checked out;2026-05-21;2026-05-24;2026-01-02T10:11:12+01:00;2026-05-24T11:00:00+02:00;"
    ";2026-05-21T16:02:00+02:00;2026-05-24;2;1;0;204;DBL;BAR;HB;OTA;Booking.com;Leisure;EUR;"
    "330.00;300.00;yes;Card;G1;G2;G3|G4;BRK:Breakfast:2:30.00|SPA;quiet room"
)


def one_row(folder: Path, rules: Mapping | None = None, **cells: str) -> Read:
    """One row of the layout of STAYS, with these cells changed."""
    given = {
        "No": "R1", "State": "OK", "From": "2026-05-21", "To": "2026-05-24", "Room": "204",
        "Total": "330.00", "Notes": "", "Name": "García", "Phone": "",
    } | cells  # fmt: skip
    return read(folder, csv(";".join(given.values()), titles=";".join(given)), rules)


def test_every_column_of_the_own_layout_finds_its_field(tmp_path: Path) -> None:
    got = read(tmp_path, csv(OWN_ROW, titles=OWN_TITLES), OWN, "stays_20260525-0310.csv")
    stay = got.stays[0]
    assert not got.profiles
    assert not got.findings
    assert (stay.number, stay.leg, stay.group_number, stay.property) == ("R1", "2", "GR7", "BIO")
    assert (stay.status, stay.source_status) == (Status.CHECKED_OUT, "Checked out")
    assert (stay.arrival_on, stay.departure_on, stay.nights) == (
        date(2026, 5, 21), date(2026, 5, 24), 3,
    )  # fmt: skip
    assert stay.created_at == datetime.fromisoformat("2026-01-02T10:11:12+01:00")
    assert stay.modified_at == datetime.fromisoformat("2026-05-24T11:00:00+02:00")
    assert stay.checked_out_at == date(2026, 5, 24)
    assert stay.cancelled_at is None
    assert (stay.adults, stay.children, stay.infants) == (2, 1, 0)
    assert (stay.room_number, stay.room_category, stay.rate_code) == ("204", "DBL", "BAR")
    assert (stay.board, stay.source_board) == (Board.HB, "HB")
    assert (stay.channel, stay.source_channel, stay.source) == (Channel.OTA, "OTA", "Booking.com")
    assert (stay.segment, stay.payment_method) == (Segment.LEISURE, Payment.CARD)
    assert (stay.amount, stay.room_amount, stay.currency, stay.tax_included) == (
        Decimal("330.00"), Decimal("300.00"), "EUR", True,
    )  # fmt: skip
    assert [(guest.role, guest.profile) for guest in stay.guests] == [
        (GuestRole.PRIMARY, "G1"), (GuestRole.BOOKER, "G2"),
        (GuestRole.COMPANION, "G3"), (GuestRole.COMPANION, "G4"),
    ]  # fmt: skip
    assert [(extra.code, extra.label, extra.quantity, extra.amount) for extra in stay.extras] == [
        ("BRK", "Breakfast", 2, Decimal("30.00")), ("SPA", None, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"No": ""}, "missing_number"),
        ({"State": ""}, "missing_status"),
        ({"State": "TENT"}, "unknown_status"),
        ({"From": ""}, "missing_arrival_on"),
        ({"To": ""}, "missing_nights"),
        ({"From": "2026-02-30"}, "impossible_date"),
        ({"From": "05/21/2026"}, "impossible_date"),
        ({"To": "2026-05-20"}, "departure_before_arrival"),
        ({"To": "2096-05-20"}, "too_long"),
        ({"Total": "three"}, "unreadable_amount"),
        ({"Total": "99999999999"}, "unreadable_amount"),
        ({"No": "1.23E+18"}, "damaged_number"),
    ],
)
def test_a_record_without_what_it_needs_is_parked_with_its_line(
    tmp_path: Path, cells: dict[str, str], code: str
) -> None:
    rules = mapping(
        STAYS.replace('departure_on = "To"', 'departure_on = "To"\nnights = { column = "To" }')
    )
    if code != "missing_nights":
        rules = mapping()
    got = one_row(tmp_path, rules, **cells)
    assert not got.stays
    assert not got.profiles
    assert [(one.line, one.code.replace("departure_on", "nights")) for one in got.parked] == [
        (2, code)
    ]
    assert got.parked[0].raw


def test_seven_of_a_hundred_without_status_are_parked_and_the_rest_taken(tmp_path: Path) -> None:
    rows = (
        f"R{number};{'' if number % 14 == 1 else 'OK'};2026-05-21;2026-05-24;;;;A;"
        for number in range(1, 101)
    )
    got = read(tmp_path, csv(*rows))
    assert (len(got.stays), len(got.parked)) == (92, 8)
    assert {one.code for one in got.parked} == {"missing_status"}
    assert got.parked[1].key == "R15/1"


def test_words_are_found_whatever_their_case_and_blanks(tmp_path: Path) -> None:
    assert one_row(tmp_path, State=" cxl ").stays[0].status == Status.CANCELLED


def test_unknown_words_other_than_status_are_kept_and_reported(tmp_path: Path) -> None:
    row = OWN_ROW.replace(";OTA;", ";Pigeon;").replace(";HB;", ";XX;").replace(";Card;", ";Gold;")
    got = read(tmp_path, csv(row, titles=OWN_TITLES), OWN, "stays_20260525-0310.csv")
    stay = got.stays[0]
    assert (stay.channel, stay.source_channel) == (Channel.OTHER, "Pigeon")
    assert (stay.board, stay.source_board) == (None, "XX")
    assert (stay.payment_method, stay.source_payment) == (None, "Gold")
    assert {one.facts["word"] for one in got.said[0].findings} == {"Pigeon", "XX", "Gold"}


def test_day_use_is_a_stay_of_no_nights(tmp_path: Path) -> None:
    assert one_row(tmp_path, To="2026-05-21").stays[0].nights == 0


def test_departure_is_computed_from_the_nights(tmp_path: Path) -> None:
    rules = mapping(STAYS.replace('departure_on = "To"', 'nights = { plus = ["To", "Room"] }'))
    got = one_row(tmp_path, rules, To="2", Room="1").stays[0]
    assert (got.departure_on, got.nights) == (date(2026, 5, 24), 3)


def test_nights_that_disagree_with_the_dates_are_reported(tmp_path: Path) -> None:
    rules = mapping(STAYS.replace('departure_on = "To"', 'departure_on = "To"\nnights = "Room"'))
    got = one_row(tmp_path, rules, Room="9")
    assert got.stays[0].nights == 3
    assert got.findings == [("nights_disagree", 2)]


def test_a_price_a_night_is_multiplied_exactly(tmp_path: Path) -> None:
    rules = mapping(
        STAYS.replace('amount = "Total"', 'room_amount = { column = "Total", per = "night" }')
    )
    assert one_row(tmp_path, rules, Total="33.33").stays[0].room_amount == Decimal("99.99")


def test_amounts_without_a_currency_are_in_the_hotels_own(tmp_path: Path) -> None:
    assert one_row(tmp_path).stays[0].currency == "EUR"
    assert one_row(tmp_path, Total="").stays[0].currency is None


def test_an_unknown_currency_parks_the_record(tmp_path: Path) -> None:
    rules = mapping(STAYS.replace('room_number = "Room"', 'currency = "Room"'))
    assert one_row(tmp_path, rules, Room="usd").stays[0].currency == "USD"
    assert one_row(tmp_path, rules, Room="Taler").parked[0].code == "unknown_currency"


def test_of_several_unreadable_cells_the_first_field_is_told(tmp_path: Path) -> None:
    # Guests are counted after the instants, though a look at them comes first.
    row = OWN_ROW.replace("2026-01-02T10:11:12", "soon").replace(";2;1;0;", ";two;1;0;")
    got = read(tmp_path, csv(row, titles=OWN_TITLES), OWN, "stays_20260525-0310.csv")
    assert [part.code for part in got.parked] == ["impossible_date"]
    assert got.parked[0].facts["field"] == "created_at"


def test_custom_fields_have_their_types(tmp_path: Path) -> None:
    rules = mapping(
        STAYS
        + '[custom]\nlead = { column = "Room", type = "number" }\n'
        + 'asked = { column = "Notes", type = "bool" }\n'
        + 'on = { column = "To", type = "date", when = "confirmed" }\n'
        + 'out = { column = "To", type = "date", when = "checked_out" }\n'
        + 'from = { column = "Phone", type = "country" }\n'
    )
    custom = one_row(tmp_path, rules, Room="12.5", Notes="Yes", Phone="PRT").stays[0].custom
    assert custom == {"lead": 12.5, "asked": True, "on": "2026-05-24", "from": "PT"}


def test_a_bare_date_is_no_version(tmp_path: Path) -> None:
    rules = mapping(STAYS.replace('room_number = "Room"', 'modified_at = "Room"'))
    got = one_row(tmp_path, rules, Room="2026-05-20")
    assert got.stays[0].modified_at is None
    assert got.findings == [("modified_without_time", 2)]


def test_a_stay_in_auckland_keeps_its_dates(tmp_path: Path) -> None:
    house = settings()
    house = type(house)("AKL", "Pacific/Auckland", "NZ", "NZD", house.read_at)
    stay = read(tmp_path, csv(), house=house).stays[0]
    assert (stay.arrival_on, stay.departure_on) == (date(2026, 5, 21), date(2026, 5, 24))


def test_where_one_row_is_one_booking_the_last_row_wins(tmp_path: Path) -> None:
    rules = mapping(rows_per_booking='"one"')
    rows = ("R1;OK;2026-05-21;2026-05-24;1;;;A;", "R2;OK;2026-05-21;2026-05-24;2;;;B;",
            "R1;CXL;2026-05-21;2026-05-24;3;;;A;")  # fmt: skip
    got = read(tmp_path, csv(*rows), rules)
    assert [(one.number, one.room_number) for one in got.stays] == [("R2", "2"), ("R1", "3")]
    assert got.skipped == ["superseded"]


def test_dates_that_flip_between_day_and_month_are_parked_not_guessed(tmp_path: Path) -> None:
    rules = mapping(STAYS.replace('"From"', '{ column = "From", date = "%d/%m/%Y" }'))
    assert one_row(tmp_path, rules, From="05/21/2026").parked[0].code == "impossible_date"
