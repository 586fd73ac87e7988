"""What each country asks before a house may write, per purpose and channel. Pure; no legal advice.

The table stands in `bases.toml`, with a version and its reason in three languages; a hotel adjusts
it by choices of its own, which are dated too.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from enum import IntEnum
from functools import cache
from importlib import resources

import msgspec

from staytrue.consent.purposes import Channel, Purpose

ANY = "*"


class Requirement(IntEnum):
    """What must be there before writing, the strictest last; compared with `ratchet.Evidence`."""

    UNTIL_OBJECTION = 0
    EXISTING_CUSTOMER = 1
    EXPLICIT = 2
    DOUBLE_OPT_IN = 3


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A country of the table, as the file writes it."""

    text: dict[str, str]
    months: int | None = None
    marketing: dict[Channel, str] = {}
    survey: dict[Channel, str] = {}


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    version: str
    country: dict[str, Row]


class Choice(msgspec.Struct, frozen=True):
    """A hotel's own rule for a country, or for every country (`*`)."""

    id: int
    country: str
    purpose: Purpose
    channel: Channel
    requirement: Requirement


class Rule(msgspec.Struct, frozen=True):
    """What holds for one guest at one hotel: the country whose rule it is, and its version."""

    country: str
    requirement: Requirement
    months: int
    version: str


@cache
def table() -> Table:
    """The table as shipped."""
    text = (resources.files(__package__) / "bases.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Table)


def rule_for(
    purpose: Purpose, channel: Channel, countries: Collection[str], choices: Collection[Choice] = ()
) -> Rule:
    """The strictest of what the guest's and the hotel's country ask."""
    asked = sorted({country or ANY for country in countries} - {ANY}) or [ANY]
    rules = [_of(country, purpose, channel, choices) for country in asked]
    return max(rules, key=lambda rule: rule.requirement)


def _of(country: str, purpose: Purpose, channel: Channel, choices: Collection[Choice]) -> Rule:
    rows = table().country
    row, rest = rows.get(country, rows[ANY]), rows[ANY]
    months = row.months or rest.months or 0
    own: Mapping[str, Choice] = {
        each.country: each
        for each in sorted(choices, key=lambda one: one.id)
        if (each.purpose, each.channel) == (purpose, channel)
    }
    chosen = own.get(country) or own.get(ANY)
    if chosen:
        version = f"{table().version}+{chosen.id}"
        return Rule(country, chosen.requirement, months, version)
    if purpose not in (Purpose.MARKETING, Purpose.SURVEY):
        return Rule(country, Requirement.UNTIL_OBJECTION, months, table().version)
    name = purpose.value
    said: str = getattr(row, name).get(channel) or getattr(rest, name)[channel]
    return Rule(country, Requirement[said.upper()], months, table().version)


def text_for(country: str, language: str) -> str:
    """The help text of a country's rule; English where the language has none."""
    texts = table().country.get(country, table().country[ANY]).text
    return texts.get(language) or texts["en"]
