"""The vices of OPERA Cloud, each with a name: all on unless a test switches one off."""

from __future__ import annotations

from enum import StrEnum


class Quirk(StrEnum):
    """What the facts say of the interface, and what hotels and networks do to it."""

    QUEUE_FORGETS = "queue forgets"  # reading an event removes it
    EVENTS_LOST = "events lost"
    EVENTS_DOUBLED = "events doubled"
    EVENTS_LATE = "events late"
    EVENTS_OUT_OF_ORDER = "events out of order"
    UNCHANGED_ELEMENTS = "unchanged elements"  # old and new value are equal
    CHECK_IN_AS_UPDATE = "check-in as update"
    MODULE_NUMBERS = "module numbers"  # 14 instead of Profile
    NO_SHOWS_UNSAID = "no-shows unsaid"  # no event; only the sweep shows it
    TOKEN_ENDS = "token ends"  # noqa: S105 - also in the middle of a walk
    RATE_LIMIT = "rate limit"
    SERVER_ERRORS = "server errors"
    SLOW_SUMMARIES = "slow summaries"
    FOREIGN_ROWS = "foreign rows"  # another hotel's line in the summary
    CANCELLATION_STAYS = "cancellation stays"  # after a reinstatement
    COMPUTED_STATUS = "computed status"
    NUMBERS_AS_TEXT = "numbers as text"
    LONE_OBJECTS = "lone objects"  # a list of one comes as its element
    PLACEHOLDERS = "placeholders"  # -100000000 for what nobody set
    OTHER_NAMES = "other names"  # other alphabets, names to hide behind
    MASKED_BIRTH_DATES = "masked birth dates"
    MASKED_CARDS = "masked cards"
    PSEUDO_ROOMS = "pseudo rooms"
    SHARES = "shares"
    SEVERAL_ROOMS = "several rooms"  # one reservation until it is split
    MERGES = "merges"
    LATE_POSTINGS = "late postings"
    CORRECTIONS = "corrections"


ALL = frozenset(Quirk)
