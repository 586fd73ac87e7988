"""Many pairs at once: profiles as columns of codes, each distinct pair of values compared once.

A test proves it equal to `compare` and `rarity`, which it takes its thresholds from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import JaroWinkler, Levenshtein
from rapidfuzz.process import cpdist

from staytrue.guests.matching import compare
from staytrue.guests.matching.fields import (
    ALIAS,
    BORN,
    CORE,
    EMAIL,
    EXACT,
    GIVEN,
    MISSING,
    PHONE,
    PLACE,
    SURNAME,
)
from staytrue.guests.matching.normalise import Features
from staytrue.guests.matching.rarity import CITY, POSTCODE, Rarities, Rarity

Index = NDArray[np.int64]
Codes = NDArray[np.int32]
Levels = NDArray[np.int8]
Bits = NDArray[np.float64]
Texts = NDArray[np.object_]


class Vectors(NamedTuple):
    """Pairs: their levels and bits of rarity, both of shape (pairs, fields)."""

    levels: Levels
    rarity: Bits


class Column(NamedTuple):
    """One text per profile: its code (MISSING for none), and the texts by code."""

    codes: Codes
    texts: Texts

    @classmethod
    def of(cls, values: Sequence[str], known: dict[str, int] | None = None) -> Column:
        """Codes in the order of first appearance."""
        known = {} if known is None else known
        codes = np.fromiter(
            (known.setdefault(value, len(known)) if value else MISSING for value in values),
            np.int32,
            len(values),
        )
        texts = np.empty(len(known), object)
        texts[:] = list(known)
        return cls(codes, texts)

    def bits(self, rarity: Rarity) -> Bits:
        """The rarity of each text, by code."""
        return np.array([rarity[text] for text in self.texts] or [0.0])

    def both(self, left: Index, right: Index) -> tuple[Codes, Codes, NDArray[np.bool_]]:
        """The codes of both sides, and where both have one."""
        one, other = self.codes[left], self.codes[right]
        return one, other, (one >= 0) & (other >= 0)


@dataclass
class Table:
    """Profiles as columns, with the rarity of their values."""

    features: Sequence[Features]
    rarities: Rarities

    def __post_init__(self) -> None:
        rows = self.features
        known: dict[str, int] = {}
        # One dictionary for both, to see names that stand in each other's field.
        self.given = Column.of([row.given for row in rows], known)
        self.surname = Column.of([row.surname for row in rows], known)
        self.given = Column(self.given.codes, self.surname.texts)
        self.born = Column.of([row.born for row in rows])
        self.line = Column.of([row.line for row in rows])
        self.postcode = Column.of([row.postcode for row in rows])
        self.city = Column.of([row.city for row in rows])
        self.email = Column.of([_first(row.emails) for row in rows])
        self.local = Column.of([_local(row.emails) for row in rows])
        self.phone = Column.of([_first(row.phones) for row in rows])
        self.nine = Column.of([_first(row.phones)[-9:] for row in rows])
        self.numbers = [
            (Column.of([_first(values(row)) for row in rows]), _scopes(rows, values))
            for values in _NUMBERS
        ]
        names = range(len(rows[0].others)) if rows else ()
        self.others = [Column.of([row.others[place][1] for row in rows]) for place in names]
        self.several = {
            field: np.fromiter((len(values(row)) > 1 for row in rows), bool, len(rows))
            for field, values in _SEVERAL.items()
        }
        self._shared_emails = _marked(self.email)
        self._shared_phones = _marked(self.phone)
        self.rare = Rare(self)

    def compare(self, left: Index, right: Index) -> Vectors:
        """Levels and rarity of the pairs (left[i], right[i])."""
        columns = [
            *self.names(left, right),
            _by_distinct(self.born, left, right, _born),
            self._emails(left, right),
            self._phones(left, right),
            self._places(left, right),
            *(_numbers(column, scope, left, right) for column, scope in self.numbers),
            *(_by_distinct(column, left, right, _text) for column in self.others),
        ]
        levels = np.stack(columns, axis=1)
        self._fill_several(levels, left, right)
        return Vectors(levels, self.rare.bits(levels, left, right))

    def names(self, left: Index, right: Index) -> tuple[Levels, Levels]:
        """Levels of given names and surnames."""
        given = _by_distinct(self.given, left, right, _given)
        surname = _by_distinct(self.surname, left, right, _surname)
        one, other = self.given.codes[left], self.given.codes[right]
        family, other_family = self.surname.codes[left], self.surname.codes[right]
        known = (one >= 0) & (family >= 0) & (one != family)
        swapped = known & (one == other_family) & (family == other)
        given[swapped & (given > ALIAS)] = ALIAS
        surname[swapped & (surname > ALIAS)] = ALIAS
        return given, surname

    def _emails(self, left: Index, right: Index) -> Levels:
        shared = self._shared_emails
        one, other, known = self.email.both(left, right)
        local, other_local, _ = self.local.both(left, right)
        same = known & (one == other) & ~shared[one]
        alike = known & ~same & (local >= 0) & (local == other_local)
        found = np.full(len(left), MISSING, np.int8)
        rest = np.flatnonzero(known & ~same & ~alike)
        found[rest] = _by_distinct(self.email, left[rest], right[rest], _email)
        found[same], found[alike] = 0, 1
        return found

    def _phones(self, left: Index, right: Index) -> Levels:
        shared = self._shared_phones
        one, other, known = self.phone.both(left, right)
        found = _by_distinct(self.nine, left, right, _phone)
        found[known & (one == other) & ~shared[one]] = 0
        return found

    def _places(self, left: Index, right: Index) -> Levels:
        line, line_known = _equal(self.line, left, right)
        postcode, postcode_known = _equal(self.postcode, left, right)
        city, city_known = _equal(self.city, left, right)
        here = np.where(postcode_known | city_known, postcode | city, line)
        found = np.full(len(left), 4, np.int8)
        found[city | line] = 3
        found[postcode] = 2
        doubtful = np.flatnonzero(line_known & ~line & here)
        near = _by_distinct(self.line, left[doubtful], right[doubtful], _line)
        found[doubtful[near == 1]] = 1
        found[line & here] = 0
        found[~(line_known | postcode_known | city_known)] = MISSING
        return found

    def _fill_several(self, levels: Levels, left: Index, right: Index) -> None:
        """Who has two addresses or numbers is compared the plain way: there are few."""
        for field, several in self.several.items():
            values, level = _SEVERAL[field], _SEVERAL_LEVEL[field]
            for pair in np.flatnonzero(several[left] | several[right]):
                ones = values(self.features[left[pair]])
                others = values(self.features[right[pair]])
                levels[pair, field] = compare.best(ones, others, level)


class Rare:
    """Bits of rarity by code, for all columns that have one."""

    def __init__(self, table: Table) -> None:
        self._table = table
        rarities = table.rarities
        self.given = table.given.bits(rarities.given)
        self.surname = table.surname.bits(rarities.surname)
        self.postcode = table.postcode.bits(rarities.postcode)
        self.city = table.city.bits(rarities.city)
        self.year = np.array([rarities.year[text[:4]] for text in table.born.texts] or [0.0])
        others = zip(table.others, rarities.others, strict=True)
        self.others = [column.bits(rarity) for column, rarity in others]

    def bits(self, levels: Levels, left: Index, right: Index) -> Bits:
        """As `Rarities.between`, for all pairs."""
        table = self._table
        found = np.zeros(levels.shape)

        def fill(field: int, where: NDArray[np.bool_], column: Column, bits: Bits) -> None:
            found[where, field] = bits[column.codes[left[where]]]

        fill(GIVEN, levels[:, GIVEN] == EXACT, table.given, self.given)
        fill(SURNAME, levels[:, SURNAME] == EXACT, table.surname, self.surname)
        fill(BORN, levels[:, BORN] == EXACT, table.born, self.year)
        fill(PLACE, levels[:, PLACE] == POSTCODE, table.postcode, self.postcode)
        city, _ = _equal(table.city, left, right)
        fill(PLACE, (levels[:, PLACE] == CITY) & city, table.city, self.city)
        for place, column in enumerate(table.others, len(CORE)):
            fill(place, levels[:, place] == EXACT, column, self.others[place - len(CORE)])
        return found


_NUMBERS: tuple[Callable[[Features], tuple[str, ...]], ...] = (
    lambda row: row.cards,
    lambda row: row.loyalty,
    lambda row: row.documents,
)
_SEVERAL: dict[int, Callable[[Features], tuple[str, ...]]] = {
    EMAIL: lambda row: row.emails,
    PHONE: lambda row: row.phones,
    **dict(enumerate(_NUMBERS, PLACE + 1)),
}
_SEVERAL_LEVEL: dict[int, Callable[[str, str], int]] = {
    EMAIL: compare.email_level,
    PHONE: compare.phone_level,
    **dict.fromkeys(range(PLACE + 1, len(CORE)), compare.number_level),
}


def _first(values: tuple[str, ...]) -> str:
    return values[0] if values else ""


def _local(emails: tuple[str, ...]) -> str:
    return compare.mail_local(emails[0]) if emails else ""


def _scopes(rows: Sequence[Features], values: Callable[[Features], tuple[str, ...]]) -> Codes:
    return Column.of([_first(values(row)).rpartition(":")[0] for row in rows]).codes


def _marked(column: Column) -> NDArray[np.bool_]:
    """Which texts several families use, by code."""
    return np.array([text.startswith(compare.SHARED) for text in column.texts] or [False])


def _equal(
    column: Column, left: Index, right: Index
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    one, other, known = column.both(left, right)
    return known & (one == other), known


def _numbers(column: Column, scope: Codes, left: Index, right: Index) -> Levels:
    one, other, known = column.both(left, right)
    found = np.where(one == other, 0, 1).astype(np.int8)
    found[~known | (scope[left] != scope[right])] = MISSING
    return found


def _by_distinct(
    column: Column, left: Index, right: Index, level: Callable[[Texts, Texts], Sequence[int]]
) -> Levels:
    """The levels of a column, each distinct pair of its texts compared once."""
    one, other, known = column.both(left, right)
    found = np.full(len(left), MISSING, np.int8)
    places = np.flatnonzero(known)
    # In one order, because levels do not depend on it.
    low = np.minimum(one[places], other[places]).astype(np.int64)
    high = np.maximum(one[places], other[places])
    pairs, back = np.unique(low * len(column.texts) + high, return_inverse=True)
    if len(pairs):
        low, high = np.divmod(pairs, len(column.texts))
        found[places] = np.array(level(column.texts[low], column.texts[high]), np.int8)[back]
    return found


def _similar(one: Texts, other: Texts) -> list[float]:
    scores = cpdist(one, other, scorer=JaroWinkler.similarity, dtype=np.float64)
    found: list[float] = scores.tolist()
    return found


def _given(one: Texts, other: Texts) -> Sequence[int]:
    return list(map(compare.given_by, one, other, _similar(one, other)))


def _surname(one: Texts, other: Texts) -> Sequence[int]:
    return list(map(compare.surname_by, one, other, _similar(one, other)))


def _text(one: Texts, other: Texts) -> Sequence[int]:
    return list(map(compare.text_by, one, other, _similar(one, other)))


def _email(one: Texts, other: Texts) -> Sequence[int]:
    return list(map(compare.email_by, _similar(one, other)))


def _born(one: Texts, other: Texts) -> Sequence[int]:
    return list(map(compare.born_level, one, other))


def _phone(one: Texts, other: Texts) -> Sequence[int]:
    far = cpdist(one, other, scorer=Levenshtein.distance, dtype=np.int32)
    return [1 if a == b else compare.phone_by(d) for a, b, d in zip(one, other, far, strict=True)]


def _line(one: Texts, other: Texts) -> Sequence[int]:
    scores = cpdist(one, other, scorer=Levenshtein.normalized_similarity, dtype=np.float64)
    return [int(compare.line_by(score)) for score in scores.tolist()]
