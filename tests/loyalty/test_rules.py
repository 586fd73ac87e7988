"""What a stay earns, by the literal examples of hoteliers and at every border."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.kit.errors import Refused
from staytrue.loyalty.facts import Charged, Stay, charged
from staytrue.loyalty.rules import Nothing, award_for
from staytrue.loyalty.terms import DEFAULT, Terms, checked, stored


def stay(nights: int = 3, came_on: date = date(2026, 5, 1), **values: Any) -> Stay:
    values = {"id": 1, "property_id": 1, **values}
    return Stay(came_on=came_on, left_on=came_on + timedelta(days=nights), **values)


def terms(*rules: dict[str, Any], **values: Any) -> Terms:
    named = [{"key": f"r{n}", **rule} for n, rule in enumerate(rules)]
    return checked({"rules": named, **values})


YEAR = {"first": "2021-01-01", "last": "2021-12-31"}


def test_everybody_gets_25_points_a_night_to_begin_with() -> None:
    assert award_for(stay(3), DEFAULT).points == 75
    assert award_for(stay(1, rate_code="BAR", channel="ota"), DEFAULT).points == 25


def test_day_use_has_no_night_and_earns_nothing_per_night() -> None:
    assert award_for(stay(0), DEFAULT).why == Nothing.DAY_USE


def test_500_per_reservation_for_the_year_five_years_back() -> None:
    rule = {"per": "stay", "points": 500, "dates": {**YEAR, "by": "arrival"}}
    of_year = terms(rule, default={"key": "default", "per": "night", "points": 25})
    assert award_for(stay(4, date(2021, 1, 1)), of_year).points == 500
    assert award_for(stay(4, date(2021, 12, 31)), of_year).points == 500
    assert award_for(stay(4, date(2022, 1, 1)), of_year).points == 100


@pytest.mark.parametrize(
    ("by", "share", "points"),
    [
        ("arrival", "whole", 500),
        ("departure", "whole", 0),
        ("any_night", "whole", 500),
        ("any_night", "nights", 125),
    ],
)
def test_a_stay_across_new_year_follows_the_chosen_basis(by: str, share: str, points: int) -> None:
    rule = {"per": "stay", "points": 500, "dates": {**YEAR, "by": by, "share": share}}
    # One of its four nights lies in the year.
    assert award_for(stay(4, date(2021, 12, 31)), terms(rule)).points == points


def test_nights_are_shared_one_by_one() -> None:
    dates = {**YEAR, "by": "any_night", "share": "nights"}
    award = award_for(
        stay(4, date(2021, 12, 30)), terms({"per": "night", "points": 25, "dates": dates})
    )
    assert (award.points, award.parts[0].of_nights) == (50, 2)


def test_room_300_and_bar_80_at_1_per_unit_of_room_charge_give_300() -> None:
    bill = Charged(room=Decimal(300), extra=Decimal(80), currency="EUR")
    assert (
        award_for(stay(charged=bill), checked({"mode": "room_charge", "room_charge": 1})).points
        == 300
    )


@pytest.mark.parametrize(("rounded", "points"), [("amount", 398), ("points", 399)])
def test_199_99_at_2_per_unit_is_what_the_stored_rule_says(rounded: str, points: int) -> None:
    bill = Charged(room=Decimal("199.99"), currency="EUR")
    rule = {"per": "unit", "points": 2, "of": ["room"], "rounded": rounded}
    assert award_for(stay(charged=bill), terms(rule)).points == points


@pytest.mark.parametrize(
    ("rounding", "points"), [("floor", 100), ("half_up", 101), ("ceiling", 101)]
)
def test_what_is_left_over_is_rounded_as_the_rule_says(rounding: str, points: int) -> None:
    bill = Charged(room=Decimal("100.50"), currency="EUR")
    rule = {"per": "unit", "points": 1, "of": ["room"], "rounding": rounding}
    assert award_for(stay(charged=bill), terms(rule)).points == points


@pytest.mark.parametrize(("rooms", "points"), [("each", 500), ("once", 0)])
def test_a_further_room_of_a_booking_earns_as_the_rule_says(rooms: str, points: int) -> None:
    award = award_for(
        stay(is_first_room=False), terms({"per": "stay", "points": 500, "rooms": rooms})
    )
    assert award.points == points
    assert award.why == ("" if points else Nothing.FURTHER_ROOM)


@pytest.mark.parametrize(("combine", "points"), [("first", 30), ("best", 500), ("sum", 530)])
def test_several_rules_are_combined_as_the_terms_say(combine: str, points: int) -> None:
    both = terms({"per": "night", "points": 10}, {"per": "stay", "points": 500}, combine=combine)
    assert award_for(stay(3), both).points == points


def test_the_default_counts_only_where_no_rule_fits() -> None:
    only = terms(
        {"per": "night", "points": 40, "only": {"rate_codes": ["FLEX"], "not_rate_codes": ["X"]}},
        default={"key": "default", "per": "night", "points": 25},
    )
    assert award_for(stay(1, rate_code="FLEX"), only).points == 40
    assert award_for(stay(1, rate_code="BAR"), only).points == 25
    assert (
        award_for(stay(1), terms({"per": "stay", "points": 5, "only": {"hotels": [9]}})).why
        == Nothing.NO_RULE
    )


def test_a_unit_may_be_more_of_one_currency_than_of_another() -> None:
    rule = {"per": "unit", "points": 1, "of": ["room"]}
    money = terms(rule, units={"MXN": "20"})
    assert award_for(stay(charged=Charged(room=Decimal(400), currency="MXN")), money).points == 20
    assert award_for(stay(charged=Charged(room=Decimal(400), currency="EUR")), money).points == 400


def line(number: str, kind: str, amount: str, **more: Any) -> dict[str, Any]:
    return {"line": number, "kind": kind, "amount": amount, "currency": "EUR", **more}


def test_a_correction_lessens_what_it_corrects_and_an_unplaced_one_every_base() -> None:
    folio = [
        line("1", "room", "300"), line("2", "extra", "80"), line("3", "payment", "-380"),
        line("4", "correction", "-50", corrects="1"), line("5", "correction", "-10"),
        line("6", "tax", "9"), line("7", "extra", "70", currency="USD"),
    ]  # fmt: skip
    bill = charged(folio, "EUR")
    assert bill == Charged(Decimal(250), Decimal(80), Decimal(9), Decimal(-10), "EUR")
    per_room = terms({"per": "unit", "points": 1, "of": ["room"]})
    per_all = terms({"per": "unit", "points": 1, "of": ["room", "extra", "tax"]})
    assert award_for(stay(charged=bill), per_room).points == 240
    assert award_for(stay(charged=bill), per_all).points == 329


def test_a_bill_given_back_earns_nothing_and_never_less() -> None:
    bill = Charged(room=Decimal(100), unplaced=Decimal(-150), currency="EUR")
    assert (
        award_for(stay(charged=bill), terms({"per": "unit", "points": 1, "of": ["room"]})).why
        == Nothing.NOTHING_CHARGED
    )


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({"rules": [{"key": "a", "per": "night", "points": 25}], "room_charge": 1}, "terms_exclusive"),
        ({"mode": "room_charge"}, "terms_room_charge"),
        ({}, "terms_empty"),
        ({"rules": [{"key": "a", "per": "night", "points": 1}] * 2}, "terms_twice"),
        ({"rules": [{"key": "a", "per": "unit", "points": 1}]}, "terms_base"),
        ({"rules": [{"key": "a", "per": "night", "points": -1}]}, "terms_points"),
        ({"rules": [{"key": "a", "per": "week", "points": 1}]}, "terms_unreadable"),
        ({"rules": [{"key": "a", "per": "night", "points": 1, "bonus": 2}]}, "terms_unreadable"),
        ({"rules": [{"key": "a", "per": "night", "points": 1, "dates": {
            "first": "2026-02-01", "last": "2026-01-01", "by": "arrival"}}]}, "terms_dates"),
        ({"rules": [{"key": "a", "per": "night", "points": 1, "dates": {
            "first": "2026-01-01", "last": "2026-02-01", "by": "arrival", "share": "nights"}}]},
         "terms_share"),
    ],
)  # fmt: skip
def test_terms_that_make_no_sense_are_refused_with_what_is_wrong(raw: Any, code: str) -> None:
    with pytest.raises(Refused) as refused:
        checked(raw)
    assert refused.value.code == code


def test_terms_come_back_as_they_were_kept() -> None:
    kept = terms(
        {"per": "unit", "points": "1.5", "of": ["room"], "dates": {**YEAR, "by": "arrival"}}
    )
    assert checked(stored(kept)) == kept


DAYS = st.dates(date(2020, 1, 1), date(2022, 12, 31))


@given(DAYS, st.integers(0, 30), DAYS, DAYS)
def test_a_years_two_halves_share_every_night_once(
    came_on: date, nights: int, one: date, other: date
) -> None:
    first, last = min(one, other), max(one, other)
    here = stay(nights, came_on)
    before = here.nights_within(date(2019, 1, 1), first - timedelta(days=1))
    after = here.nights_within(last + timedelta(days=1), date(2024, 1, 1))
    assert before + here.nights_within(first, last) + after == nights
