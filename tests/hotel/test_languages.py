"""In which language a guest is addressed, and why."""

from __future__ import annotations

from typing import Any

import pytest

from staytrue.hotel.languages import language_for, language_of, of_country


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"guest_choice": "it", "stay": "fr", "profile": "de"}, ("it", "guest_choice")),
        ({"stay": "fr", "profile": "de", "country": "ES"}, ("fr", "stay_language")),
        ({"profile": "de", "country": "ES"}, ("de", "profile")),
        ({"country": "DE"}, ("de", "country_rule")),
        ({"country": "CH"}, ("es", "property_default")),
        ({}, ("es", "property_default")),
    ],
)
def test_the_first_that_says_a_language_decides_and_is_named(
    said: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert language_for(**said, property_default="es") == expected


@pytest.mark.parametrize("country", ["CH", "BE", "CA", None, ""])
def test_a_country_of_several_languages_tells_none(country: str | None) -> None:
    assert of_country(country) is None


def test_records_answer_as_their_fields_do() -> None:
    swiss = {"language": None, "country": "CH"}
    stay = {"custom": {"language": "Italienisch"}}
    assert language_of(swiss, "fr") == ("fr", "property_default")
    assert language_of(swiss, "fr", stay=stay) == ("it", "stay_language")
    assert language_of(swiss, "fr", stay=stay, guest_choice="rm") == ("rm", "guest_choice")
