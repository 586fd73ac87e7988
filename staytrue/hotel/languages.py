"""In which language a guest is addressed, and why: an explicit order with a reason code. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from babel.languages import get_official_languages

from staytrue.hotel.contacts import language_tag


class Spoken(NamedTuple):
    """A language (BCP 47) and where it comes from."""

    language: str
    reason: str


def language_for(
    *,
    guest_choice: str | None = None,
    stay: str | None = None,
    profile: str | None = None,
    country: str | None = None,
    property_default: str,
) -> Spoken:
    """The first of: what the guest chose, the stay's, the profile's, the country's, the hotel's."""
    return in_order(guest_choice, stay, profile, country, property_default)[0]


def in_order(
    guest_choice: str | None,
    stay: str | None,
    profile: str | None,
    country: str | None,
    property_default: str,
) -> list[Spoken]:
    """Everything that is known of it, what counts most first."""
    said = (
        (guest_choice, "guest_choice"),
        (stay, "stay_language"),
        (profile, "profile"),
        (of_country(country), "country_rule"),
        (property_default, "property_default"),
    )
    return [Spoken(language, reason) for language, reason in said if language]


def language_of(
    profile: Mapping[str, Any],
    property_default: str,
    *,
    stay: Mapping[str, Any] | None = None,
    guest_choice: str | None = None,
) -> Spoken:
    """The same for canonical records; a mapping gives the stay's as a custom field `language`."""
    said = str(((stay or {}).get("custom") or {}).get("language") or "")
    return language_for(
        guest_choice=guest_choice,
        stay=language_tag(said) if said else None,
        profile=profile["language"],
        country=profile["country"],
        property_default=property_default,
    )


@lru_cache(maxsize=512)
def of_country(country: str | None) -> str | None:
    """The language of a country that has but one official one; Switzerland tells us nothing."""
    if not country:
        return None
    official = get_official_languages(country, de_facto=True)
    return official[0] if len(official) == 1 else None
