"""What speaks against one person so strongly that no score may join automatically."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntFlag
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from staytrue.guests.matching.fields import (
    ALIAS,
    BORN,
    DIFFERENT,
    DOCUMENT,
    EXACT,
    GIVEN,
    LOYALTY,
    MISSING,
)
from staytrue.guests.matching.normalise import Features
from staytrue.guests.matching.vectors import Column, Index, Levels

Marks = NDArray[np.int16]


class Veto(IntFlag):
    """Reasons to keep two profiles apart; several may hold."""

    DOCUMENT = 1
    BORN = 2
    GIVEN = 4
    SUFFIX = 8
    LOYALTY = 16
    KIND = 32
    ONE_SUFFIX = 64
    CANNOT_LINK = 128
    PRESENCE = 256
    COMPANIONS = 512
    TWICE = 1024


HARD = Veto.SUFFIX | Veto.KIND | Veto.CANNOT_LINK | Veto.COMPANIONS
"""Not even to be proposed as one person by the score alone; the rest only stops the automatic:
passports are renewed, and numbers are hashed, so that typing errors cannot be told. A desk may
have listed one guest `TWICE` on one booking.
"""

_BY_LEVEL = (
    (DOCUMENT, 1, Veto.DOCUMENT),
    (BORN, 2, Veto.BORN),
    (GIVEN, DIFFERENT, Veto.GIVEN),
    (LOYALTY, 1, Veto.LOYALTY),
)
_SAME_YEAR = 2


def vetoes(one: Features, other: Features, levels: Sequence[int]) -> Veto:
    """The vetoes between two profiles with these levels."""
    found = Veto(0)
    for field, least, veto in _BY_LEVEL:
        if levels[field] >= least:
            found |= veto
    if levels[BORN] == _SAME_YEAR and 4 in (len(one.born), len(other.born)):
        # Of one only the year is known, and it is the same.
        found &= ~Veto.BORN
    if one.suffix != other.suffix:
        found |= Veto.SUFFIX if one.suffix and other.suffix else Veto.ONE_SUFFIX
    if one.kind != other.kind:
        found |= Veto.KIND
    return found


Apart = Mapping[tuple[str, str], Veto]
"""What only others know of two profiles, by their ids in rising order: a person's decision, guests
of one reservation, two houses on one night.
"""


def weighed(apart: Veto, levels: Sequence[int]) -> Veto:
    """What others know of two profiles, beside what they say themselves: two guests of one booking
    with one birth date or document and one given name are rather one guest, listed twice.
    """
    if apart & Veto.COMPANIONS and _is_twice(np.array([levels]))[0]:
        return apart & ~Veto.COMPANIONS | Veto.TWICE
    return apart


def _is_twice(levels: Levels) -> NDArray[np.bool_]:
    given, born, document = (levels[:, field] for field in (GIVEN, BORN, DOCUMENT))
    alike = (given > MISSING) & (given <= ALIAS)
    found: NDArray[np.bool_] = (document == EXACT) | (alike & (born == EXACT))
    return found


class Known(Protocol):
    """Who was where with whom: see `presence`, which knows more than is asked here."""

    def marks(self, left: Index, right: Index) -> Marks:
        """What the stays say against each pair of places."""


class Judge:
    """The same for many pairs of one list of profiles, with what only others know of them."""

    def __init__(
        self,
        features: Sequence[Features],
        apart: Apart | None = None,
        presence: Known | None = None,
    ) -> None:
        place = {each.id: number for number, each in enumerate(features)}
        known = {
            place[one] * len(features) + place[other]: veto
            for (one, other), veto in (apart or {}).items()
            if one in place and other in place
        }
        self._apart = np.array(sorted(known), np.int64)
        self._marks = np.array([known[code] for code in sorted(known)], np.int16)
        self._presence = presence
        self._year_only = np.fromiter(
            (len(each.born) == 4 for each in features), bool, len(features)
        )
        self._suffix = Column.of([each.suffix for each in features]).codes
        self._kind = Column.of([each.kind for each in features]).codes

    def vetoes(self, levels: Levels, left: Index, right: Index) -> Marks:
        """The marks of each pair, of shape (pairs,)."""
        found = np.zeros(len(left), np.int16)
        for field, least, veto in _BY_LEVEL:
            found[levels[:, field] >= least] |= veto
        year_only = self._year_only[left] | self._year_only[right]
        found[year_only & (levels[:, BORN] == _SAME_YEAR)] &= ~np.int16(Veto.BORN)
        one, other = self._suffix[left], self._suffix[right]
        differs = one != other
        both = (one >= 0) & (other >= 0)
        found[differs & both] |= Veto.SUFFIX
        found[differs & ~both] |= Veto.ONE_SUFFIX
        found[self._kind[left] != self._kind[right]] |= Veto.KIND
        if len(self._apart):
            codes = left * len(self._kind) + right
            at = np.minimum(np.searchsorted(self._apart, codes), len(self._apart) - 1)
            known = self._apart[at] == codes
            found[known] |= self._marks[at[known]]
        if self._presence:
            found |= self._presence.marks(left, right)
        twice = (found & Veto.COMPANIONS != 0) & _is_twice(levels)
        found[twice] ^= Veto.COMPANIONS | Veto.TWICE
        return found
