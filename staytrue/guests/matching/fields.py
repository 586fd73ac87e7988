"""What two profiles are compared in: each field with its levels, from the same to different."""

from __future__ import annotations

from dataclasses import dataclass

MISSING = -1
"""The level where one side says nothing: no evidence, neither for nor against."""


@dataclass(frozen=True)
class Field:
    """A field and its levels, best first; the last one is always "different".

    `group` tells fields that are not independent of each other. `person` is what a person has
    alone; everything else a household may share. `agrees` is the last level that counts as
    agreement of its group. `by_chance` is the part of random agreement on the first level that is
    taken for chance where the values identify (see `learn`).
    """

    name: str
    levels: tuple[str, ...]
    group: str
    agrees: int
    person: bool = False
    by_chance: float | None = None


_NAME_LEVELS = ("exact", "alias", "near", "alike", "different")
_SAME_OR_NOT = ("exact", "different")

CORE = (
    Field("given", _NAME_LEVELS, "name", 2, person=True),
    Field("surname", _NAME_LEVELS, "name", 2),
    Field("born", ("exact", "near", "year", "different"), "born", 1, person=True),
    Field("email", ("exact", "local", "near", "different"), "email", 0, by_chance=0.02),
    Field("phone", ("exact", "nine", "near", "different"), "phone", 1, by_chance=0.02),
    Field("place", ("line", "near", "postcode", "city", "different"), "place", 1, by_chance=0.1),
    Field("card", _SAME_OR_NOT, "card", 0, by_chance=0.02),
    Field("loyalty", _SAME_OR_NOT, "loyalty", 0, person=True, by_chance=0.01),
    Field("document", _SAME_OR_NOT, "document", 0, person=True, by_chance=0.01),
)
GIVEN, SURNAME, BORN, EMAIL, PHONE, PLACE, CARD, LOYALTY, DOCUMENT = range(len(CORE))
OWN = (BORN, LOYALTY, DOCUMENT)
"""What a person shares with nobody: a given name he shares with his father."""
EXACT, ALIAS, NEAR, ALIKE, DIFFERENT = range(len(_NAME_LEVELS))

NEAR_FROM, ALIKE_FROM = 0.92, 0.80
"""Jaro-Winkler from which two names are near (a typing error), or at least alike."""


def other(name: str) -> Field:
    """A further text that the source has, such as a place of birth."""
    return Field(name, ("exact", "near", "alike", "different"), name, 1)


def fields_for(others: tuple[str, ...]) -> tuple[Field, ...]:
    """All fields of profiles that have these further texts."""
    return (*CORE, *map(other, others))
