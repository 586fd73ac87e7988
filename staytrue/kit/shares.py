"""Where a true share lies when a sample was looked at."""

from __future__ import annotations

from scipy.special import betaincinv

CONFIDENCE = 0.95


def interval(part: int, of: int) -> tuple[float, float]:
    """The two bounds (Clopper and Pearson): exact, so they never promise too much.

    Of a sample without replacement they are a little too wide, which is the safe side.
    """
    tail = (1 - CONFIDENCE) / 2
    low = float(betaincinv(part, of - part + 1, tail)) if part else 0.0
    return low, at_most(part, of, 1 - tail)


def at_most(part: int, of: int, confidence: float = CONFIDENCE) -> float:
    """The share that is not exceeded, so sure (Clopper and Pearson, one-sided)."""
    return float(betaincinv(part + 1, of - part, confidence)) if part < of else 1.0
