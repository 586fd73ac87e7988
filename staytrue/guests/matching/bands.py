"""What may be done with a pair: join it automatically, show it to a person, or leave it apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staytrue.guests.matching.fields import Field
from staytrue.guests.matching.vectors import Bits, Levels


@dataclass(frozen=True)
class Bands:
    """From which share of "one person" on a pair is joined, and from which it is shown; `within`
    are the bits that the members of two clusters must have between them in the mean to be joined.
    `contest` is by how many bits a join must beat joining somebody else who is surely another.
    `list_share` is how much is shown at most, by profiles: whoever has a longer list reads none of
    it, so what brings least waits for a further fact.
    """

    automatic: float = 0.99
    review: float = 0.5
    within: float = 4.0
    contest: float = 9.0
    list_share: float = 0.12


def may_join(
    fields: tuple[Field, ...], levels: Levels, person: Bits, bands: Bands
) -> NDArray[np.bool_]:
    """Pairs that may be joined without a person, vetoes aside: surely one person, and two
    independent groups of fields agree, one of them on what a person has alone.
    """
    agrees = (levels >= 0) & (levels <= np.array([field.agrees for field in fields]))
    groups = sorted({field.group for field in fields})
    by_group = np.stack(
        [
            agrees[:, [place for place, field in enumerate(fields) if field.group == group]].any(
                axis=1
            )
            for group in groups
        ]
    )
    alone = agrees[:, [place for place, field in enumerate(fields) if field.person]].any(axis=1)
    found: NDArray[np.bool_] = (person >= bands.automatic) & (by_group.sum(axis=0) >= 2) & alone
    return found
