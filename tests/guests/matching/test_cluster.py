"""Pairs become persons: strongest first, never across a veto, whatever the order."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from staytrue.guests.matching import cluster
from staytrue.guests.matching.cluster import persons
from staytrue.guests.matching.vectors import Bits, Index

Pairs = dict[tuple[int, int], float]


def _persons(profiles: int, bits: Pairs, vetoed: set[tuple[int, int]] = frozenset()) -> list[int]:  # type: ignore[assignment]
    """Join along all pairs with more than nought; pairs that are not named have -3 bits."""
    edges = [pair for pair, weight in bits.items() if weight > 0]

    def evidence(left: Index, right: Index) -> tuple[Bits, np.ndarray]:  # type: ignore[type-arg]
        pairs = list(zip(left.tolist(), right.tolist(), strict=True))
        found = np.array([bits.get(pair, -3.0) for pair in pairs])
        return found, np.array([pair in vetoed for pair in pairs], bool)

    left, right = (np.array(side, np.int64) for side in zip(*edges, strict=True)) if edges else (
        np.empty(0, np.int64), np.empty(0, np.int64),
    )  # fmt: skip
    return persons(profiles, left, right, evidence).of.tolist()


def test_a_chain_of_a_family_is_not_one_person() -> None:
    assert _persons(3, {(0, 1): 9.0, (1, 2): 2.0, (0, 2): -9.0}) == [0, 0, 2]


def test_evidence_through_a_third_profile_joins() -> None:
    assert _persons(3, {(0, 1): 9.0, (1, 2): 9.0, (0, 2): -1.0}) == [0, 0, 0]


def test_a_veto_between_any_two_members_keeps_them_apart() -> None:
    assert _persons(3, {(0, 1): 9.0, (1, 2): 8.0, (0, 2): 5.0}, {(0, 2)}) == [0, 0, 2]
    assert _persons(2, {(0, 1): 9.0}, {(0, 1)}) == [0, 1]


def _contested(bits: Pairs, vetoed: set[tuple[int, int]], profiles: int) -> list[int]:
    def evidence(left: Index, right: Index) -> tuple[Bits, np.ndarray]:  # type: ignore[type-arg]
        pairs = list(zip(left.tolist(), right.tolist(), strict=True))
        found = np.array([bits.get(pair, -9.0) for pair in pairs])
        return found, np.array([pair in vetoed for pair in pairs], bool)

    left, right = (np.array(side, np.int64) for side in zip(*bits, strict=True))
    along = np.array([bits[pair] > 6 and pair not in vetoed for pair in bits])
    return persons(profiles, left, right, evidence, along=along, contest=6.0).of.tolist()


def test_who_could_be_either_of_two_people_is_joined_with_neither() -> None:
    # 0 and 1 are father and son of one name, of one booking; 2 may be either.
    assert _contested({(0, 1): 8.0, (0, 2): 8.0, (1, 2): 7.0}, {(0, 1)}, 3) == [0, 1, 2]
    assert _contested({(0, 1): 8.0, (0, 2): 9.0, (1, 2): 2.0}, {(0, 1)}, 3) == [0, 1, 0]


def test_two_who_could_each_be_one_of_two_people_are_not_joined() -> None:
    bits = {(0, 1): 8.0, (0, 2): 5.0, (1, 3): 5.0, (2, 3): 8.0}
    assert _contested(bits, {(0, 1)}, 4) == [0, 1, 2, 3]
    assert _contested({**bits, (2, 3): 12.0}, {(0, 1)}, 4) == [0, 1, 2, 2]


def test_no_pair_is_no_person() -> None:
    assert _persons(3, {}) == [0, 1, 2]


def test_a_hub_is_one_case_and_nobody() -> None:
    count = cluster.SIZE_MAX + 1
    left, right = np.zeros(count - 1, np.int64), np.arange(1, count)

    def evidence(left: Index, right: Index) -> tuple[Bits, np.ndarray]:  # type: ignore[type-arg]
        return np.ones(len(left)), np.zeros(len(left), bool)

    found = persons(count, left, right, evidence)
    assert found.of.tolist() == list(range(count))
    assert [len(case) for case in found.oversize] == [count]


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] < pair[1]),
        st.floats(-9, 9).map(lambda bits: round(bits * 16) / 16),
        max_size=20,
    ),
    st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=4),
)
def test_no_person_has_two_profiles_that_exclude_each_other(
    bits: Pairs, vetoed: set[tuple[int, int]]
) -> None:
    of = _persons(8, bits, vetoed)
    assert all(of[one] != of[other] for one, other in vetoed if one < other)
    assert all(of[of[place]] == of[place] <= place for place in range(8))
    assert _persons(8, dict(reversed(bits.items())), vetoed) == of
