"""The vices of a PMS read from its database, each with a name: all on unless a test switches one off."""

from __future__ import annotations

from enum import StrEnum


class Quirk(StrEnum):
    """What the facts say of such databases, and what hotels, networks and updates do to them."""

    LATE_COMMITS = "late commits"  # a row stamped early shows late: its transaction was long
    LONG_TRANSACTIONS = "long transactions"  # an hour and more
    SECONDS = "seconds"  # stamps without fractions
    WALL_TIME = "wall time"  # without a zone: autumn repeats an hour
    SILENT = "silent"  # a change that does not move the stamp
    FUTURE_STAMPS = "future stamps"
    CORRECTIONS = "corrections"  # after check-out, in another table than the stay
    CANCELLATION_STAYS = "cancellation stays"  # after a reinstatement
    NO_SHOWS_UNSAID = "no-shows unsaid"
    DELETIONS = "deletions"  # a booking's row is gone without a trace
    NUMBERS_REUSED = "numbers reused"
    MERGES = "merges"
    MERGES_UNTOLD = "merges untold"  # no stamp moves
    STRUCK = "struck"  # a guest's data is taken out of his row
    ARCHIVE = "archive"  # old rows are taken away at night
    FOREIGN_ROWS = "foreign rows"  # another hotel in the same views
    RENAMED = "renamed"  # an update of the PMS gives a column another name
    DROPPED = "dropped"
    MAY_WRITE = "may write"  # somebody grants our login too much
    SLOW = "slow"  # maintenance locks a table
    CUT = "cut"  # the line breaks in mid page


ALL = frozenset(Quirk)
