"""May marketing write to an address, and which one it takes: pure rules over roles and refusals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import msgspec


class Role(StrEnum):
    """Who is behind a contact point."""

    PRIVATE = "private"
    COMPANY = "company"
    AGENCY = "agency"
    RELAY = "relay"
    FAMILY = "family"
    OWN = "own"
    PLACEHOLDER = "placeholder"


class Reach(StrEnum):
    """Whether marketing e-mail reaches somebody, and else what stands in the way; best first."""

    REACHABLE = "reachable"
    OPTED_OUT = "opted_out"
    FAMILY = "family"
    RELAY = "relay"
    AGENCY = "agency"
    OWN = "own"
    PLACEHOLDER = "placeholder"
    MISSING = "missing"


RANKS = {reach: rank for rank, reach in enumerate(Reach)}


class Address(msgspec.Struct, frozen=True):
    """An e-mail address as one profile uses it. `refused` is by anybody who uses it."""

    value: str
    role: Role
    refused: bool
    marketing: str
    since_at: datetime
    seen_at: datetime
    until_at: datetime | None = None


def reach_of(address: Address) -> Reach:
    """What marketing may make of one current address.

    A family's mailbox is read by several: only who agreed himself is written to there.
    """
    if address.role in (Role.PRIVATE, Role.COMPANY):
        return Reach.OPTED_OUT if address.refused else Reach.REACHABLE
    if address.role == Role.FAMILY:
        if address.refused:
            return Reach.OPTED_OUT
        return Reach.REACHABLE if address.marketing == "in" else Reach.FAMILY
    return Reach(address.role.value)


def best_address(
    addresses: Iterable[Address], *, refuses: bool = False
) -> tuple[Reach, Address | None]:
    """How somebody with these addresses is reached, and at which: the newest of the best kind.

    An address that its PMS replaced is history: it finds the guest and is never written to. Who
    `refuses` in one of his profiles is written to at none of his addresses.
    """
    current = [each for each in addresses if each.until_at is None]
    if not current:
        return Reach.MISSING, None
    # Among equals the value decides, the first of the alphabet, so that no order of rows matters.
    newest = sorted(sorted(current, key=lambda each: each.value), key=_newest, reverse=True)
    best = min(newest, key=lambda each: RANKS[reach_of(each)])
    reach = reach_of(best)
    if refuses and reach == Reach.REACHABLE:
        return Reach.OPTED_OUT, None
    return reach, best if reach == Reach.REACHABLE else None


def _newest(address: Address) -> tuple[datetime, datetime]:
    return address.seen_at, address.since_at
