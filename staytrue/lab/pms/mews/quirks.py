"""The vices of Mews, each with a name: all on unless a test switches one off."""

from __future__ import annotations

from enum import StrEnum


class Quirk(StrEnum):
    """What the facts say of the interface, and what hotels and networks do to it."""

    PUSHES_LOST = "pushes lost"
    PUSHES_DOUBLED = "pushes doubled"
    PUSHES_LATE = "pushes late"
    PUSHES_OUT_OF_ORDER = "pushes out of order"
    LATE_COMMITS = "late commits"  # a row shows minutes after its own UpdatedUtc
    RATE_LIMIT = "rate limit"
    SERVER_ERRORS = "server errors"
    PROXY_PAGES = "proxy pages"  # status 200 and no answer of Mews
    TOO_HEAVY = "too heavy"  # 408 for a window with too many rows
    CLOCK_BEHIND = "clock behind"
    MIDNIGHT_ARRIVALS = "midnight arrivals"  # the local day is another than the UTC one
    CANCELLATION_STAYS = "cancellation stays"  # CancelledUtc after a reinstatement
    OWNER_AMONG_COMPANIONS = "owner among companions"
    RELAYS = "relays"  # of OTAs nobody knows: only HasOtaEmail tells
    MERGES = "merges"
    MERGES_UNTOLD = "merges untold"  # the source's UpdatedUtc does not move
    LATE_POSTINGS = "late postings"
    CORRECTIONS = "corrections"


ALL = frozenset(Quirk)
