"""Before and after → which kinds of change it was. Pure.

Works on canonical records (DESIGN section 13). Any transition of status is allowed; each has its
name, so that a reaction can tell a check-out that was taken back from a first check-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from staytrue.changes.kinds import Kind

_EXPECTED = frozenset({"inquiry", "option", "waitlist", "confirmed"})
_ROOM = frozenset({"room_number", "room_category"})
_BILL = frozenset({"amount", "room_amount", "extras"})
_CONTACT = frozenset({"emails", "phones"})


def reservation_kinds(
    diff: Mapping[str, list[Any]], before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[Kind]:
    """Kinds of a reservation's new version; always at least `modified`, or what sight changed."""
    sight = _sight_kinds(diff)
    said = set(diff) - {"out_of_sight_since", "out_of_sight_cause", "seen_on"}
    if not said:
        return sight
    kinds = [Kind.MODIFIED, *sight]
    if "status" in diff:
        kinds += status_kinds(before["status"], after["status"])
    if "arrival_on" in diff or "departure_on" in diff:
        kinds.append(Kind.DATES_MOVED)
    if _ROOM & said:
        kinds.append(Kind.ROOM_MOVED)
    if "guests" in diff:
        kinds += roster_kinds(before.get("guests") or [], after.get("guests") or [])
    if "folio" in diff or (_BILL & said and _is_late_posting(before, after)):
        kinds.append(Kind.FOLIO_CORRECTED)
    return kinds


def _is_late_posting(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Amounts that move after check-out: a feed without bills says a late posting only so."""
    return {before["status"], after["status"]} == {"checked_out"}


def _sight_kinds(diff: Mapping[str, list[Any]]) -> list[Kind]:
    if "out_of_sight_since" not in diff:
        return []
    return [Kind.OUT_OF_SIGHT if diff["out_of_sight_since"][1] else Kind.SEEN_AGAIN]


def status_kinds(before: str, after: str) -> list[Kind]:
    """The names of one step of status."""
    left = {
        "cancelled": Kind.REINSTATED,
        "no_show": Kind.NO_SHOW_REVERSED,
        "checked_out": Kind.CHECK_OUT_REVERSED,
    }
    kinds: list[Kind] = []
    if before in left:
        kinds.append(left[before])
    if before == "in_house" and after in _EXPECTED | {"cancelled", "no_show"}:
        kinds.append(Kind.CHECK_IN_REVERSED)
    reached = {
        "cancelled": Kind.CANCELLED,
        "no_show": Kind.NO_SHOW,
        "checked_out": Kind.CHECKED_OUT,
        "confirmed": Kind.CONFIRMED,
    }
    if after == "in_house" and before != "checked_out":
        kinds.append(Kind.CHECKED_IN)
    if after in reached and not (after == "confirmed" and before not in _EXPECTED):
        kinds.append(reached[after])
    return kinds


def roster_kinds(before: list[dict[str, str]], after: list[dict[str, str]]) -> list[Kind]:
    """Who is on the booking changed; a replaced primary guest has a name of its own."""
    kinds = [Kind.ROSTER_CHANGED]
    was, now = _primary(before), _primary(after)
    if was and was != now:
        kinds.append(Kind.GUEST_REPLACED)
    return kinds


def _primary(roster: list[dict[str, str]]) -> str | None:
    return next((entry["profile"] for entry in roster if entry["role"] == "primary"), None)


def profile_kinds(diff: Mapping[str, list[Any]]) -> list[Kind]:
    """Kinds of a profile's new version."""
    kinds = [Kind.PROFILE_CORRECTED]
    if _CONTACT & set(diff):
        kinds.append(Kind.CONTACT_CORRECTED)
    if "merged_into" in diff:
        kinds.append(Kind.PROFILES_MERGED if diff["merged_into"][1] else Kind.PROFILES_UNMERGED)
    if "deleted" in diff:
        kinds.append(Kind.PROFILE_DELETED if diff["deleted"][1] else Kind.PROFILE_RESTORED)
    if "anonymised" in diff and diff["anonymised"][1]:
        kinds.append(Kind.PROFILE_ANONYMISED)
    return kinds
