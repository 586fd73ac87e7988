"""The yardstick of recognition: pairs become persons, the truth chooses, and it is no straw man."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from staytrue.guests.matching import measures
from staytrue.lab import linking
from staytrue.lab.linking import Scores

_CHAIN = Scores(np.array([0, 1, 3]), np.array([1, 2, 4]), np.array([9.0, 2.0, 5.0]))


def test_whoever_hangs_together_by_pairs_of_enough_bits_is_one_person() -> None:
    def same(least: float) -> list[tuple[int, int]]:
        of = linking.joined(5, _CHAIN, least)
        return [(a, b) for a in range(5) for b in range(a + 1, 5) if of[a] == of[b]]

    assert same(2) == [(0, 1), (0, 2), (1, 2), (3, 4)]
    assert same(5) == [(0, 1), (3, 4)]
    assert same(9.5) == []


def test_the_truth_chooses_from_how_many_bits_pairs_are_best() -> None:
    truth = np.array([0, 0, 1, 2, 2])
    assert linking.best_of_pairs(_CHAIN, truth) == (1.0, 1.0, 1.0)
    apart = np.array([0, 0, 1, 2, 3])
    assert linking.best_of_pairs(_CHAIN, apart) == (1.0, 1.0, 1.0)
    missed = np.array([0, 0, 0, 1, 2])
    assert linking.best_of_pairs(_CHAIN, missed) == pytest.approx((2 / 3, 2 / 3, 2 / 3))


@pytest.mark.parametrize("by_our_keys", [False, True])
def test_splink_is_set_up_as_well_as_it_can_be(tmp_path: Path, *, by_our_keys: bool) -> None:
    """Slow: Splink learns. A weak one would be no yardstick."""
    if not linking.has_splink():
        pytest.skip("Splink is not installed: it is of the extra `bench`")
    linking.write(tmp_path, 5000, 7)
    truth = np.load(tmp_path / linking.TRUE)
    scores = Scores.read(linking.splinks(tmp_path, by_our_keys=by_our_keys).pairs)
    assert linking.best_of_pairs(scores, truth).f1 > 0.85
    likely = linking.joined(len(truth), scores, 2)
    assert measures.pairwise(likely, truth).f1 > 0.8
    assert measures.b_cubed(likely, truth).f1 > 0.9
