"""Named random streams: each derived from the seed and its name, so that one more use of chance
in one place never shifts another.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def stream(seed: int, name: str) -> Random:
    """The random stream of this name. The seed is text: no hash of the process enters."""
    return Random(f"{seed}:{name}")


def pick(rng: Random, weighted: Sequence[tuple[T, float]]) -> T:
    """One of the values, each as likely as its weight says."""
    mark = rng.random() * sum(weight for _, weight in weighted)
    for value, weight in weighted:
        mark -= weight
        if mark < 0:
            return value
    return weighted[-1][0]


def index(rng: Random, weights: Sequence[float]) -> int:
    """The position of one of the weights, each as likely as it is heavy."""
    return rng.choices(range(len(weights)), weights)[0]


def quantile(rng: Random, marks: Sequence[int]) -> int:
    """A value of a distribution known by evenly spaced quantiles."""
    place = rng.random() * (len(marks) - 1)
    low = int(place)
    return round(marks[low] + (marks[low + 1] - marks[low]) * (place - low))
