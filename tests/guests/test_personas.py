"""Personas: each rule by its limit, with the stays that gave it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from staytrue.guests import personas
from staytrue.guests.personas import Choice, Stay, personas_of

TODAY = date(2026, 5, 21)
MONDAY = date(2026, 3, 2)
AT = datetime(2026, 5, 21, tzinfo=UTC)


def stay(id_: int = 1, days: int = 0, nights: int = 2, **facts: Any) -> Stay:
    """A stay from a Monday on, so many days later."""
    return Stay(id_, MONDAY + timedelta(days=days), nights, **facts)


def codes(*stays: Stay, home: str = "") -> dict[str, tuple[int, ...]]:
    return {each.code: each.stays for each in personas_of(stays, home, TODAY)}


@pytest.mark.parametrize(
    ("code", "stays"),
    [
        ("family", [stay(children=1)]),
        ("couple", [stay(1, adults=2), stay(2, adults=2)]),
        ("business", [stay(1, segment="business"), stay(2, channel="corporate")]),
        ("regular", [stay(1), stay(2), stay(3)]),
        ("weekender", [stay(1, 4), stay(2, 11)]),
        ("long_stay", [stay(nights=7)]),
        ("organiser", [stay(n, is_booker=True, is_party=False, group_number="A")
                       for n in (1, 2, 3)]),
        ("day_guest", [stay(1, nights=0), stay(2, nights=0)]),
        ("early", [stay(1, lead_days=60), stay(2, lead_days=61)]),
        ("late", [stay(1, lead_days=0), stay(2, lead_days=3)]),
    ],
)  # fmt: skip
def test_each_persona_names_the_stays_that_gave_it(code: str, stays: list[Stay]) -> None:
    assert sorted(codes(*stays)[code]) == [each.id for each in stays]
    assert code not in codes(*stays[:-1])


@pytest.mark.parametrize(
    ("code", "stays"),
    [
        ("family", [stay(children=0)]),
        ("couple", [stay(1, adults=2), stay(2, adults=2), *(stay(n, adults=1) for n in (3, 4, 5))]),
        ("regular", [stay(n, days=-800) for n in (1, 2, 3)]),
        ("regular", [stay(n, is_over=False) for n in (1, 2, 3)]),
        ("weekender", [stay(1, 1), stay(2, 8)]),
        ("weekender", [stay(1, 4, nights=9), stay(2, 11, nights=9)]),
        ("organiser", [stay(n, is_booker=True, group_number=str(n)) for n in (1, 2, 3)]),
        ("late", [stay(1), stay(2)]),
    ],
)
def test_below_its_limit_no_persona_is_given(code: str, stays: list[Stay]) -> None:
    assert code not in codes(*stays)


def test_who_lives_where_he_stays_is_local_and_who_only_booked_stays_nowhere() -> None:
    assert "local" in codes(stay(place="BILBAO"), home="Bilbao")
    assert "local" not in codes(stay(place="Bilbao"))
    assert not codes(stay(place="Bilbao", children=2, is_party=False), home="Bilbao")


def test_what_a_person_says_stands_whatever_is_computed() -> None:
    said = [
        Choice("family", False, "member:1", "travels with a class", AT, 1),
        Choice("local", True, "member:1", "moved here", AT - timedelta(days=1), 1),
        Choice("local", False, "member:2", "moved away", AT, 2),
    ]  # fmt: skip
    shown = {each.code: each for each in personas.shown(
        personas_of([stay(children=1), stay(2, nights=9)], "", TODAY), said)}  # fmt: skip
    assert not shown["family"].is_so
    assert shown["family"].computed is not None
    assert shown["long_stay"].is_so
    assert not shown["local"].is_so
    assert shown["local"].computed is None


def test_every_rule_has_its_limits_for_its_sentence() -> None:
    assert set(personas.LIMITS) == set(personas.PERSONAS)
