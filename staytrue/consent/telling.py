"""Who learns of consent acts: the log of changes, and the reaction that looks after plans."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import connection

from staytrue.changes import log, pending
from staytrue.changes.kinds import Kind

REACTION = "follow_consent"
"""Settles what is planned for those who spoke (`flow/reactions.py`)."""


def changes(kinds: Mapping[int, Kind], property_id: int | None, now: datetime) -> None:
    """Note in the log of changes that these acts opted out or in."""
    log.make_room(now)
    entries = [
        log.Entry("consent", id_, 1, [kind], property_id=property_id) for id_, kind in kinds.items()
    ]
    log.append(entries, now)


def wake(profile_ids: Collection[int], point_ids: Collection[int], now: datetime) -> None:
    """Have the plans looked after of these profiles and of all who use these addresses."""
    if not (profile_ids or point_ids):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT profile_id FROM contact_use
                WHERE contact_point_id = ANY(%s) AND until_at IS NULL""",
            [list(point_ids)],
        )
        users = {id_ for (id_,) in cursor.fetchall()}
    pending.add(REACTION, "profile", users | set(profile_ids), now)
