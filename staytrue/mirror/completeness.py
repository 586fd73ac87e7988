"""How complete a profile is: fields of three levels of importance, and the score they add up to.

Each field stands here once, as a rule on the canonical record and as the same condition in SQL, so
that a property's average is the sum over its profiles exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import connection

from staytrue.staff.access import Access, hides

Record = Mapping[str, Any]
PROFILES = "profiles.read"


class Level(StrEnum):
    """How much a field matters: without essentials there is no relationship at all."""

    ESSENTIAL = "essential"
    PERSONALISING = "personalising"
    QUALIFYING = "qualifying"


# Four essential, five personalising and five qualifying fields: together 100.
WEIGHTS = {Level.ESSENTIAL: 15, Level.PERSONALISING: 6, Level.QUALIFYING: 2}
SCORE_MAX = 100


@dataclass(frozen=True)
class Wanted:
    """A field a profile should have. `sql` says of a profile p what `is_there` says of a record."""

    name: str
    label: str
    level: Level
    is_there: Callable[[Record], bool]
    sql: str

    @property
    def weight(self) -> int:
        """What it adds to the score."""
        return WEIGHTS[self.level]


def _text(name: str, label: str, level: Level) -> Wanted:
    return Wanted(name, label, level, lambda r: bool(r[name]), f"coalesce(p.{name}, '') <> ''")


def _list(name: str, label: str, level: Level) -> Wanted:
    return Wanted(name, label, level, lambda r: bool(r[name]), f"p.{name} <> '[]'")


def _has_own_mail(record: Record) -> bool:
    return any(not mail["masked"] for mail in record["emails"])


def _has_mobile(record: Record) -> bool:
    # Where numbers of both kinds look alike, as in America, a valid one may be a mobile.
    return any(phone["number"] and phone["line"] != "fixed" for phone in record["phones"])


WANTED = (
    _text("last_name", "last name", Level.ESSENTIAL),
    _text("first_name", "first name", Level.ESSENTIAL),
    Wanted("emails", "e-mail of his own", Level.ESSENTIAL, _has_own_mail,
           "p.emails @? '$[*] ? (@.masked == false)'"),
    Wanted("phones", "mobile", Level.ESSENTIAL, _has_mobile,
           """p.phones @? '$[*] ? (@.number != null && @.line != "fixed")'"""),
    _text("title", "title", Level.PERSONALISING),
    _text("language", "language", Level.PERSONALISING),
    _text("country", "country", Level.PERSONALISING),
    _text("birth_date", "birthday", Level.PERSONALISING),
    _list("addresses", "postal address", Level.PERSONALISING),
    _text("nationality", "nationality", Level.QUALIFYING),
    _list("loyalty", "membership", Level.QUALIFYING),
    _list("consents", "permission", Level.QUALIFYING),
    _text("vip", "VIP level", Level.QUALIFYING),
    _text("notes", "notes", Level.QUALIFYING),
)  # fmt: skip

BY_NAME = {wanted.name: wanted for wanted in WANTED}
POINTS = " + ".join(f"CASE WHEN {w.sql} THEN {w.weight} ELSE 0 END" for w in WANTED)
"""The score of a profile p in SQL."""


@dataclass(frozen=True)
class Completeness:
    """A score from 0 to 100, and what is missing, the most important first."""

    score: int
    missing: tuple[Wanted, ...]

    @property
    def sentence(self) -> str:
        """What is missing, as the command line and reports say it."""
        if not self.missing:
            return f"{self.score} of {SCORE_MAX}: nothing is missing."
        named = ", ".join(f"{wanted.label} ({wanted.level})" for wanted in self.missing)
        return f"{self.score} of {SCORE_MAX}. Missing: {named}."


def completeness_of(record: Record) -> Completeness:
    """The completeness of a whole canonical profile: a redacted one would seem poorer than it is."""
    missing = tuple(wanted for wanted in WANTED if not wanted.is_there(record))
    return Completeness(SCORE_MAX - sum(wanted.weight for wanted in missing), missing)


@dataclass(frozen=True)
class OfProperty:
    """The completeness of a property: `points` is the sum over its profiles."""

    property_id: int
    code: str
    profiles: int
    points: int
    missing: Mapping[str, int]

    @property
    def average(self) -> Decimal:
        """The mean score, exact to two decimals; zero where there is nobody."""
        if not self.profiles:
            return Decimal(0)
        return (Decimal(self.points) / self.profiles).quantize(Decimal("0.01"))


# Companies and profiles that the PMS itself gave up are nobody to write to.
COUNTED = "p.kind = 'person' AND NOT p.deleted AND NOT p.anonymised AND p.merged_into IS NULL"


def completeness_by_property(access: Access) -> list[OfProperty]:
    """The completeness of each of his properties, by code, with how many lack each field.

    It says which contacts there are, so it is for those who may read them.
    """
    ids = sorted(id_ for id_ in access.where(PROFILES) if not hides(access, "emails", id_))
    lacking = ", ".join(f"count(*) FILTER (WHERE NOT ({w.sql}))" for w in WANTED)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT h.id, h.code, count(*), sum({POINTS}), {lacking}
                  FROM profile p JOIN property h ON h.id = p.property_id
                 WHERE p.property_id = ANY(%s) AND {COUNTED}
                 GROUP BY h.id, h.code ORDER BY h.code""",
            [ids],
        )
        rows = cursor.fetchall()
    names = [wanted.name for wanted in WANTED]
    return [
        OfProperty(id_, code, profiles, total, dict(zip(names, missing, strict=True)))
        for id_, code, profiles, total, *missing in rows
    ]
