"""Fields of a stay, from the export to the mirror: FEATURES E14 to E20, E22, E23 and E25."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from staytrue.changes import log
from staytrue.changes.rooms import room_moves
from staytrue.hotel import queries as hotel
from staytrue.hotel import scope
from staytrue.hotel.codes import Board, Segment, Status
from staytrue.hotel.records import Extra
from staytrue.kit.errors import Misconfigured
from staytrue.mirror import feeds, reading
from staytrue.mirror.totals import totals
from staytrue.staff.access import Access, RoleHeld, house_access
from staytrue.staff.rights import ROLES
from tests import make
from tests.flow.feeds import DAY, MORNING, StayFeed, count, rows, stay

pytestmark = pytest.mark.django_db


@pytest.fixture
def feed(tmp_path: Path) -> StayFeed:
    return StayFeed(make.link(make.hotel()), tmp_path)


def access(role: str) -> Access:
    held = next(RoleHeld(r.key, r.rights) for r in ROLES if r.key == role)
    return Access("tests", everywhere=(held,), property_ids=house_access("tests").property_ids)


# E14 amounts


def test_totals_per_hotel_and_currency_equal_the_sum_to_the_cent(feed: StayFeed) -> None:
    amounts = [Decimal("612.10"), Decimal("0.07"), Decimal("99999.99"), None]
    stays = [
        stay(n, amount=amount, room_amount=amount, tax_included=True)
        for n, amount in enumerate(amounts)
    ]
    feed.take(*stays, stay(9, amount=Decimal("10.05"), currency="USD"))
    with scope.everything():
        found = {
            (one.property, one.currency): (one.amount, one.bookings, one.without_amount)
            for one in totals(by="month")
        }
    assert found == {
        ("BIO", "EUR"): (Decimal("100612.16"), 4, 1),
        ("BIO", "USD"): (Decimal("10.05"), 1, 0),
    }


# E15 channel

DATED = """
[[values_dated.channel]]
word = "Phone"
becomes = "ota"
from = 2026-04-01
to = 2026-04-30
"""


@pytest.mark.parametrize(
    ("booked", "channel"),
    [(date(2026, 3, 31), "direct"), (date(2026, 4, 1), "ota"), (date(2026, 4, 30), "ota"),
     (date(2026, 5, 1), "direct"), (None, "direct")],
)  # fmt: skip
def test_a_channel_word_means_what_it_meant_when_the_booking_was_made(
    feed: StayFeed, tmp_path: Path, booked: date | None, channel: str
) -> None:
    mapping = make.mapping_file(tmp_path, "staytrue_stays", DATED)
    feed.take(stay(source_channel="Phone", created_at=booked), mapping=mapping)
    [row] = rows()
    assert (row.channel, row.source_channel) == (channel, "Phone")


@pytest.mark.parametrize(
    "wrong",
    [DATED.replace("ota", "carrier pigeon"), DATED.replace("2026-04-30", "2026-03-30"),
     DATED.replace("channel", "status"), DATED.replace("to =", "until =")],
)  # fmt: skip
def test_a_dated_word_that_makes_no_sense_is_refused(
    feed: StayFeed, tmp_path: Path, wrong: str
) -> None:
    with pytest.raises(Misconfigured):
        feed.take(stay(), mapping=make.mapping_file(tmp_path, "staytrue_stays", wrong))


def test_every_booking_has_one_channel_and_unknown_codes_are_listed_with_revenue(
    feed: StayFeed,
) -> None:
    feed.take(
        stay(1, source_channel="Website", amount=Decimal(5)),
        stay(2, source_channel="X9", amount=Decimal("100.50")),
        stay(3, source_channel="X9", amount=Decimal("20.00")),
        stay(4, source_channel=""),
    )
    assert [row.channel for row in rows()] == ["website", "other", "other", "other"]
    with scope.everything():
        [word] = [one for one in feeds.unmapped(feed.link) if one.field == "channel"]
    assert (word.word, word.bookings, word.revenue) == ("X9", 2, Decimal("120.50"))


# E16 segment


def test_the_guessed_segment_never_overwrites_the_one_of_the_pms(feed: StayFeed) -> None:
    feed.take(
        stay(1, arrival_on=date(2026, 6, 1), nights=2, adults=1, source_segment="Leisure"),
        stay(2, arrival_on=date(2026, 6, 1), nights=2, adults=2, source_segment="Business"),
    )
    assert [(row.segment, row.derived_segment) for row in rows()] == [
        ("leisure", "business"), ("business", "leisure"),
    ]  # fmt: skip
    assert count("segment = 'business'") == count("derived_segment = 'business'") == 1
    with scope.everything():
        record = reading.one_reservation("BIO:30001").record()
    assert (record["segment"], record["derived_segment"]) == (Segment.LEISURE, Segment.BUSINESS)


# E17 rooms


def test_a_room_move_shows_both_rooms_with_dates_and_marketing_only_the_category(
    feed: StayFeed,
) -> None:
    here = {"status": Status.IN_HOUSE, "source_status": "In house", "nights": 5}
    first = {"room_number": "214", "room_category": "DBL"} | here
    feed.take(stay(arrival_on=date(2026, 5, 21), modified_at=MORNING, **first))
    second = {"room_number": "301", "room_category": "SUP"} | here
    feed.take(stay(arrival_on=date(2026, 5, 21), modified_at=MORNING + 2 * DAY, **second))
    [row] = rows()
    with scope.everything():
        seen = room_moves(access("front_desk"), row.pk)
        marketing = room_moves(access("marketing"), row.pk)
    assert [(s.room_number, s.room_category, s.from_on.day, s.to_on.day) for s in seen] == [
        ("214", "DBL", 21, 23), ("301", "SUP", 23, 26),
    ]  # fmt: skip
    assert [(s.room_number, s.room_category) for s in marketing] == [(None, "DBL"), (None, "SUP")]


# E18 extras


def test_services_ordered_come_with_code_quantity_and_amount(feed: StayFeed) -> None:
    parking = Extra("PARK", "Parking", Decimal(3), Decimal("54.00"))
    feed.take(stay(1, extras=[parking, Extra("BRK", "Breakfast", Decimal(2), Decimal("30.00"))]))
    feed.take(stay(1, extras=[parking, Extra("BRK", "Breakfast", Decimal(2), Decimal("30.00"))]),
              stay(2))  # fmt: skip
    [row, _] = rows()
    assert row.extras[0] == {
        "code": "PARK", "label": "Parking", "quantity": "3", "amount": "54.00", "on": None,
    }  # fmt: skip
    assert row.extras_amount == Decimal("84.00")
    assert count("""NOT extras @> '[{"code": "BRK"}]'""") == 1


# E19 rate and category

LABELS = """
[labels.rate]
BAR = "Best available rate"
CORP = [
  { label = "Corporate 2025", to = 2025-12-31 },
  { label = "Corporate 2026", from = 2026-01-01 },
]

