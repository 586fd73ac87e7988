"""The measures of quality on partitions small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pytest

from staytrue.guests.matching import measures
from staytrue.guests.matching.pairs import Pairs, flat, pairs_of_keys


def test_pairs_and_profiles_are_measured_apart() -> None:
    truth, of = np.array([0, 0, 0, 1, 2]), np.array([0, 0, 2, 2, 4])
    assert measures.pairwise(of, truth) == pytest.approx((1 / 2, 1 / 3, 0.4))
    assert measures.b_cubed(of, truth)[:2] == pytest.approx((4 / 5, (4 / 3 + 1 / 3 + 2) / 5))


def test_a_perfect_answer_and_an_empty_one() -> None:
    truth = np.array([0, 0, 2])
    assert measures.pairwise(truth, truth) == (1, 1, 1)
    assert measures.pairwise(np.arange(3), truth).precision == 1
    assert measures.pairwise(np.arange(3), truth).recall == 0


def pairs_of(keys: list[tuple[int, ...]], block_max: int = 100) -> Pairs:
    return pairs_of_keys(*flat(keys), block_max)


def test_the_ceiling_counts_true_pairs_that_share_a_key() -> None:
    pairs = pairs_of([(1, 2), (2,), (3,), (3, 4)])
    assert list(zip(pairs.left, pairs.right, strict=True)) == [(0, 1), (2, 3)]
    assert measures.ceiling(pairs, np.array([0, 0, 0, 3])) == pytest.approx(1 / 3)


def test_a_key_of_too_many_makes_no_pairs() -> None:
    assert not len(pairs_of([(7,)] * 5, block_max=4).left)
    assert len(pairs_of([(7, 8)] * 4, block_max=4).left) == 6
    assert not len(pairs_of([]).left)
