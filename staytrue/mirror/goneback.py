"""Records that a living PMS shows older than they were, and what was learned of it lately."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from staytrue.mirror.rows import GLIMPSED_AT

WELL_AFTER = timedelta(hours=1)
KEYS = {"reservation": "number", "profile": "source_id"}
_JOIN = {
    "reservation": "t.property_id = s.property_id AND t.number = s.number AND t.leg = s.leg"
    " AND t.epoch = s.epoch",
    "profile": "t.source_id = s.source_id",
}


def found(connection_id: int, batch: int, read_at: datetime) -> list[str]:
    """Staged records, read well after what is known of them and yet of an older version.

    Well after: a long export shows what was so when it began.
    """
    rows: list[str] = []
    with connection.cursor() as cursor:
        for object, joined in _JOIN.items():
            cursor.execute(
                f"""SELECT t.id FROM stage_{object} s JOIN {object} t
                        ON t.connection_id = %s AND {joined}
                     WHERE s.batch = %s AND t.read_at < %s AND s.version_at < t.version_at
                       AND s.version_at <> %s AND t.content_hash <> s.content_hash
                       AND coalesce(s.version, 0) = coalesce(t.version, 0)""",
                [connection_id, batch, read_at - WELL_AFTER, GLIMPSED_AT],
            )
            rows += [f"{object} {id_}" for (id_,) in cursor.fetchall()]
    return rows


def read_since(object: str, connection_id: int, since: datetime) -> list[str]:
    """Keys of the records that became what they are by a reading since then, at the PMS."""
    key = KEYS[object]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT {key} FROM {object} WHERE connection_id = %s AND read_at >= %s"
            " ORDER BY 1",
            [connection_id, since],
        )
        return [id_ for (id_,) in cursor.fetchall()]


def not_read_again(connection_id: int, since: datetime, until: datetime, epoch: int) -> list[int]:
    """Stays in sight, read between these instants, that no reading of this epoch has shown."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id FROM reservation
                WHERE connection_id = %s AND read_at >= %s AND read_at < %s
                  AND coalesce(version, 0) < %s AND out_of_sight_since IS NULL ORDER BY id""",
            [connection_id, since, until, epoch],
        )
        return [id_ for (id_,) in cursor.fetchall()]
