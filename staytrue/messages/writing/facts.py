"""The facts of one message as plain words in the guest's language: what a template is filled with.

Pure. A field that has no value is absent, never empty, so that a text without a fallback for it
is noticed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from html import escape
from typing import Any

from staytrue.guests.accounts.programme import Membership
from staytrue.kit.text import clean, clean_lines
from staytrue.messages.writing import greeting, phrases
from staytrue.messages.writing.greeting import Person, Style

VALUE_MAX = 300
"""No fact of a stay or guest is longer; what is, was not meant for a letter."""
TEXT_MAX = 1_500
"""What a hotel writes of itself may be longer."""
LETTER_MAX = 4_000
"""So long may be what a member writes by hand."""
_WORD = re.compile(r"[a-z][a-z0-9_]{0,59}")
_NO_WORD = re.compile(r"[^a-z0-9]+")

Facts = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class House:
    """What a hotel says of itself on its letters."""

    name: str
    timezone: str = "UTC"
    city: str = ""
    colour: str = "#162a22"
    address: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    legal_line: str = ""
    check_in_from: time | None = None
    check_out_until: time | None = None
    directions: Mapping[str, str] = field(default_factory=dict)
    good_to_know: Mapping[str, str] = field(default_factory=dict)
    greetings: Mapping[str, Style] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    rates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stay:
    """What a letter may tell of a reservation; `before` are the dates as they were last told."""

    number: str
    arrival_on: date
    departure_on: date
    nights: int
    room_category: str = ""
    rate_code: str = ""
    board: str = ""
    adults: int | None = None
    children: int | None = None
    infants: int | None = None
    amount: Decimal | None = None
    currency: str = ""
    extras: tuple[str, ...] = ()
    rooms: int = 1
    as_of: datetime | None = None
    before: tuple[date, date] | None = None
    custom: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Corrects:
    """The wrong message that a correction puts right."""

    cause: str
    subject: str
    sent_on: date


@dataclass(frozen=True)
class Letter:
    """What a member wrote by hand."""

    subject: str
    words: str


class Lines(str):
    """Words of several lines: a mail shows each line as one, and nothing in them as its own code."""

    __slots__ = ()

    def __html__(self) -> str:
        return escape(str(self)).replace("\n", "<br>\n")


@dataclass(frozen=True)
class Given:
    """All that one message is made of."""

    house: House
    person: Person
    stay: Stay | None
    links: Mapping[str, str] = field(default_factory=dict)
    custom: Mapping[str, Any] = field(default_factory=dict)
    corrects: Corrects | None = None
    letter: Letter | None = None
    member: Membership | None = None


def of(given: Given, language: str, now: datetime) -> Facts:
    """Everything a template may name, as text."""
    found: Facts = {
        "guest": _guest(given, language),
        "hotel": _hotel(given.house, language),
        "links": dict(given.links),
        "stay": _stay(given.stay, given.house, language, now) if given.stay else {},
        "correction": _correction(given.corrects, language, now) if given.corrects else {},
        "letter": _letter(given.letter) if given.letter else {},
        "member": _member(given.member, language) if given.member else {},
    }
    return found


def _guest(given: Given, language: str) -> dict[str, Any]:
    person = given.person
    style = given.house.greetings.get(language, greeting.DEFAULTS[language])
    made = {
        "greeting": greeting.greeting(person, language, style),
        "title": greeting.title_in(person.title, language),
        "first_name": greeting.shown(person.first),
        "last_name": greeting.shown(person.last),
        "second_last_name": greeting.shown(person.second_last),
        "name": greeting.full_name(person, Style(surnames="both")),
    }
    return _filled(made) | {"custom": _own(given.custom)}


def _hotel(house: House, language: str) -> dict[str, Any]:
    made = {
        "name": _line(house.name),
        "colour": house.colour,
        "city": _line(house.city),
        "address": house.address,
        # A number that breaks at the end of a line is hard to dial.
        "phone": house.phone.replace(" ", "\u00a0"),
        "email": house.email,
        "website": house.website,
        "legal_line": house.legal_line,
        "check_in_from": house.check_in_from and phrases.clock(house.check_in_from, language),
        "check_out_until": house.check_out_until and phrases.clock(house.check_out_until, language),
        "directions": _line(house.directions.get(language, ""), TEXT_MAX),
        "good_to_know": _line(house.good_to_know.get(language, ""), TEXT_MAX),
    }
    return _filled(made)


def _stay(stay: Stay, house: House, language: str, now: datetime) -> dict[str, Any]:
    before = stay.before or (None, None)
    counts = {"adults": stay.adults, "children": stay.children, "infants": stay.infants}
    made = {
        "number": _line(stay.number),
        "arrival": phrases.day(stay.arrival_on, language, now.year),
        "departure": phrases.day(stay.departure_on, language, now.year),
        "nights": phrases.nights(stay.nights, language),
        "arrival_before": before[0] and phrases.day(before[0], language, now.year),
        "departure_before": before[1] and phrases.day(before[1], language, now.year),
        # A category or rate without a label is a code of the PMS, which tells a guest nothing.
        "room_category": _line(house.categories.get(stay.room_category, "")),
        "rate": _line(house.rates.get(stay.rate_code, "")),
        "board": phrases.BOARDS.get(stay.board, {}).get(language, ""),
        "people": phrases.people(counts, language),
        "rooms": stay.rooms if stay.rooms > 1 else "",
        "amount": phrases.money(stay.amount, stay.currency, language)
        if stay.amount is not None and stay.currency
        else "",
        "extras": _line(", ".join(stay.extras)),
        "as_of": stay.as_of and phrases.instant(stay.as_of, house.timezone, language),
    }
    return _filled(made) | {"custom": _own(stay.custom)}


def _correction(wrong: Corrects, language: str, now: datetime) -> dict[str, Any]:
    made = {
        "cause": wrong.cause,
        "subject": _line(wrong.subject),
        "sent_on": phrases.day(wrong.sent_on, language, now.year),
    }
    return _filled(made)


def _letter(typed: Letter) -> dict[str, Any]:
    words = Lines(clean_lines(typed.words)[:LETTER_MAX])
    return {"subject": _line(typed.subject), "words": words}


def _member(member: Membership, language: str) -> dict[str, Any]:
    return _filled(
        {"tier": _line(member.tier_name), "points": phrases.number(member.points, language)}
    )


def _filled(made: Mapping[str, Any]) -> dict[str, Any]:
    """Only what has a value."""
    return {name: str(value) for name, value in made.items() if value}


def _line(text: str, most: int = VALUE_MAX) -> str:
    """What others wrote, as one clean line."""
    return clean(text)[:most]


def _own(custom: Mapping[str, Any]) -> dict[str, Any]:
    """The PMS's own fields under names that a template can say: "Parking place" is parking_place."""
    named = {_NO_WORD.sub("_", name.lower()).strip("_"): value for name, value in custom.items()}
    return _filled(
        {
            name: "" if value is False else _line(str(value))
            for name, value in named.items()
            if _WORD.fullmatch(name) and isinstance(value, str | int | float | Decimal)
        }
    )
