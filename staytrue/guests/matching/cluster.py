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

from staytrue.guests.matching.pairs import each_once
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
    profiles: int,
    left: Index,
    right: Index,
    evidence: Evidence,
    *,
    along: NDArray[np.bool_] | None = None,
    least: float = 0.0,
    contest: float = -np.inf,
) -> Persons:
    """Join profiles along these pairs (or those of them that `along` marks), as far as no veto
    stands between any two members and the evidence between all of them is above `least` bits in
    the mean; and, where `contest` is given, above that for anybody else who is surely another.
    """
    along = np.ones(len(left), bool) if along is None else along
    of = np.arange(profiles)
    edges = each_once(left[along] * profiles + right[along])
    small, oversize = _components(profiles, left, right, along)
    ones, others, places = _all_pairs(small)
    bits, vetoed = evidence(ones, others)
    is_edge = np.isin(ones * profiles + others, edges, assume_unique=True)
    for place, members in enumerate(small):
        if len(members) == 2:
            # Most are; nothing but their one pair is to be asked.
            pair = places[place]
            if bits[pair] > least and not vetoed[pair] and is_edge[pair]:
                of[members[1]] = members[0]
            continue
        here = slice(places[place], places[place + 1])
        groups = _Groups(len(members), bits[here], vetoed[here])
        for group in groups.joined(is_edge[here], least, contest):
            of[members[group]] = members[group[0]]
    return Persons(of, oversize)


def _components(
    profiles: int, left: Index, right: Index, along: NDArray[np.bool_]
) -> tuple[list[Index], list[Index]]:
    """The members of each component in which something may be joined, and of those too large.

    All pairs count, because who looks like two people tells something of both; where that makes
    too large a component, only those along which may be joined.
    """
    wide, narrow = _labels(profiles, left, right), _labels(profiles, left[along], right[along])
    is_large = np.bincount(wide, minlength=profiles)[wide] > SIZE_MAX
    labels = np.where(is_large, narrow + profiles, wide)
    is_asked = np.zeros(2 * profiles, bool)
    is_asked[labels[left[along]]] = True
    found = [members for members in _several(labels) if is_asked[labels[members[0]]]]
    return (
        [members for members in found if len(members) <= SIZE_MAX],
        [members for members in found if len(members) > SIZE_MAX],
    )


def _labels(profiles: int, left: Index, right: Index) -> Index:
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(profiles, profiles))
    found: Index = connected_components(graph, directed=False)[1].astype(np.int64)
    return found


def _several(labels: Index) -> list[Index]:
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


class _Groups:
    """The groups of one component, by their first members, and the bits between any two of them,
    added up. Lists, because most components are of three or four.
    """

    def __init__(self, size: int, bits: Bits, vetoed: NDArray[np.bool_]) -> None:
        self._upper = np.triu_indices(size, 1)
        table = np.zeros((size, size))
        table[self._upper] = np.where(vetoed, -np.inf, np.clip(bits, -_BITS_MAX, _BITS_MAX))
        self._between: list[list[float]] = (table + table.T).tolist()
        self._members = {place: [place] for place in range(size)}
        self._bits, self._vetoed = bits, vetoed

    def joined(self, is_edge: NDArray[np.bool_], least: float, contest: float) -> list[list[int]]:
        """The groups of several members, joined along these pairs: the strongest first."""
        group_of = list(range(len(self._members)))
        edges = np.flatnonzero(is_edge & ~self._vetoed)
        may_contest = contest > -np.inf and bool(self._vetoed.any())
        # Equal pairs in the order of places, which is that of the profiles' own names.
        for pair in edges[np.argsort(-self._bits[edges], kind="stable")].tolist():
            one, other = sorted((group_of[self._upper[0][pair]], group_of[self._upper[1][pair]]))
            if one == other or self._mean(one, other) <= least:
                continue
            if may_contest and self._is_contested(one, other, contest):
                continue
            for place in self._members[other]:
                group_of[place] = one
            self._join(one, other)
        return [members for members in self._members.values() if len(members) > 1]

    def _mean(self, one: int, other: int) -> float:
        return self._between[one][other] / (len(self._members[one]) * len(self._members[other]))

    def _is_contested(self, one: int, other: int, contest: float) -> bool:
        """Whether one of the two could about as well be a third, who surely is not the other: a
        father and a son of one name, known apart by a booking, and a profile of either.
        """
        enough = self._mean(one, other) - contest
        ones, others = (
            [far for far in self._members if far == this or self._mean(this, far) > enough]
            for this in (one, other)
        )
        return any(self._between[this][that] == -np.inf for this in ones for that in others)

    def _join(self, one: int, other: int) -> None:
        self._members[one] = sorted(self._members[one] + self._members.pop(other))
        for far in self._members:
            self._between[one][far] += self._between[other][far]
            self._between[far][one] = self._between[one][far]
