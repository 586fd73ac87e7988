"""What a person is asked: what brings most first, nothing that follows, and tangles at once."""

from __future__ import annotations

import numpy as np

from staytrue.guests.matching.batch import Resolution
from staytrue.guests.matching.review import Agenda, agenda


def _agenda(pairs: dict[tuple[int, int], float], of: list[int], most: int = 99) -> Agenda:
    left, right = (np.array(side, np.int64) for side in zip(*pairs, strict=True))
    return agenda(np.array(of), left, right, np.array(list(pairs.values())), most)


def test_pairs_of_larger_persons_come_first() -> None:
    found = _agenda({(0, 1): 0.9, (2, 4): 0.8}, [0, 1, 2, 2, 4])
    assert found.pairs.tolist() == [[2, 4], [0, 1]]
    assert _agenda({(0, 1): 0.9, (2, 4): 0.8}, [0, 1, 2, 2, 4], 1).pairs.tolist() == [[2, 4]]


def test_several_pairs_of_profiles_are_one_question() -> None:
    assert _agenda({(0, 2): 0.6, (1, 2): 0.9, (0, 3): 0.7}, [0, 0, 2, 2]).pairs.tolist() == [[0, 2]]


def test_what_follows_from_other_answers_is_not_asked() -> None:
    found = _agenda({(0, 1): 0.9, (0, 2): 0.8, (1, 2): 0.6}, [0, 1, 2])
    assert found.pairs.tolist() == [[0, 1], [0, 2]]


def test_many_persons_are_one_case_of_all_their_profiles() -> None:
    star = {(0, other): 0.8 for other in range(2, 8)}
    found = _agenda({**star, (8, 9): 0.9}, [0, 0, *range(2, 10)])
    assert [case.tolist() for case in found.cases] == [[0, 1, 2, 3, 4, 5, 6, 7]]
    assert found.pairs.tolist() == [[8, 9]]
    assert not _agenda({**star, (8, 9): 0.9}, [0, 0, *range(2, 10)], 1).pairs.tolist()


def test_a_loose_chain_of_persons_is_a_case_and_a_dense_group_is_not() -> None:
    chain = {(0, 1): 0.9, (1, 2): 0.9, (2, 3): 0.9, (3, 4): 0.9}
    assert len(_agenda(chain, [*range(5)]).cases) == 1
    dense = {(0, 1): 0.9, (0, 2): 0.9, (0, 3): 0.9, (1, 2): 0.9}
    assert len(_agenda(dense, [*range(4)]).pairs) == 3


def test_nothing_to_ask_is_an_empty_list() -> None:
    none = np.empty(0, np.int64)
    found = agenda(np.arange(3), none, none, np.empty(0), 9)
    assert (len(found.pairs), found.cases) == (0, [])


def test_no_profile_is_in_a_case_and_in_a_pair(resolution: Resolution) -> None:
    of = resolution.automatic.of
    in_pairs = set(resolution.proposals().ravel().tolist())
    assert all(not in_pairs & set(of[case].tolist()) for case in resolution.cases)
