"""From levels to what is believed: bits per class, and the share of each class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from staytrue.guests.matching.model import PERSON, Model
from staytrue.guests.matching.vectors import Bits, Levels, Vectors


def class_bits(model: Model, vectors: Vectors, profiles: int) -> Bits:
    """Bits of each class, of shape (pairs, 4): what was believed before, and all the evidence.

    Every addend is a multiple of 1/1024, so that the sums are exact and their order is free.
    """
    found = evidence(model.table, vectors.levels)
    found += vectors.rarity @ model.counts_rarity.T
    found += model.prior(profiles)
    return found


def evidence(weights: Bits, levels: Levels) -> Bits:
    """The sum of the weights of all fields, of shape (pairs, 4), by weights of shape
    (4, fields, levels + 1), where the last place is that of missing.
    """
    found = np.zeros((len(levels), len(weights)))
    for field in range(levels.shape[1]):
        found += weights[:, field].T[levels[:, field]]
    return found


def posteriors(bits: Bits) -> Bits:
    """The share of each class, of shape (pairs, 4); each row adds up to one."""
    odds = np.exp2(bits - bits.max(axis=1, keepdims=True))
    shares: Bits = odds / odds.sum(axis=1, keepdims=True)
    return shares


def margin(bits: Bits) -> NDArray[np.float64]:
    """Bits for one person against the strongest other class, of shape (pairs,)."""
    others = np.delete(bits, PERSON, axis=1).max(axis=1)
    found: NDArray[np.float64] = bits[:, PERSON] - others
    return found


def of_pair(
    model: Model, levels: Sequence[int], rarity: Sequence[float], profiles: int
) -> tuple[Bits, Bits]:
    """Bits and shares of the four classes for one pair, each of shape (4,): the plain path."""
    bits = model.prior(profiles)
    for place in range(len(bits)):
        for field, level in enumerate(levels):
            bits[place] += model.table[place, field, level]
            bits[place] += rarity[field] * model.counts_rarity[place, field]
    return bits, posteriors(bits[None])[0]
