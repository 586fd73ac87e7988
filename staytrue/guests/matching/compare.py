"""Two profiles side by side, one level per field: the plain path that `vectors` must equal."""

from __future__ import annotations

from collections.abc import Callable

from rapidfuzz.distance import JaroWinkler, Levenshtein

from staytrue.guests.matching.fields import (
    ALIAS,
    ALIKE,
    ALIKE_FROM,
    DIFFERENT,
    EXACT,
    MISSING,
    NEAR,
    NEAR_FROM,
)
from staytrue.guests.matching.normalise import Features
from staytrue.hotel.names import is_alias, marks_gender, sound

SHARED = "~"
"""Stands before an e-mail or phone that several families use: it agrees, but never exactly."""

_LINE_FROM = 0.8
_MAIL_FROM = 0.95


def levels(one: Features, other: Features) -> tuple[int, ...]:
    """The level of each field of `fields_for`, or MISSING."""
    given = given_level(one.given, other.given)
    surname = surname_level(one.surname, other.surname)
    if is_swapped(one, other):
        given = min(given, ALIAS)
        surname = min(surname, ALIAS)
    return (
        given,
        surname,
        born_level(one.born, other.born),
        best(one.emails, other.emails, email_level),
        best(one.phones, other.phones, phone_level),
        place_level(one, other),
        best(one.cards, other.cards, number_level),
        best(one.loyalty, other.loyalty, number_level),
        best(one.documents, other.documents, number_level),
        *(text_level(a, b) for (_, a), (_, b) in zip(one.others, other.others, strict=True)),
    )


def best(ones: tuple[str, ...], others: tuple[str, ...], level: Callable[[str, str], int]) -> int:
    """The best level of all combinations: who has two addresses is known by either."""
    found = [level(one, other) for one in ones for other in others]
    return min((each for each in found if each != MISSING), default=MISSING)


def is_swapped(one: Features, other: Features) -> bool:
    """Whether given name and surname stand in each other's field."""
    return bool(
        one.given
        and one.surname
        and one.given != one.surname
        and one.given == other.surname
        and one.surname == other.given
    )


def given_level(one: str, other: str) -> int:
    """Levels of given names."""
    if not one or not other:
        return MISSING
    return given_by(one, other, JaroWinkler.similarity(one, other))


def given_by(one: str, other: str, similarity: float) -> int:
    """The same where the Jaro-Winkler similarity is known."""
    if one == other:
        return EXACT
    if is_alias(one, other):
        return ALIAS
    if similarity < ALIKE_FROM:
        return DIFFERENT
    # Daniel and Daniela are near as texts and never a typing error to rely on.
    return NEAR if similarity >= NEAR_FROM and not marks_gender(one, other) else ALIKE


def surname_level(one: str, other: str) -> int:
    """Levels of surnames; one of two surnames is an alias of both."""
    if not one or not other:
        return MISSING
    return surname_by(one, other, JaroWinkler.similarity(one, other))


def surname_by(one: str, other: str, similarity: float) -> int:
    """The same where the Jaro-Winkler similarity is known."""
    if one == other:
        return EXACT
    if one.replace(" ", "") == other.replace(" ", "") or _is_part(one, other):
        return ALIAS
    if similarity >= NEAR_FROM:
        return NEAR
    return ALIKE if similarity >= ALIKE_FROM or sound(one) == sound(other) else DIFFERENT


def _is_part(one: str, other: str) -> bool:
    if " " not in one and " " not in other:
        return False
    first, second = set(one.split()), set(other.split())
    return first <= second or second <= first


def born_level(one: str, other: str) -> int:
    """Levels of birth dates; where only the year is known, a year is all that can agree."""
    if not one or not other:
        return MISSING
    if len(one) == 4 or len(other) == 4:
        return 2 if one[:4] == other[:4] else 3
    if one == other:
        return 0
    if one[:4] == other[:4] and one[5:7] == other[8:] and one[8:] == other[5:7]:
        return 1
    unequal = [place for place in range(10) if one[place] != other[place]]
    if len(unequal) == 1:
        return 1
    if len(unequal) == 2:
        first, second = unequal
        if second == first + 1 and one[first] == other[second] and one[second] == other[first]:
            return 1
    return 2 if one[:4] == other[:4] or one[5:] == other[5:] else 3


def email_level(one: str, other: str) -> int:
    """Levels of addresses; the part before the @ at another provider is a level of its own."""
    if one == other and not one.startswith(SHARED):
        return 0
    local, other_local = mail_local(one), mail_local(other)
    if local and local == other_local:
        return 1
    return email_by(JaroWinkler.similarity(one, other))


def email_by(similarity: float) -> int:
    """The level of addresses that differ before the @."""
    return 2 if similarity >= _MAIL_FROM else 3


def mail_local(address: str) -> str:
    """The part before the @ without dots, where it is long enough to mean somebody."""
    local = address.removeprefix(SHARED).partition("@")[0].replace(".", "")
    return local if len(local) > 4 or address.startswith(SHARED) else ""


def phone_level(one: str, other: str) -> int:
    """Levels of numbers: whole, the last nine digits, one digit wrong."""
    if one == other and not one.startswith(SHARED):
        return 0
    if one[-9:] == other[-9:]:
        return 1
    return phone_by(Levenshtein.distance(one[-9:], other[-9:]))


def phone_by(distance: int) -> int:
    """The level of numbers whose last nine digits are so far from each other."""
    return 2 if distance == 1 else 3


def place_level(one: Features, other: Features) -> int:
    """Levels of where they live: line, postcode and city are one field, as people move whole."""
    line = _compared(one.line, other.line)
    postcode = _compared(one.postcode, other.postcode)
    city = _compared(one.city, other.city)
    if line == postcode == city == MISSING:
        return MISSING
    # Neither postcode nor city against it, one of them at least for it.
    here = 1 in (postcode, city) if (postcode, city) != (MISSING, MISSING) else line == 1
    if line == 1 and here:
        return 0
    if line == 0 and here and is_near_line(one.line, other.line):
        return 1
    if postcode == 1:
        return 2
    if city == 1 or line == 1:
        return 3
    return 4


def _compared(one: str, other: str) -> int:
    return MISSING if not one or not other else int(one == other)


def is_near_line(one: str, other: str) -> bool:
    """Whether two address lines differ as by typing errors."""
    return line_by(Levenshtein.normalized_similarity(one, other))


def line_by(similarity: float) -> bool:
    """The same where the similarity is known."""
    return similarity >= _LINE_FROM


def number_level(one: str, other: str) -> int:
    """A number means something only within its provider, programme, or type and country."""
    if one.rpartition(":")[0] != other.rpartition(":")[0]:
        return MISSING
    return int(one != other)


def text_level(one: str, other: str) -> int:
    """Levels of any further text."""
    if not one or not other:
        return MISSING
    return text_by(one, other, JaroWinkler.similarity(one, other))


def text_by(one: str, other: str, similarity: float) -> int:
    """The same where the similarity is known."""
    if one == other:
        return 0
    return 1 if similarity >= 0.9 else 2 if similarity >= 0.75 else 3
