"""Mews's vices one by one: each test fails when the handling of its vice is taken away."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from staytrue.connectors.base import Translated
from staytrue.connectors.mews.translate import translate
from staytrue.hotel.codes import Board, Channel, Status
from tests.connectors.mews.reading import HOUSE, OWN, load, translated

STATES = load(OWN / "states.json")
BILLED = load(OWN / "stay-with-bill.json")
NIGHT = BILLED["OrderItems"][0]


def stay(**changed: Any) -> dict[str, Any]:
    """An answer with one confirmed stay."""
    return {**STATES, "Reservations": [{**STATES["Reservations"][3], **changed}]}


def guest(**changed: Any) -> dict[str, Any]:
    """An answer with one guest."""
    return {"Customers": [{"Id": "g1", "LastName": "Ibarra", **changed}]}


def billed(**changed: Any) -> dict[str, Any]:
    """The stay with a bill, some of its entities changed."""
    return {**BILLED, **changed}


def raw(payload: bytes) -> Translated:
    """The only part of an answer that is given as bytes."""
    (part,) = translate(payload, HOUSE)
    return part


def test_a_no_show_is_told_only_by_the_reason_of_the_cancellation() -> None:
    came_not = translated(stay(State="Canceled", CancellationReason="NoShow"))
    assert came_not.reservations[0].status is Status.NO_SHOW
    assert came_not.reservations[0].source_status == "Canceled"


def test_a_reinstated_stay_is_no_longer_cancelled() -> None:
    back = stay(State="Confirmed", CancelledUtc="2026-05-02T16:30:00Z", CancellationReason="Update")
    (found,) = translated(back).reservations
    assert found.status is Status.CONFIRMED
    assert found.cancelled_at is None
    assert "cancellation_reason" not in found.custom


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        ("Pacific/Auckland", "2026-05-09T12:00:00Z", "2026-05-10"),
        ("America/Havana", "2026-05-11T03:59:00Z", "2026-05-10"),
        ("Pacific/Tongatapu", "2026-05-10T10:59:59Z", "2026-05-10"),
        ("Europe/Madrid", "2026-05-09T22:00:00Z", "2026-05-10"),
    ],
)
def test_the_arrival_is_a_day_of_the_hotel_not_of_utc(zone: str, instant: str, day: str) -> None:
    house = [{**STATES["Enterprises"][0], "TimeZoneIdentifier": zone}]
    answer = stay(ScheduledStartUtc=instant, ScheduledEndUtc="2026-05-14T12:00:00Z")
    (found,) = translated({**answer, "Enterprises": house}).reservations
    assert found.arrival_on == date.fromisoformat(day)


def test_without_an_enterprise_the_zone_is_the_property_s_own() -> None:
    answer = stay(ScheduledStartUtc="2026-05-09T12:00:00Z")
    alone = {"Reservations": answer["Reservations"]}
    (found,) = translated(alone, settings=replace(HOUSE, zone="Pacific/Auckland")).reservations
    assert found.arrival_on == date(2026, 5, 10)


def test_who_checks_in_after_midnight_still_arrived_the_day_before() -> None:
    (found,) = translated(stay(State="Started", ActualStartUtc="2026-05-10T23:10:00Z")).reservations
    assert found.arrival_on == date(2026, 5, 10)


def test_a_row_that_comes_twice_at_the_seam_of_two_pages_is_counted_once() -> None:
    doubled = billed(OrderItems=[*BILLED["OrderItems"], NIGHT], Payments=BILLED["Payments"] * 2)
    assert translated(doubled).reservations == translated(BILLED).reservations


def test_of_two_versions_of_an_item_the_newer_counts_in_any_order() -> None:
    later = {**NIGHT, "UpdatedUtc": "2026-05-12T12:00:00Z", "AccountingState": "Canceled"}
    first = translated(billed(OrderItems=[NIGHT, later])).reservations[0]
    last = translated(billed(OrderItems=[later, NIGHT])).reservations[0]
    assert first == last
    assert first.amount == 0


def test_money_is_exact_to_the_last_digit() -> None:
    items = [
        {**NIGHT, "Id": f"i{n}", "Amount": {"Currency": "EUR", "GrossValue": 0.1}} for n in range(3)
    ]
    assert translated(billed(OrderItems=items)).reservations[0].amount == Decimal("0.3")


def test_an_amount_without_tax_says_that_it_is_without() -> None:
    net = [{**NIGHT, "Amount": {"Currency": "USD", "NetValue": 100}}]
    (found,) = translated(billed(OrderItems=net)).reservations
    assert (found.amount, found.tax_included) == (Decimal(100), False)


def test_amounts_in_two_currencies_have_no_sum() -> None:
    other = {**NIGHT, "Id": "i9", "Amount": {"Currency": "GBP", "GrossValue": 5}}
    found = translated(billed(OrderItems=[NIGHT, other]))
    assert found.reservations[0].amount is None
    assert [f.code for f in found.findings] == ["several_currencies"]


def test_a_stay_without_items_has_no_price_rather_than_none_to_pay() -> None:
    assert translated(billed(OrderItems=[])).reservations[0].amount is None


def test_the_connection_tells_which_products_are_meals() -> None:
    meals = replace(HOUSE, values={"meals": {"DES": "breakfast", "MINI": "dinner"}})
    (found,) = translated(BILLED, settings=meals).reservations
    assert (found.board, found.source_board) == (Board.HB, "DES, MINI")


def test_an_address_of_an_ota_is_masked_because_the_pms_says_so() -> None:
    (found,) = translated(guest(Email="x1@new-ota.example", HasOtaEmail=True)).profiles
    assert found.emails[0].masked


def test_an_option_that_is_not_in_the_list_is_not_given() -> None:
    (given_up,) = translated(guest(Options=[])).profiles
    (silent,) = translated(guest(Options=None)).profiles
    assert {consent.state for consent in given_up.consents} == {"out"}
    assert silent.consents == []


def test_a_merged_guest_names_the_one_he_became() -> None:
    (found,) = translated(guest(MergeTargetId="g2", IsActive=False)).profiles
    assert (found.merged_into, found.deleted) == ("g2", True)


def test_a_new_word_never_breaks_a_record_and_is_told() -> None:
    found = translated(stay(Origin="Telepathy", Purpose="Pilgrimage", AccountType="Robot"))
    assert found.reservations[0].channel is Channel.OTHER
    assert [f.facts["word"] for f in found.findings] == ["Telepathy", "Pilgrimage", "Robot"]


def test_an_unknown_state_is_parked_with_its_raw_text() -> None:
    (part,) = translated(stay(State="Tentative")).parked
    assert (part.code, part.facts) == ("unknown_status", {"word": "Tentative"})
    assert json.loads(part.raw)["State"] == "Tentative"


def test_a_booking_of_another_house_is_parked() -> None:
    ours = replace(HOUSE, values={"enterprise_id": "another"})
    assert [part.code for part in translated(stay(), settings=ours).parked] == ["foreign_property"]


def test_a_service_that_is_no_accommodation_is_left_out() -> None:
    rooms = replace(HOUSE, values={"services": ["rooms"]})
    (part,) = translate(json.dumps(stay(ServiceId="parking")).encode(), rooms)
    assert (part.reservations, part.parked) == ([], [])
    assert part.skipped


def test_a_card_number_in_a_note_is_gone_and_a_booking_number_like_one_stays() -> None:
    number = "4111111111111111"
    answer = stay(Number=number, OriginDetails=f"card {number}")
    (found,) = translated(answer).reservations
    assert found.number == number
    assert number not in str(found.custom)
    (part,) = translated(stay(State="Odd", OriginDetails=f"card {number}")).parked
    assert number not in part.raw


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"<html>Login</html>", "not_json"),
        (b'{"Message": "Too busy", "RequestId": "x"}', "unknown_payload"),
        (b"{}", "unknown_payload"),
        (b"[]", "not_an_object"),
        (b"\xff\xfe", "not_json"),
        (b'{"Reservations": {}}', "not_a_list"),
        (b'{"Reservations": [{"State": "Confirmed", "State": "Canceled"}]}', "duplicate_field"),
        (b'{"Reservations": ' + b"[" * 100 + b"]" * 100 + b"}", "too_deep"),
        (b'{"Reservations": [NaN]}', "number"),
        (b'{"Reservations": [1e400]}', "number"),
        (b'{"Reservations": ["\\ud800"]}', "characters"),
        (b'{"Reservations": ["\\u0000"]}', "characters"),
        (b'{"Reservations": ["text"]}', "unreadable_record"),
        (b'{"Accounts": [{"Discriminator": "Robot"}]}', "unknown_account"),
        (b'{"Customers": [{"Id": "g", "BirthDate": 7, "UpdatedUtc": "soon"}]}',
         "unreadable_record"),
        (b'{"Customers": [{"Id": "g", "UpdatedUtc": "0001-01-01T00:00:00Z"}]}', "instant"),
    ],
)  # fmt: skip
def test_what_is_no_sound_answer_is_parked_and_never_taken_for_no_bookings(
    payload: bytes, code: str
) -> None:
    assert [part.code for part in raw(payload).parked] == [code]


LEAVES = some.none() | some.booleans() | some.integers() | some.text(max_size=5)
TREES = some.recursive(
    LEAVES,
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(some.sampled_from(["Id", "Number", "Amount", "Data", "x"]), inner)
    ),
    max_leaves=12,
)
NAMES = ["Reservations", "Customers", "Companies", "Accounts", "OrderItems", "Events", "Service"]


@given(some.dictionaries(some.sampled_from(NAMES), TREES, min_size=1))
def test_any_json_becomes_records_or_parked_parts_but_never_an_error(answer: Any) -> None:
    whole = {"Reservations": [STATES["Reservations"][3]], **answer}
    list(translate(json.dumps(whole).encode(), HOUSE))
