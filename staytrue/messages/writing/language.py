"""In which language a guest is written to, and why: an explicit order. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

LANGUAGES = ("en", "fr", "es")
"""Those that every text stands in."""

# Only countries where one of our languages is the one a letter from abroad is written in.
# Switzerland, Belgium, Luxembourg, Canada and Cameroon have several: nobody is guessed at there.
_OF_COUNTRY = {
    "en": "GB IE US AU NZ MT JM BB BS TT GY BZ GH NG KE UG ZM ZW ZA SG",
    "fr": "FR MC GF GP MQ RE YT NC PF PM WF BL MF BJ BF CI GA GN ML NE SN TG CG CD",
    "es": "ES AR BO CL CO CR CU DO EC SV GQ GT HN MX NI PA PY PE UY VE PR",
}
BY_COUNTRY = {code: language for language, codes in _OF_COUNTRY.items() for code in codes.split()}


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

    `why` is kept with the message: "profile", or "property_default country:CH" where a step had
    something that told nothing.
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
    passed: list[str] = []
    for step in ("guest_choice", "stay", "profile"):
        told = getattr(known, step).strip().lower()
        if (language := told[:2]) in offered:
            return Chosen(language, step, tuple(passed))
        if told:
            passed.append(f"{step}:{told}")
    if country := known.country.strip().upper():
        if (language := BY_COUNTRY.get(country, "")) in offered:
            return Chosen(language, "country", tuple(passed))
        passed.append(f"country:{country}")
    own = known.property_default[:2]
    language = own if own in offered else next(each for each in LANGUAGES if each in offered)
    return Chosen(language, "property_default", tuple(passed))
