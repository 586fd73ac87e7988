"""What staff type for a field is read as a PMS's value is, or refused with a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from staytrue.guests.typed import value_of
from staytrue.kit.errors import Refused

TODAY = date(2026, 5, 21)


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("first_name", "  Claire ", "Claire"),
        ("birth_date", "1980-04-12", "1980-04-12"),
        ("language", "français", "fr"),
        ("country", "España", "ES"),
        ("emails", "claire@fontanel.example",
         [{"address": "claire@fontanel.example", "type": None, "masked": False}]),
        ("phones", "612 345 678",
         [{"raw": "612 345 678", "number": "+34612345678", "type": None, "line": "mobile"}]),
    ],
)  # fmt: skip
def test_a_value_is_read_as_the_mirror_would_hold_it(field: str, typed: str, value: Any) -> None:
    assert value_of(field, {"value": typed}, "ES", TODAY) == value


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("kind", "person", "field_fixed"),
        ("last_name", " ", "value_missing"),
        ("last_name", "x" * 201, "value_long"),
        ("last_name", "Unknown", "name_nobodys"),
        ("birth_date", "12/04", "birth_unreadable"),
        ("birth_date", "2030-01-01", "birth_impossible"),
        ("birth_date", "1970-01-01", "birth_placeholder"),
        ("language", "klingonese", "language_unknown"),
        ("nationality", "Freedonia", "country_unknown"),
        ("emails", "claire at home", "email_unreadable"),
        ("emails", "x.1@guest.booking.com", "email_not_own"),
        ("emails", "noemail@hotel.example", "email_not_own"),
        ("phones", "call the agency", "phone_unreadable"),
    ],
)
def test_what_cannot_be_is_refused_by_name(field: str, typed: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        value_of(field, {"value": typed}, "ES", TODAY)
    assert refusal.value.code == code


def test_an_address_needs_its_street_and_its_town() -> None:
    whole = {"line1": "18 quai Saint-Vincent", "postcode": "69001", "city": "Lyon", "country": "fr"}
    assert value_of("addresses", whole, "ES", TODAY)[0]["country"] == "FR"
    with pytest.raises(Refused, match="street"):
        value_of("addresses", {"city": "Lyon"}, "ES", TODAY)
