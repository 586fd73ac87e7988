"""Why a message is held, was closed or expired: stable words, said in sentences by the web. Pure."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """One cause. A screen says it in the desk's language with the facts kept beside it."""

    # The stay is not what the message needs.
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    NOT_CONFIRMED = "not_confirmed"
    NOT_CANCELLED = "not_cancelled"
    NOT_CHECKED_IN = "not_checked_in"
    NOT_CHECKED_OUT = "not_checked_out"
    ALREADY_ARRIVED = "already_arrived"
    ALREADY_LEFT = "already_left"
    DATES_MOVED = "dates_moved"
    GUEST_REPLACED = "guest_replaced"
    UNKNOWN_STATUS = "unknown_status"
    OUT_OF_SIGHT = "out_of_sight"
    STAY_GONE = "stay_gone"
    # What we know is not fresh, or not to be trusted now.
    STALE_MIRROR = "stale_mirror"
    NOT_CONFIRMED_LIVE = "not_confirmed_live"
    HOTEL_UNREACHABLE = "hotel_unreachable"
    HELD_DELIVERY = "held_delivery"
    CHANGED_LIVE = "changed_live"
    CHANGED_MEANWHILE = "changed_meanwhile"
    # Nobody to write to, or he does not want it.
    NO_ADDRESS = "no_address"
    NOT_AN_ADDRESS = "not_an_address"
    SUPPRESSED = "suppressed"
    OPTED_OUT = "opted_out"
    NO_BASIS = "no_basis"
    SHARED_ADDRESS = "shared_address"
    AGENCY_ADDRESS = "agency_address"
    RELAY_ADDRESS = "relay_address"
    OWN_ADDRESS = "own_address"
    CHILD = "child"
    ERASED = "erased"
    # What is to be sent is not ready.
    NOT_APPROVED = "not_approved"
    MISSING_FIELD = "missing_field"
    STEP_UNAVAILABLE = "step_unavailable"
    # It left already.
    ALREADY_SENT = "already_sent"
    PARTY_ALREADY_WRITTEN = "party_already_written"
    # Sending is not allowed now.
    DISARMED = "disarmed"
    LIMIT_REACHED = "limit_reached"
    NOT_ON_ALLOW_LIST = "not_on_allow_list"
    QUIET_HOURS = "quiet_hours"
    CAPPED = "capped"
    SILENCE = "silence"
    CARRIER_BUSY = "carrier_busy"
    PAUSED = "paused"
    TOO_EARLY = "too_early"
    # It should not exist, or no longer.
    TOO_LATE = "too_late"
    HISTORY_IMPORT = "history_import"
    BEFORE_GO_LIVE = "before_go_live"
    CHANNEL_CONFIRMS = "channel_confirms"
    GROUP_BLOCK = "group_block"
    TOO_SHORT = "too_short"
    FUTURE_STAY = "future_stay"
    CONDITION = "condition"
    REPLANNED = "replanned"
    SWITCHED_OFF = "switched_off"
    SUPERSEDED = "superseded"
    DROPPED_BY_STAFF = "dropped_by_staff"
    RECALLED = "recalled"
    # It would have left: its journey runs in shadow.
    SHADOW = "shadow"
    # What became of a hand-over.
    REFUSED = "refused"
    NO_REPLY = "no_reply"


WAITS_FOR_PERSON = frozenset({Reason.NOT_CONFIRMED_LIVE})
"""Holds that only a person ends who looks into the PMS: they open an ask, "confirm or drop"."""
CONFIRMABLE = WAITS_FOR_PERSON | {
    Reason.STALE_MIRROR, Reason.HOTEL_UNREACHABLE, Reason.CHANGED_LIVE, Reason.OUT_OF_SIGHT,
}  # fmt: skip
"""Holds that the word of such a person ends too."""
