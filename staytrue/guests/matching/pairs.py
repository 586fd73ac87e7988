"""Which profiles are compared at all: those that share a key, each pair once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from staytrue.guests.matching.vectors import Index

BLOCK_MAX = 100
"""A key of more profiles is too common to compare all of them; they meet under narrower keys."""


class Pairs(NamedTuple):
    """Pairs as places in the list of profiles, left < right, in falling order of neither."""

    left: Index
    right: Index


def flat(keys: Sequence[tuple[int, ...]]) -> tuple[Index, Index]:
    """The keys of all profiles behind each other, and how many each has."""
    lengths = np.fromiter(map(len, keys), np.int64, len(keys))
    return np.fromiter(chain.from_iterable(keys), np.int64, int(lengths.sum())), lengths


def pairs_of_keys(keys: Index, lengths: Index, block_max: int = BLOCK_MAX) -> Pairs:
    """All pairs of profiles that share a key of at most `block_max` profiles; the keys are flat."""
    if not len(keys):
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64))
    owners = np.repeat(np.arange(len(lengths)), lengths)
    order = np.argsort(keys, kind="stable")
    return within(keys[order], owners[order], len(lengths), block_max)


def within(
    keys: NDArray[np.int64], owners: Index, profiles: int, block_max: int = BLOCK_MAX
) -> Pairs:
    """Keys in order, each with its profile, those of one key rising: every pair within a block."""
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    sizes = np.diff(np.r_[starts, len(keys)])
    # How many more of its block stand behind each place; nought in blocks that are too large.
    behind = np.repeat(starts + sizes, sizes) - np.arange(len(keys)) - 1
    behind[np.repeat(sizes > block_max, sizes)] = 0
    found: list[Index] = []
    places = np.flatnonzero(behind > 0)
    step = 1
    while len(places):
        # Owners rise within a block, because the order of equal keys was kept.
        found.append(owners[places] * profiles + owners[places + step])
        step += 1
        places = places[behind[places] >= step]
    codes = each_once(np.concatenate(found)) if found else np.empty(0, np.int64)
    left, right = np.divmod(codes, profiles)
    return Pairs(left, right)


def each_once(codes: Index) -> Index:
    """Distinct codes, rising. NumPy's `unique` hashes, which takes many times as long as sorting."""
    codes = np.sort(codes)
    return codes[np.r_[True, codes[1:] != codes[:-1]]] if len(codes) else codes
