"""How good a resolution is, where the truth is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from staytrue.guests.matching.batch import Resolution
from staytrue.guests.matching.pairs import Pairs
from staytrue.guests.matching.vectors import Index


class Quality(NamedTuple):
    """Precision, recall, and their harmonic mean."""

    precision: float
    recall: float
    f1: float


def pairwise(of: Index, truth: Index) -> Quality:
    """By pairs of profiles: ruled by large clusters."""
    said, true = _pairs_in(of), _pairs_in(truth)
    right = _pairs_in(_both(of, truth))
    return _quality(right / said if said else 1.0, right / true if true else 1.0)


def b_cubed(of: Index, truth: Index) -> Quality:
    """By profiles (B³): ruled by singletons."""
    both = _sizes(_both(of, truth))
    return _quality(float((both / _sizes(of)).mean()), float((both / _sizes(truth)).mean()))


def ceiling(pairs: Pairs, truth: Index) -> float:
    """The share of true pairs that share a key: more cannot be found."""
    true = _pairs_in(truth)
    met = int((truth[pairs.left] == truth[pairs.right]).sum())
    return met / true if true else 1.0


def codes_of(truth: Sequence[str]) -> Index:
    """Truth as texts → as numbers."""
    known: dict[str, int] = {}
    return np.array([known.setdefault(text, len(known)) for text in truth], np.int64)


def document(resolution: Resolution, truth: Index) -> dict[str, object]:
    """The answer of `staytrue identity evaluate`, without time and memory."""
    best = pairwise(resolution.likely.of, truth)
    sure = pairwise(resolution.automatic.of, truth)
    scored = resolution.scored
    true = truth[scored.left] == truth[scored.right]
    found = _pairs_in(_both(_answered(resolution, truth), truth))
    findable = ceiling(resolution.pairs, truth) * _pairs_in(truth)
    cases = resolution.cases
    top = scored.person >= 0.9
    return {
        "profiles": len(truth),
        "pairwise": best._asdict(),
        "b3": b_cubed(resolution.likely.of, truth)._asdict(),
        "automatic": {
            "precision": sure.precision,
            "recall": sure.recall,
            "b3_precision": b_cubed(resolution.automatic.of, truth).precision,
        },
        # Of the true pairs that share a key; through a third profile even more may be found.
        "found_with_review": found / max(findable, 1),
        "review_share": (len(resolution.proposals()) + len(cases)) / max(len(truth), 1),
        "cases": len(cases),
        "profiles_in_cases": sum(map(len, cases)),
        "ceiling": ceiling(resolution.pairs, truth),
        "calibration": {
            "stated": float(scored.person[top].mean()) if top.any() else None,
            "observed": float(true[top].mean()) if top.any() else None,
        },
    }


def _answered(resolution: Resolution, truth: Index) -> Index:
    """Who is whom after a person said yes to the right ones of all pairs, and sorted all cases.

    A person of several profiles by mistake is taken for whom most of them are of.
    """
    of = resolution.automatic.of
    size = (len(of), int(truth.max(initial=-1)) + 1)
    counts = coo_array((np.ones(len(of), np.int64), (of, truth)), shape=size).tocsr()
    most = np.asarray(counts.argmax(axis=1)).ravel() if len(of) else of
    one, other = resolution.proposals().T
    links = [np.stack([one, other])[:, most[one] == most[other]]]
    for case in resolution.cases:
        persons = np.unique(of[case])
        order = persons[np.argsort(most[persons], kind="stable")]
        same = most[order[1:]] == most[order[:-1]]
        links.append(np.stack([order[:-1], order[1:]])[:, same])
    joined = np.concatenate(links, axis=1)
    graph = coo_array((np.ones(joined.shape[1], np.int8), tuple(joined)), shape=(len(of),) * 2)
    answered: Index = connected_components(graph, directed=False)[1][of].astype(np.int64)
    return answered


def _both(of: Index, truth: Index) -> Index:
    both: Index = of * (truth.max(initial=0) + 1) + truth
    return both


def _sizes(of: Index) -> Index:
    _, back, counts = np.unique(of, return_inverse=True, return_counts=True)
    sizes: Index = counts[back]
    return sizes


def _pairs_in(of: Index) -> int:
    counts = np.unique(of, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())


def _quality(precision: float, recall: float) -> Quality:
    total = precision + recall
    return Quality(precision, recall, 2 * precision * recall / total if total else 0.0)
