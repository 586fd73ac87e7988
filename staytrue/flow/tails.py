"""Where the last complete file ended: what tells one that was cut between two lines from others.

Reasons: docs/decisions/cut-files.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from staytrue.inbox import actions as inbox
from staytrue.mirror import queries, rules

if TYPE_CHECKING:
    from staytrue.flow.intake import Work

BOOKMARK = "tail"


def keep(work: Work) -> None:
    """Remember the last bookings of a complete delivery, in its order."""
    if work.summary.tail:
        inbox.set_bookmark(work.link, BOOKMARK, {"keys": work.summary.tail}, work.now)


def cut_off(work: Work, missing: Sequence[str], coming: int) -> int:
    """How many of the missing coming stays were cut off; none where they are missing by themselves."""
    if len(missing) < rules.CUT_MIN:
        return 0
    keys = inbox.bookmark(work.link, BOOKMARK)[0].get("keys", [])
    expected = queries.coming(work.link.id, keys, work.made_on)
    gone = set(missing)
    end = [key in gone for key in keys if key in expected]
    return len(missing) if rules.is_cut(end, len(missing), coming) else 0
