"""What a connection must reach, and who hears of it. Pure.

`objectives` of a connection: {"lag_p95": seconds, "fidelity": share, "fidelity_sample": bookings
and guests compared each night to measure it, "fill_drop_points": a field filled so many points less
than in the week before is asked about, "role": who is asked}.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from staytrue.kit.errors import Refused

INTERVAL = timedelta(hours=1)
PATIENCE = 2
"""So many intervals in a row an objective is missed before anybody hears of it."""

ROLE = "administrator"
NAMES = ("lag_p95", "fidelity")
SAMPLE = "fidelity_sample"
SAMPLE_OWN, SAMPLE_MIN, SAMPLE_MAX = 200, 20, 10_000
"""What is compared when nothing is said; fewer say nothing, more do not fit into a night."""

DROP, DROP_OWN = "fill_drop_points", 20.0
_SETTABLE = (*NAMES, SAMPLE, DROP)


def wanted(objectives: Mapping[str, Any]) -> dict[str, float]:
    """The objectives that are set."""
    return {name: float(objectives[name]) for name in NAMES if name in objectives}


def sample(objectives: Mapping[str, Any]) -> int:
    """How many bookings, and how many guests, the nightly audit draws."""
    return int(objectives.get(SAMPLE) or SAMPLE_OWN)


def drop_points(objectives: Mapping[str, Any]) -> float:
    """How far a field's fill may fall, in points of a hundred."""
    return float(objectives.get(DROP) or DROP_OWN)


def role(objectives: Mapping[str, Any]) -> str:
    """The role set for the connection's health: late, stopped, objectives missed. Nobody else."""
    return str(objectives.get("role") or ROLE)


def missed(wanted: Mapping[str, float], found: Mapping[str, float]) -> dict[str, float]:
    """Which are missed, with what was found instead. What was not measured is not missed."""
    return {
        name: found[name]
        for name, limit in wanted.items()
        if name in found and (found[name] > limit if name == "lag_p95" else found[name] < limit)
    }


def check(objectives: Mapping[str, Any]) -> None:
    """Refuse objectives that nobody could mean."""
    for name, value in objectives.items():
        if name == "role":
            continue
        if name not in _SETTABLE:
            known = ", ".join(_SETTABLE)
            raise Refused(f"There is no objective {name}. There are: {known}.", "no_objective")
        if name == DROP and not 0 < value < 100:
            raise Refused("A field's fill falls by more than 0 and less than 100 points.", DROP)
        if name == SAMPLE and value not in range(SAMPLE_MIN, SAMPLE_MAX + 1):
            raise Refused(
                f"Each night {SAMPLE_MIN} to {SAMPLE_MAX:,} bookings and guests are compared.",
                "fidelity_sample",
            )
        if name == "fidelity" and not 0 < value <= 1:
            raise Refused("Fidelity is a share above 0, at most 1: 0.999 for 99.9 %.", "fidelity")
        if name == "lag_p95" and value <= 0:
            raise Refused("The lag is a number of seconds above 0.", "lag")
