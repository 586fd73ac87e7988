"""The words on texts and languages."""

from __future__ import annotations

import pytest
from django.utils import translation

from staytrue.web import text_words


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("profile", "said in the profile"),
        ("property_default country:CH",
         "the hotel’s own language; Switzerland tells of none that we write"),
        ("country_rule profile:de", "the language of his country; German is none that we write"),
    ],
)  # fmt: skip
def test_the_reason_of_a_language_is_told_with_what_was_passed_over(why: str, told: str) -> None:
    with translation.override("en"):
        assert text_words.spoken(why) == told
