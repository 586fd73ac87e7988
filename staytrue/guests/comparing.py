"""Pairs of profiles compared and scored with the matcher in force; few the plain way, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from staytrue.guests.matching import compare, score
from staytrue.guests.matching.bands import Bands, may_join
from staytrue.guests.matching.model import HOUSEHOLD, PERSON
from staytrue.guests.matching.normalise import Features
from staytrue.guests.matching.vectors import Bits, Index, Levels, Table, Vectors
from staytrue.guests.matching.vetoes import Judge, Known, Marks, Veto, vetoes, weighed
from staytrue.guests.published import Published

BANDS = Bands()
FEW = 300
"""Up to so many pairs the plain path is faster: columns cost the same for one pair as for many."""


class Compared(NamedTuple):
    """Pairs as places, and what is believed of each; `vetoes` are those the two show themselves."""

    left: Index
    right: Index
    levels: Levels
    bits: Bits
    person: Bits
    household: Bits
    vetoes: Marks

    def only(self, places: Index) -> Compared:
        """Some of the pairs."""
        return Compared(
            self.left[places], self.right[places], self.levels[places], self.bits[places],
            self.person[places], self.household[places], self.vetoes[places],
        )  # fmt: skip

    def against(self, presence: Known | None) -> Marks:
        """What stays say against each pair, beside what the two show themselves."""
        if presence is None:
            return np.zeros(len(self.left), np.int16)
        marks = presence.marks(self.left, self.right)
        for place in np.flatnonzero(marks):
            marks[place] = weighed(Veto(int(marks[place])), self.levels[place])
        return marks

    def may_join(self, by: Published, against: Marks) -> NDArray[np.bool_]:
        """Pairs that may be joined by their score alone, with these further vetoes."""
        sure = may_join(by.model.fields, self.levels, self.person, BANDS)
        found: NDArray[np.bool_] = sure & ((self.vetoes | against) == 0)
        return found


def compared(profiles: Sequence[Features], left: Index, right: Index, by: Published) -> Compared:
    """Compare the pairs (left[i], right[i]) of these profiles."""
    few = len(left) <= FEW
    vectors, marks = (_plainly if few else _at_once)(profiles, left, right, by)
    bits = score.class_bits(by.model, vectors, by.profiles)
    shares = score.posteriors(bits)
    return Compared(
        left, right, vectors.levels, score.margin(bits), shares[:, PERSON], shares[:, HOUSEHOLD],
        marks,
    )  # fmt: skip


def _plainly(
    profiles: Sequence[Features], left: Index, right: Index, by: Published
) -> tuple[Vectors, Marks]:
    pairs = [(profiles[one], profiles[other]) for one, other in zip(left, right, strict=True)]
    levels = [compare.levels(one, other) for one, other in pairs]
    rarity = [by.rarities.between(*pair, of) for pair, of in zip(pairs, levels, strict=True)]
    marks = [vetoes(*pair, of) for pair, of in zip(pairs, levels, strict=True)]
    width = len(by.model.fields)
    return (
        Vectors(
            np.array(levels, np.int8).reshape(-1, width),
            np.array(rarity, float).reshape(-1, width),
        ),
        np.array(marks, np.int16),
    )


def _at_once(
    profiles: Sequence[Features], left: Index, right: Index, by: Published
) -> tuple[Vectors, Marks]:
    vectors = Table(profiles, by.rarities).compare(left, right)
    return vectors, Judge(profiles).vetoes(vectors.levels, left, right)
