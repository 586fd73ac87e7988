"""From pairs to persons: strongest pairs first, and never across a veto between any two members.

The answer depends on the profiles only, not on the order in which they came.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from staytrue.guests.matching.vectors import Bits, Index

SIZE_MAX = 200
"""More profiles than this are hardly one person's: a hub, which a person looks at as one case."""
_BITS_MAX = 12.0

Evidence = Callable[[Index, Index], tuple[Bits, NDArray[np.bool_]]]
"""Pairs → bits for one person against the strongest other class, and whether a veto stands."""


class Persons(NamedTuple):
    """Who is whom: `of[i]` is the least place of all profiles of the same person as i."""

    of: Index
    oversize: list[Index]


def persons(
    profiles: int, left: Index, right: Index, evidence: Evidence, least: float = 0.0
) -> Persons:
    """Join profiles along these pairs, as far as no veto stands between any two members and the
    evidence between all of them is above `least` bits in the mean.
    """
    of = np.arange(profiles)
    oversize = []
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(profiles, profiles))
    _, labels = connected_components(graph, directed=False)
    small: list[Index] = []
    for members in _several(labels):
        if len(members) > SIZE_MAX:
            oversize.append(members)
        else:
            small.append(members)
    edges = np.unique(left * profiles + right)
    ones, others, places = _all_pairs(small)
    bits, vetoed = evidence(ones, others)
    is_edge = np.isin(ones * profiles + others, edges, assume_unique=True)
    for place, members in enumerate(small):
        if len(members) == 2:
            # Most are; nothing but their one pair is to be asked.
            pair = places[place]
            if bits[pair] > least and not vetoed[pair]:
                of[members[1]] = members[0]
            continue
        here = slice(places[place], places[place + 1])
        for group in _joined(len(members), bits[here], vetoed[here], is_edge[here], least):
            of[members[group]] = members[group[0]]
    return Persons(of, oversize)


def _several(labels: NDArray[np.int32]) -> list[Index]:
    """The members of each component of two or more, rising."""
    order = np.argsort(labels, kind="stable")
    starts = np.flatnonzero(np.r_[True, labels[order][1:] != labels[order][:-1]])
    return [members for members in np.split(order, starts[1:]) if len(members) > 1]


def _all_pairs(components: list[Index]) -> tuple[Index, Index, Index]:
    """Every pair within each component, and where those of each component begin."""
    sizes = [len(members) for members in components]
    places = np.cumsum([0, *(size * (size - 1) // 2 for size in sizes)])
    shapes = {size: np.triu_indices(size, 1) for size in set(sizes)}
    ones = [members[shapes[len(members)][0]] for members in components]
    others = [members[shapes[len(members)][1]] for members in components]
    none = np.empty(0, np.int64)
    return np.concatenate([none, *ones]), np.concatenate([none, *others]), places


def _joined(
    size: int, bits: Bits, vetoed: NDArray[np.bool_], is_edge: NDArray[np.bool_], least: float
) -> list[list[int]]:
    """The groups of one component; bits, vetoes and edges of its pairs in the order of rows."""
    upper = np.triu_indices(size, 1)
    table = np.zeros((size, size))
    table[upper] = np.where(vetoed, -np.inf, np.clip(bits, -_BITS_MAX, _BITS_MAX))
    # The bits between any two groups, added up; lists, because most components are of three or four.
    between: list[list[float]] = (table + table.T).tolist()
    groups = {place: [place] for place in range(size)}
    group_of = list(range(size))
    edges = np.flatnonzero(is_edge & ~vetoed)
    # Equal pairs in the order of places, which is that of the profiles' own names.
    for pair in edges[np.argsort(-bits[edges], kind="stable")].tolist():
        one, other = sorted((group_of[upper[0][pair]], group_of[upper[1][pair]]))
        if one == other:
            continue
        if between[one][other] > least * len(groups[one]) * len(groups[other]):
            moved = groups.pop(other)
            groups[one] = sorted(groups[one] + moved)
            for place in moved:
                group_of[place] = one
            for far in groups:
                between[one][far] += between[other][far]
                between[far][one] = between[one][far]
    return [members for members in groups.values() if len(members) > 1]
