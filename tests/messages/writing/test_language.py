"""In which language a guest is written to, and why."""

from __future__ import annotations

import pytest

from staytrue.messages.writing.language import Known, chosen


@pytest.mark.parametrize(
    ("known", "language", "why"),
    [
        (Known("es", "fr", "en", "FR"), "es", "guest_choice"),
        (Known("", "fr", "en", "GB"), "fr", "stay_language"),
        (Known("", "", "es-MX", "FR"), "es", "profile"),
        (Known("", "", "", "AR", "fr"), "es", "country_rule"),
        (Known("", "", "", "CH", "fr"), "fr", "property_default country:CH"),
        (Known("", "", "de", "DE", "es"), "es", "property_default profile:de country:DE"),
        (Known("", "", "de", "FR"), "fr", "country_rule profile:de"),
        (Known(property_default="pt"), "en", "property_default property_default:pt"),
        (Known(), "en", "property_default"),
    ],
)
def test_the_first_step_that_we_can_write_in_decides(known: Known, language: str, why: str) -> None:
    found = chosen(known)
    assert (found.language, found.why) == (language, why)


def test_a_text_without_that_language_falls_to_one_it_has() -> None:
    assert chosen(Known("fr"), {"en"}).language == "en"
