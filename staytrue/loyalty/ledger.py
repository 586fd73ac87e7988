"""Points as dated plus and minus, never edited: what is missing, what is left, what ends. Pure.

Each entry hangs on a source profile and on the *lot* it fills or empties: the day its points were
earned. A balance is the sum of entries, a lot the sum of those of one profile and day; so a merge
adds, an unmerge deals back, and nothing is computed from an order of events.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """Why points came or went. `hold` sets points aside for a redemption, `release` gives back."""

    AWARD = "award"
    CORRECTION = "correction"
    COUNTER = "counter"
    OPENING = "opening"
    ADJUSTMENT = "adjustment"
    HOLD = "hold"
    RELEASE = "release"
    EXPIRY = "expiry"


class Entry(msgspec.Struct, frozen=True):
    """One plus or minus."""

    profile_id: int
    kind: Kind
    points: int
    lot_on: date


class Lot(msgspec.Struct, frozen=True):
    """Points of one profile earned on one day, as far as they are left."""

    on: date
    profile_id: int
    left: int


class Owed(msgspec.Struct, frozen=True):
    """To what a reservation's entries must add up: under one version of the terms, for one profile."""

    reservation_id: int
    version_id: int
    profile_id: int


def balance(entries: Iterable[Entry]) -> int:
    """The points there are; below zero only where a check-out was reversed after they were spent."""
    return sum(entry.points for entry in entries)


def missing(
    owed: Mapping[Owed, int], standing: Mapping[Owed, int], known: Iterable[Owed] = ()
) -> dict[Owed, tuple[Kind, int]]:
    """The entries that bring what stands to what is owed; none where they agree.

    `known` have entries already, even if these add up to nothing.
    """
    before = {*standing, *known}
    found: dict[Owed, tuple[Kind, int]] = {}
    for each in {**owed, **standing}:
        wanted = owed.get(each, 0)
        if change := wanted - standing.get(each, 0):
            found[each] = (_kind(wanted, is_first=each not in before), change)
    return found


def _kind(wanted: int, *, is_first: bool) -> Kind:
    if is_first:
        return Kind.AWARD
    return Kind.CORRECTION if wanted else Kind.COUNTER


def lots(entries: Iterable[Entry]) -> list[Lot]:
    """What is left of each lot, the oldest first.

    What was taken back after it was spent is a debt: the oldest points pay it.
    """
    sums: dict[tuple[date, int], int] = defaultdict(int)
    for entry in entries:
        sums[entry.lot_on, entry.profile_id] += entry.points
    debt = -sum(left for left in sums.values() if left < 0)
    found = []
    for (on, profile_id), left in sorted(sums.items()):
        if left > 0:
            paid = min(debt, left)
            debt -= paid
            if left > paid:
                found.append(Lot(on, profile_id, left - paid))
    return found


def taken(entries: Iterable[Entry], points: int) -> list[Lot] | None:
    """From which lots so many points come, the oldest first; None where there are not so many."""
    found: list[Lot] = []
    for lot in lots(entries):
        if not points:
            break
        part = min(points, lot.left)
        found.append(Lot(lot.on, lot.profile_id, part))
        points -= part
    return None if points else found


def expired(entries: Iterable[Entry], until: date) -> list[Lot]:
    """What is left of lots earned on this day or before: it ends now."""
    return [lot for lot in lots(entries) if lot.on <= until]
