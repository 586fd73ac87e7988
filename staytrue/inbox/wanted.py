"""What must be read of a PMS: asked for once, claimed in batches, given back when it failed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from staytrue.inbox.models import Connection

# Whoever claimed and did not come back within this time is gone.
LOST_AFTER = timedelta(minutes=10)
HEARD = "heard"
"""The fact of a want that the PMS was heard to show its record otherwise than it stands here."""


@dataclass(frozen=True)
class Want:
    """One record to read: `facts` say what pointed to it."""

    entity: str
    id: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Claimed(Want):
    """The same, while somebody reads it."""

    row: int = 0
    attempts: int = 0


def want(link: Connection, wants: Iterable[Want], now: datetime) -> int:
    """Ask for these; an equal one that still waits takes the new facts and becomes due."""
    merged: dict[tuple[str, str], dict[str, Any]] = {}
    for each in wants:
        merged.setdefault((each.entity, each.id), {}).update(each.facts)
    if not merged:
        return 0
    keys = sorted(merged)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO wanted AS w (connection_id, property_id, entity, source_id, facts,
                                        since, due_at, attempts, trouble)
               SELECT %s, %s, x.entity, x.id, x.facts::jsonb, %s, %s, 0, ''
                 FROM unnest(%s::text[], %s::text[], %s::text[]) x(entity, id, facts)
               ON CONFLICT (connection_id, entity, source_id) WHERE claimed_at IS NULL
               DO UPDATE SET facts = w.facts || excluded.facts,
                             due_at = least(w.due_at, excluded.due_at)""",
            [
                link.pk, link.property_id, now, now,
                [entity for entity, _ in keys], [id_ for _, id_ in keys],
                [json.dumps(merged[key], default=str) for key in keys],
            ],
        )  # fmt: skip
        return int(cursor.rowcount)


def claim(link: Connection, now: datetime, limit: int = 100) -> list[Claimed]:
    """Take due ones, oldest first; also those whose reader was killed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE wanted w SET claimed_at = %(now)s, attempts = w.attempts + 1
                 FROM (SELECT id FROM wanted
                        WHERE connection_id = %(connection)s AND due_at <= %(now)s
                          AND (claimed_at IS NULL OR claimed_at < %(lost)s)
                        ORDER BY since, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED) x
                WHERE w.id = x.id
            RETURNING w.entity, w.source_id, w.facts::text, w.id, w.attempts""",
            {"connection": link.pk, "now": now, "lost": now - LOST_AFTER, "limit": limit},
        )
        rows = cursor.fetchall()
    found = [Claimed(entity, id_, json.loads(facts), row, tries)
             for entity, id_, facts, row, tries in rows]  # fmt: skip
    return sorted(found, key=lambda each: each.row)


def done(claimed: Collection[Claimed]) -> None:
    """These were read, and what was read is kept."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM wanted WHERE id = ANY(%s)", [[each.row for each in claimed]])


def put_back(
    claimed: Collection[Claimed], due_at: datetime, trouble: str = "", *, tried: bool = True
) -> None:
    """Not read now: they wait until `due_at`. Of equal ones, also newly wanted ones, one stays."""
    rows = [each.row for each in claimed]
    with connection.cursor() as cursor:
        # Whoever wants it anew takes its place; of two claimed ones (one was a killed reader's)
        # the older does.
        cursor.execute(
            """WITH gone AS (
                 SELECT o.id, o.facts, o.since, min(w.id) AS heir FROM wanted o JOIN wanted w
                     ON w.connection_id = o.connection_id AND w.entity = o.entity
                    AND w.source_id = o.source_id AND w.id <> o.id
                    AND (w.claimed_at IS NULL OR (w.id = ANY(%(rows)s) AND w.id < o.id))
                  WHERE o.id = ANY(%(rows)s) GROUP BY o.id, o.facts, o.since),
               told AS (
                 UPDATE wanted w SET facts = g.facts || w.facts, since = least(g.since, w.since),
                        due_at = greatest(w.due_at, %(due)s)
                   FROM gone g WHERE w.id = g.heir)
               DELETE FROM wanted w USING gone g WHERE w.id = g.id""",
            {"rows": rows, "due": due_at},
        )
        cursor.execute(
            """UPDATE wanted SET claimed_at = NULL, due_at = %s, trouble = %s,
                      attempts = attempts - %s WHERE id = ANY(%s)""",
            [due_at, trouble, 0 if tried else 1, rows],
        )


def oldest(link: Connection) -> datetime | None:
    """Since when the oldest of them waits; what is true through ends before it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(since) FROM wanted WHERE connection_id = %s", [link.pk])
        row = cursor.fetchone()
    return row[0] if row else None


def next_due(link: Connection) -> datetime | None:
    """When the next of them may be asked for; what was asked for and not shown yet is no matter."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT min(due_at) FROM wanted
                WHERE connection_id = %s AND (attempts = 0 OR claimed_at IS NOT NULL)""",
            [link.pk],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def waiting(link: Connection) -> int:
    """How many wait or are being read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM wanted WHERE connection_id = %s", [link.pk])
        return int(cursor.fetchone()[0])