[labels.category]
DBL = "Double room"
"""


def test_rate_codes_have_labels_with_the_days_they_were_in_force(
    feed: StayFeed, tmp_path: Path
) -> None:
    mapping = make.mapping_file(tmp_path, "staytrue_stays", LABELS)
    feed.take(stay(1, rate_code="CORP"), stay(2, rate_code="BAR"), mapping=mapping)
    house = feed.link.property_id
    asked = [("CORP", date(2025, 6, 1)), ("CORP", date(2026, 6, 1)), ("BAR", date(2020, 1, 1)),
             ("ZZZ", date(2026, 1, 1))]  # fmt: skip
    assert [hotel.rate_label(house, code, day) for code, day in asked] == [
        "Corporate 2025", "Corporate 2026", "Best available rate", "ZZZ",
    ]  # fmt: skip
    assert hotel.category_label(house, "DBL") == "Double room"
    assert count("rate_code = 'CORP'") == 1


# E20 occupants


def test_the_party_is_counted_by_age_band_and_can_be_selected(feed: StayFeed) -> None:
    feed.take(
        stay(1, adults=2, children=1, infants=1),
        stay(2, adults=2),
        stay(3, adults=1, children=2),
    )
    assert next((row.adults, row.children, row.infants) for row in rows()) == (2, 1, 1)
    assert count("adults = 2 AND children >= 1") == 1


# E22 custom fields

CUSTOM = """
[custom]
transfer = { column = "notes", type = "bool" }
points = { column = "group_number", type = "number" }
"""


def test_a_custom_field_of_a_stay_is_typed_and_can_be_selected(
    feed: StayFeed, tmp_path: Path
) -> None:
    mapping = make.mapping_file(tmp_path, "staytrue_stays", CUSTOM)
    feed.take(stay(1, notes="yes", group_number="12"), stay(2, notes="no"), mapping=mapping)
    assert [row.custom for row in rows()] == [
        {"transfer": True, "points": 12}, {"transfer": False},
    ]  # fmt: skip
    assert count("custom @> '{\"transfer\": true}'") == 1
    assert count("(custom ->> 'points')::numeric >= 10") == 1


# E23 spend


def test_a_late_posting_after_check_out_is_a_correction_of_the_bill_with_its_trace(
    feed: StayFeed,
) -> None:
    out = {"status": Status.CHECKED_OUT, "source_status": "Checked out",
           "room_amount": Decimal("300.00"), "arrival_on": date(2026, 5, 18)}  # fmt: skip
    feed.take(stay(**out, amount=Decimal("300.00"), modified_at=MORNING))
    minibar = Extra("MINI", "Minibar", Decimal(1), Decimal("7.50"))
    feed.take(
        stay(**out, amount=Decimal("307.50"), extras=[minibar], modified_at=MORNING + DAY / 2)
    )
    [row] = rows()
    with scope.everything():
        newest = log.versions_of("reservation", row.pk)[0]
    assert newest["kinds"] == ["modified", "folio_corrected"]
    assert newest["diff"]["amount"] == ["300.00", "307.50"]
    assert newest["source_at"] == MORNING + DAY / 2
    assert (row.room_amount, row.extras_amount) == (Decimal("300.00"), Decimal("7.50"))


# E25 board


@pytest.mark.parametrize(
    ("word", "board"),
    [("Room only", Board.RO), ("BB", Board.BB), ("half board", Board.HB), ("Full board", Board.FB),
     ("AI", Board.AI), ("Picnic", None)],
)  # fmt: skip
def test_a_board_is_a_code_with_the_source_word_beside_it(
    feed: StayFeed, word: str, board: Board | None
) -> None:
    feed.take(stay(source_board=word))
    [row] = rows()
    assert (row.board, row.source_board) == (board, word)
