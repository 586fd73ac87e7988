"""Promises before arrival: held against the house rules, and later against the mirror."""

from __future__ import annotations

from datetime import time
from decimal import Decimal

import pytest

from staytrue.desk.kinds import Promised
from staytrue.desk.promise_rules import Bounds, Promise, Rule, broken, check, differs
from staytrue.kit.errors import Refused

RULES = [
    Rule(1, 3, Promised.TIME, "check_in", "Check-in is from 12:00.", Bounds(not_before=time(12))),
    Rule(2, 1, Promised.TIME, "check_out", "Check-out until 14:00.", Bounds(not_after=time(14))),
    Rule(3, 1, Promised.PRICE, "late_check_out", "At least 30.", Bounds(least=Decimal(30))),
    Rule(4, 1, Promised.ROOM, "room", "No rooms by number.", Bounds(allowed=("Suite", "Patio"))),
]


@pytest.mark.parametrize(
    ("about", "subject", "value", "told"),
    [
        ("time", "check_in", "09:00", ["Check-in is from 12:00."]),
        ("time", "check_in", "12:00", []),
        ("time", "check_out", "15:30", ["Check-out until 14:00."]),
        ("time", "breakfast", "09:00", []),
        ("price", "late_check_out", "0", ["At least 30."]),
        ("price", "late_check_out", "30.00", []),
        ("room", "room", "214", ["No rooms by number."]),
        ("room", "room", "Suite", []),
    ],
)
def test_a_promise_is_held_against_the_rules_about_it(
    about: str, subject: str, value: str, told: list[str]
) -> None:
    assert broken(check(Promise(Promised(about), subject, value), RULES)) == told


def test_what_was_checked_names_the_rule_and_its_version() -> None:
    (checked,) = check(Promise(Promised.TIME, "check_in", "09:00"), RULES)
    assert (checked.rule, checked.version, checked.holds) == (1, 3, False)


@pytest.mark.parametrize(("about", "value"), [("time", "nine"), ("price", "NaN"), ("price", "a")])
def test_what_cannot_be_read_is_refused(about: str, value: str) -> None:
    with pytest.raises(Refused):
        check(Promise(Promised(about), "check_in", value), RULES)


@pytest.mark.parametrize(
    ("about", "value", "stay", "is_other"),
    [
        ("room", "Suite", {"room_category": "Classic", "room_number": None}, True),
        ("room", "Suite", {"room_category": "Suite", "room_number": "12"}, False),
        ("room", "12", {"room_category": "Suite", "room_number": "12"}, False),
        ("room", "Suite", {"room_category": None, "room_number": None}, False),
        ("price", "200", {"amount": Decimal("200.0000")}, False),
        ("price", "200", {"amount": Decimal(210)}, True),
        ("time", "14:00", {"amount": Decimal(210)}, False),
    ],
)
def test_the_mirror_contradicts_rooms_and_prices(
    about: str,
    value: str,
    stay: dict[str, object],
    is_other: bool,  # noqa: FBT001 - a table
) -> None:
    assert differs(Promise(Promised(about), "x", value), stay) is is_other
