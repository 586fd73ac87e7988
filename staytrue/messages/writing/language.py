"""In which language a guest is written to, and why: the house's order, among what we can write. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from staytrue.hotel.languages import in_order

LANGUAGES = ("en", "fr", "es")
"""Those that every text stands in."""


@dataclass(frozen=True)
class Known:
    """What is known of a guest's language; empty where nobody told."""

    guest_choice: str = ""
    stay: str = ""
    profile: str = ""
    country: str = ""
    property_default: str = "en"


@dataclass(frozen=True)
class Chosen:
    """The language, the step of the order that gave it, and what was passed over before it.

    `why` is kept with the message: "profile", or "property_default country:CH" where something was
    known that decided nothing.
    """

    language: str
    by: str
    passed: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """The reason as it is kept."""
        return " ".join((self.by, *self.passed))


def chosen(known: Known, offered: Collection[str] = LANGUAGES) -> Chosen:
    """Guest's choice, stay, profile, country, then the hotel's own; the first that we can write."""
    order = in_order(
        known.guest_choice, known.stay, known.profile, known.country, known.property_default
    )
    passed: list[str] = []
    for language, reason in order:
        if reason == "property_default" and known.country:
            passed.append(f"country:{known.country}")
        if language[:2].lower() in offered:
            return Chosen(language[:2].lower(), reason, tuple(passed))
        if reason != "country_rule":
            passed.append(f"{reason}:{language}")
    first = next(each for each in LANGUAGES if each in offered)
    return Chosen(first, "property_default", tuple(passed))
