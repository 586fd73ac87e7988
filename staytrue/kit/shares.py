"""Where a true share lies when a sample was looked at."""

from __future__ import annotations

from scipy.special import betaincinv

CONFIDENCE = 0.95


def interval(part: int, of: int) -> tuple[float, float]:
    """The two bounds (Clopper and Pearson): exact, so they never promise too much.

    Of a sample without replacement they are a little too wide, which is the safe side.
    """
    tail, other = (1 - CONFIDENCE) / 2, of - part
    low = float(betaincinv(part, other + 1, tail)) if part else 0.0
    high = float(betaincinv(part + 1, other, 1 - tail)) if other else 1.0
    return low, high
