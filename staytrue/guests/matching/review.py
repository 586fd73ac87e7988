"""What a person is asked: pairs of persons, those first that bring most together, and tangles of
many persons as one case each.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from staytrue.guests.matching.vectors import Bits, Index

_MANY, _SEVERAL, _DENSE = 5, 3, 0.5
"""More persons than many are one case; more than several, if not every other two look like one."""


class Agenda(NamedTuple):
    """What to ask, each in the order of what it is expected to bring together.

    `pairs` are of persons, by the first place of each, of shape (n, 2): what follows from answers
    to others is left out. A case is the places of all profiles of persons that may be one.
    """

    pairs: Index
    cases: list[Index]


def agenda(of: Index, left: Index, right: Index, likely: Bits, most: int) -> Agenda:
    """What to ask about these pairs of profiles, as `of` has joined them: so much at most."""
    pairs, likely = _between_persons(of, left, right, likely)
    gain = likely * np.bincount(of, minlength=len(of))[pairs].prod(axis=1)
    tree = _forest(len(of), pairs, gain)
    tangles, is_case = _tangles(len(of), pairs)
    of_tree = tangles[pairs[tree, 0]]
    single, cases = tree[~is_case[of_tree]], np.flatnonzero(is_case)
    worth = np.r_[gain[single], np.bincount(of_tree, gain[tree], len(is_case))[cases]]
    # Equal ones in the order of places, which is that of the profiles' names.
    best = np.argsort(-worth, kind="stable")[:most]
    profiles = np.argsort(tangles[of], kind="stable")
    begin, end = (np.searchsorted(tangles[of][profiles], cases, side) for side in ("left", "right"))
    return Agenda(
        pairs[single[best[best < len(single)]]],
        [profiles[begin[case] : end[case]] for case in best[best >= len(single)] - len(single)],
    )


def _between_persons(of: Index, left: Index, right: Index, likely: Bits) -> tuple[Index, Bits]:
    """Each pair of persons once, with the best of the pairs of their profiles."""
    one, other = of[left], of[right]
    apart = one != other
    codes = np.minimum(one, other)[apart] * len(of) + np.maximum(one, other)[apart]
    pairs, back = np.unique(codes, return_inverse=True)
    best = np.zeros(len(pairs))
    np.maximum.at(best, back, likely[apart])
    return np.stack(np.divmod(pairs, max(len(of), 1)), axis=1), best


def _forest(persons: int, pairs: Index, gain: Bits) -> Index:
    """The pairs that connect what all connect, by those that bring most."""
    loss = coo_array((1 + gain.max(initial=0) - gain, pairs.T), shape=(persons, persons))
    kept = minimum_spanning_tree(loss.tocsr()).tocoo()
    codes = kept.row.astype(np.int64) * persons + kept.col
    found: Index = np.flatnonzero(np.isin(pairs[:, 0] * persons + pairs[:, 1], codes))
    return found


def _tangles(persons: int, pairs: Index) -> tuple[Index, NDArray[np.bool_]]:
    """Which persons hang together, by a number of each tangle, and which tangles are cases."""
    graph = coo_array((np.ones(len(pairs), np.int8), pairs.T), shape=(persons, persons))
    count, tangles = connected_components(graph, directed=False)
    size = np.bincount(tangles, minlength=count)
    dense = np.bincount(tangles[pairs[:, 0]], minlength=count) >= _DENSE * size * (size - 1) / 2
    return tangles, (size > _MANY) | ((size > _SEVERAL) & ~dense)
