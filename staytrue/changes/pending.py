"""What reactions still have to settle: written with the change, claimed in batches."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection

TRIES = 5
CHANNEL = "unsettled"


def add(reaction: str, object: str, ids: Collection[int], at: datetime) -> None:
    """Have this reaction look at these objects; asking twice is asking once."""
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO unsettled AS u (reaction, object, object_id, at, attempts, trouble)
               SELECT %s, %s, id, %s, 0, '' FROM unnest(%s::bigint[]) x(id) ORDER BY id
               ON CONFLICT (reaction, object, object_id)
                 DO UPDATE SET at = excluded.at, attempts = 0, not_before = NULL""",
            [reaction, object, at, sorted(set(ids))],
        )
        cursor.execute(f"NOTIFY {CHANNEL}")


def claim(
    reaction: str, now: datetime, count: int, *, from_end: bool = False
) -> list[tuple[int, int]]:
    """Lock the next (row id, object id) of a reaction; what another worker holds is left out.

    Neighbours belong together: who helps with very many begins at the other end.
    """
    order = "DESC" if from_end else "ASC"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT id, object_id FROM unsettled
                WHERE reaction = %s AND attempts < %s AND coalesce(not_before, %s) <= %s
                ORDER BY id {order} LIMIT %s FOR UPDATE SKIP LOCKED""",
            [reaction, TRIES, now, now, count],
        )
        return list(cursor.fetchall())


def is_many(reaction: str, many: int) -> bool:
    """Whether at least so many wait for a reaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM unsettled WHERE reaction = %s LIMIT %s) x",
            [reaction, many],
        )
        return int(cursor.fetchone()[0]) >= many


def done(rows: Collection[int]) -> None:
    """These are settled."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM unsettled WHERE id = ANY(%s)", [list(rows)])


def failed(rows: Collection[int], trouble: str, now: datetime) -> None:
    """Try these again later, each time later; after five tries they stay for a person."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE unsettled SET attempts = attempts + 1, trouble = %s,
                      not_before = %s + power(2, attempts) * interval '10 seconds'
                WHERE id = ANY(%s)""",
            [trouble[:500], now, list(rows)],
        )
