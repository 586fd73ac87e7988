"""How a guest is greeted in each language: by title and surname or by given name. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from staytrue.guests.composing import shown_name
from staytrue.hotel import names
from staytrue.kit.text import clean, fold

NAME_MAX = 60
"""What is longer is a sentence in a name field, not a name."""

_MAN = names.listed("mr mister sir herr m monsieur sr senor don signor sig")
_WOMAN = names.listed("mrs ms miss madam frau mme mlle madame mademoiselle sra srta senora dona "
                      "senorita signora")  # fmt: skip
_DOCTOR = names.listed("dr doctor docteur dra doctora doktor")
_TITLES = {
    "en": {"man": "Mr", "woman": "Ms", "doctor": "Dr"},
    "fr": {"man": "Monsieur", "woman": "Madame", "doctor": "Docteur"},
    "es": {"man": "Sr.", "woman": "Sra.", "doctor": "Dr."},
}
_NEUTRAL = {"en": "Hello", "fr": "Bonjour", "es": "Buenos días"}
_BY_NAME = {"en": "Dear {}", "fr": "Bonjour {}", "es": "Hola, {}"}
_BY_TITLE = {
    "en": {"man": "Dear {}", "woman": "Dear {}", "doctor": "Dear {}"},
    "fr": {"man": "Bonjour {}", "woman": "Bonjour {}", "doctor": "Bonjour {}"},
    # "Estimado/a" needs a gender, which a doctor's title in a PMS does not tell.
    "es": {"man": "Estimado {}", "woman": "Estimada {}", "doctor": "Hola, {}"},
}
_LINK = re.compile(r"://|www\.|@|\.(com|net|org|io|ru|xyz|info)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Style:
    """What a hotel chose for a language: `by` title or given name, and how many surnames."""

    by: str = "given"
    surnames: str = "both"


DEFAULTS = {"en": Style("given"), "fr": Style("title"), "es": Style("title", "both")}


@dataclass(frozen=True)
class Person:
    """A guest's name as it is composed; empty where nobody knows."""

    title: str = ""
    first: str = ""
    last: str = ""
    second_last: str = ""
    is_person: bool = True


def greeting(person: Person, language: str, style: Style | None = None) -> str:
    """The greeting without its comma; neutral where no name can be said with confidence."""
    style = style or DEFAULTS[language]
    first, last = shown(person.first), surnames(person, style)
    title = title_in(person.title, language)
    if not person.is_person:
        return _NEUTRAL[language]
    if title and last and (style.by == "title" or not first):
        return _BY_TITLE[language][gender_of(person.title)].format(f"{title} {last}")
    # A bare surname is no way to speak to anybody.
    name = full_name(person, style) if first and style.by == "title" else first
    return _BY_NAME[language].format(name) if name else _NEUTRAL[language]


def full_name(person: Person, style: Style) -> str:
    """Given name and surnames in the order of their script."""
    first, last = shown(person.first), surnames(person, style)
    parts = (last, first) if _is_east_asian(last) else (first, last)
    return clean(" ".join(filter(None, parts)))


def surnames(person: Person, style: Style) -> str:
    """The surname as the hotel says it: both of a Spanish guest, or only the first."""
    words = [shown(person.last), shown(person.second_last)]
    if style.surnames == "both":
        return clean(" ".join(filter(None, words)))
    return _first_surname(words[0])


def _first_surname(last: str) -> str:
    """Of "García López" García, of "de la Fuente Ruiz" de la Fuente."""
    words = last.split()
    end = next((n for n, word in enumerate(words, 1) if fold(word) not in names.PARTICLES), 0)
    return " ".join(words[:end])


def shown(name: str) -> str:
    """A name as it can be said: repaired and out of capitals; nothing where it is none."""
    told = shown_name(clean(name)) if name else ""
    words = fold(told).split()
    if len(told) > NAME_MAX or _LINK.search(told) or not any(map(str.isalnum, told)):
        return ""
    return "" if words and all(word in names.NOBODY for word in words) else told


def gender_of(title: str) -> str:
    """What a PMS's title tells, or nothing."""
    word = fold(title).strip(" .")
    if word in _DOCTOR:
        return "doctor"
    return "man" if word in _MAN else "woman" if word in _WOMAN else ""


def title_in(title: str, language: str) -> str:
    """A PMS's title in the guest's language: "Mrs" is "Madame"."""
    return _TITLES[language].get(gender_of(title), "")


def _is_east_asian(text: str) -> bool:
    return bool(text) and unicodedata.name(text[0], "").startswith(("CJK", "HANGUL", "HIRAGANA"))
