"""Which of a guest's addresses a message takes: the first that nothing speaks against. Pure.

What speaks against one address (it bounced, it is a relay's, nobody agreed to it) leaves the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from staytrue.consent.rules import Role
from staytrue.messages.case import Permitted, Point
from staytrue.messages.reasons import Reason

_GUESTS_OWN = frozenset({Role.PRIVATE, Role.COMPANY, Role.FAMILY})
_EXPLICIT = frozenset({"explicit", "double_opt_in"})
_WRONG_ROLE = {
    Role.AGENCY: Reason.AGENCY_ADDRESS,
    Role.RELAY: Reason.RELAY_ADDRESS,
    Role.OWN: Reason.OWN_ADDRESS,
    Role.PLACEHOLDER: Reason.NOT_AN_ADDRESS,
}
_REASONS = frozenset(reason.value for reason in Reason)


@dataclass(frozen=True)
class Meant:
    """What a message is for and for whom, as far as it decides about an address."""

    purpose: str
    recipient_role: str
    shared_above: int


@dataclass(frozen=True)
class Way:
    """One address that a message could take, with what consent says of it."""

    point: Point
    permitted: Permitted | None


@dataclass(frozen=True)
class Objection:
    """What speaks against an address, with its facts."""

    reason: Reason
    facts: Mapping[str, Any] = field(default_factory=dict)


def first(ways: Sequence[Way], meant: Meant) -> tuple[int, list[Reason | None]]:
    """The place of the one to take, and what speaks against each.

    Where something speaks against all, the most preferred one tells what.
    """
    said = [found.reason if (found := objection(way, meant)) else None for way in ways]
    return (said.index(None) if None in said else 0), said


def objection(way: Way, meant: Meant) -> Objection | None:
    """What speaks against this very address."""
    return of_consent(way.permitted) or of_address(way, meant)


def of_consent(permitted: Permitted | None) -> Objection | None:
    """What was said, or is lacking, for this address and purpose."""
    if permitted is None:
        return Objection(Reason.NO_BASIS)
    if permitted.allowed:
        return None
    facts = {"basis": permitted.basis, "said": permitted.reason}
    is_known = permitted.reason in _REASONS
    return Objection(Reason(permitted.reason) if is_known else Reason.SUPPRESSED, facts)


def of_address(way: Way, meant: Meant) -> Objection | None:
    """Whether somebody is behind the address for whom this message is meant."""
    point, role = way.point, way.point.role
    if not point.is_valid:
        return Objection(Reason.NOT_AN_ADDRESS)
    is_agency = role == Role.AGENCY
    if role not in _GUESTS_OWN:
        is_relay_fit = role == Role.RELAY and meant.purpose in ("stay", "service")
        is_agency_fit = is_agency and meant.recipient_role == "agency" and meant.purpose == "stay"
        if not (is_relay_fit or is_agency_fit):
            return Objection(_WRONG_ROLE.get(role, Reason.NOT_AN_ADDRESS), {"role": role})
    if not is_agency and point.guests > meant.shared_above:
        return Objection(Reason.SHARED_ADDRESS, {"guests": point.guests})
    is_asked_for = way.permitted is not None and way.permitted.basis in _EXPLICIT
    if role == Role.FAMILY and meant.purpose == "marketing" and not is_asked_for:
        # Several read it: advertising comes only where somebody asked for it himself.
        return Objection(Reason.SHARED_ADDRESS, {"role": role})
    return None
