"""Every kind of change there is. A reaction names the kinds that wake it."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """One fact that became different, in the past tense. Stored as its value."""

    CREATED = "created"
    MODIFIED = "modified"
    DATES_MOVED = "dates_moved"
    ROOM_MOVED = "room_moved"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    REINSTATED = "reinstated"
    NO_SHOW = "no_show"
    NO_SHOW_REVERSED = "no_show_reversed"
    CHECKED_IN = "checked_in"
    CHECK_IN_REVERSED = "check_in_reversed"
    CHECKED_OUT = "checked_out"
    CHECK_OUT_REVERSED = "check_out_reversed"
    GUEST_REPLACED = "guest_replaced"
    ROSTER_CHANGED = "roster_changed"
    FOLIO_CORRECTED = "folio_corrected"
    OUT_OF_SIGHT = "out_of_sight"
    SEEN_AGAIN = "seen_again"
    ROLLED_BACK = "rolled_back"
    PROFILE_CREATED = "profile_created"
    PROFILE_CORRECTED = "profile_corrected"
    CONTACT_CORRECTED = "contact_corrected"
    PROFILES_MERGED = "profiles_merged"
    PROFILES_UNMERGED = "profiles_unmerged"
    PROFILE_DELETED = "profile_deleted"
    PROFILE_RESTORED = "profile_restored"
    PROFILE_ANONYMISED = "profile_anonymised"
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"


CONSENT_CHANGES = frozenset({Kind.OPTED_OUT, Kind.OPTED_IN})
RESERVATION_CHANGES = (
    frozenset(kind for kind in Kind if not kind.value.startswith("profile"))
    - CONSENT_CHANGES
    - {Kind.CONTACT_CORRECTED}
)
PROFILE_CHANGES = frozenset(Kind) - RESERVATION_CHANGES - CONSENT_CHANGES
