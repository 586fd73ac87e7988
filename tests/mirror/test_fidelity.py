"""What counts as a difference between the mirror and the PMS, and how sure a share of them is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from staytrue.hotel.codes import GuestRole
from staytrue.hotel.records import Email, Extra, GuestOnBooking
from staytrue.mirror import fidelity
from staytrue.mirror.canonical import House
from staytrue.mirror.fidelity import Share
from tests import make

HOUSE = House("BIO", "Europe/Madrid")
TODAY = date(2026, 5, 21)


def shown(record: Any) -> dict[str, Any]:
    return fidelity.told(record, HOUSE, TODAY)


def differing(ours: Any, theirs: Any, **overlaid: Any) -> dict[str, tuple[Any, Any]]:
    object = "profile" if hasattr(ours, "source_id") else "reservation"
    return dict(fidelity.compare(object, shown(ours) | overlaid, shown(theirs)).differing)


def test_a_difference_has_its_field_and_both_values() -> None:
    ours, theirs = make.reservation(nights=3), make.reservation(nights=4)
    assert differing(ours, theirs) == {
        "departure_on": ("2026-05-26", "2026-05-27"),
        "nights": (3, 4),
    }


def test_the_order_of_a_list_means_nothing() -> None:
    both = [GuestOnBooking(GuestRole.PRIMARY, "G1"), GuestOnBooking(GuestRole.COMPANION, "G2")]
    ours, theirs = make.reservation(guests=both), make.reservation(guests=both[::-1])
    assert differing(ours, theirs) == {}


def test_version_marks_are_no_difference() -> None:
    early, late = (datetime(2026, 5, day, tzinfo=UTC) for day in (1, 2))
    ours = make.reservation(modified_at=early, version=1)
    assert differing(ours, make.reservation(modified_at=late, version=2)) == {}


def test_one_instant_is_equal_in_every_zone() -> None:
    madrid = datetime.fromisoformat("2026-05-01T12:00:00+02:00")
    utc = datetime(2026, 5, 1, 10, tzinfo=UTC)
    assert differing(make.reservation(created_at=madrid), make.reservation(created_at=utc)) == {}


def test_an_amount_is_equal_however_many_zeros_it_has() -> None:
    ours = make.reservation(amount=Decimal("612.0"), extras=[Extra("SPA", amount=Decimal(30))])
    theirs = make.reservation(amount=Decimal(612), extras=[Extra("SPA", amount=Decimal("30.00"))])
    assert differing(ours, theirs) == {}


def test_nobody_and_no_answer_are_different() -> None:
    found = differing(make.reservation(children=0), make.reservation(children=None))
    assert found == {"children": (0, None)}


def test_a_no_show_that_we_inferred_is_no_difference() -> None:
    stay = make.reservation()
    inferred = {"status": "no_show", "status_origin": "inferred"}
    assert differing(stay, stay, **inferred) == {}


def test_an_inferred_no_show_is_a_difference_once_the_pms_says_another_word() -> None:
    said = make.reservation(source_status="In house")
    inferred = {"status": "no_show", "status_origin": "inferred"}
    assert "status" in differing(make.reservation(), said, **inferred)


def test_a_child_is_compared_by_what_the_mirror_may_keep() -> None:
    child = make.profile(birth_date="2018-02-01", emails=[Email("kid@example.com")])
    assert shown(child)["emails"] == []
    assert shown(child)["birth_date"] is None


def test_two_empty_fields_agree_about_nothing() -> None:
    bare = fidelity.compare("profile", shown(make.profile()), shown(make.profile()))
    spoken = make.profile(language="eu")
    full = fidelity.compare("profile", shown(spoken), shown(spoken))
    assert full.fields == bare.fields + 1


@pytest.mark.parametrize(
    ("status", "arrival", "window"),
    [
        ("in_house", date(2026, 5, 19), "in_house"),
        ("confirmed", date(2026, 5, 21), "next_7"),
        ("confirmed", date(2026, 5, 28), "next_7"),
        ("cancelled", date(2026, 5, 29), "next_30"),
        ("confirmed", date(2026, 6, 21), "later"),
        ("checked_out", date(2026, 5, 21), "past"),
        ("no_show", date(2026, 5, 20), "past"),
    ],
)
def test_arrival_windows(status: str, arrival: date, window: str) -> None:
    assert fidelity.window_of(status, arrival, TODAY) == window


def test_the_interval_is_that_of_clopper_and_pearson() -> None:
    # Known values: 0 of 10, 5 of 10, 95 of 100.
    assert Share(0, 10).interval == pytest.approx((0.0, 0.3085), abs=1e-4)
    assert Share(5, 10).interval == pytest.approx((0.1871, 0.8129), abs=1e-4)
    assert Share(95, 100).interval == pytest.approx((0.8872, 0.9836), abs=1e-4)


def test_of_all_there_are_nothing_is_left_to_chance() -> None:
    assert Share(3, 4, is_whole=True).interval == (0.75, 0.75)


def test_planted_error_rates_fall_inside_the_interval() -> None:
    """1,000 nights, each with its own error rate from 0.1 to 5 %, 200 of 4,000 bookings drawn."""
    chance = Random(93)
    stay = make.reservation()
    ours, wrong = shown(stay), shown(make.reservation(nights=4))
    nights, inside = 1_000, 0
    for night in range(nights):
        rate = 0.001 + (0.05 - 0.001) * night / (nights - 1)
        planted = round(4_000 * rate)
        drawn = chance.sample(range(4_000), 200)
        found = [
            fidelity.compare("reservation", ours, wrong if number < planted else ours)
            for number in drawn
        ]
        low, high = Share(sum(not each.differing for each in found), len(found)).interval
        inside += low <= 1 - planted / 4_000 <= high
    assert inside >= 0.93 * nights
