"""The append-only log of changes, and what it lets us say: a row as it was known on a past day."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.changes.kinds import Kind
from staytrue.kit import merge
from staytrue.mirror.rows import json_text

# The marks of a version: what rolling a batch back must restore beside the fields themselves.
PRIOR = (
    "version", "version_at", "read_at", "delivery_id", "line", "raw_hash", "content_hash",
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One line of the log, ready to append."""

    object: str
    object_id: int
    no: int
    kinds: Sequence[Kind]
    diff: Mapping[str, Any] | None = None
    source_at: str | datetime | None = None
    connection_id: int | None = None
    property_id: int | None = None
    prior: Mapping[str, Any] | None = None
    delivery_id: int | None = None
    line: int | None = None


def make_room(at: datetime) -> None:
    """Make sure that the month of `at` and the next have their partitions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT staytrue_make_partitions(%s, 2)", [at.date()])


def append(entries: Iterable[Entry], at: datetime, *, history: bool = False) -> None:
    """Append entries in the present transaction; `at` is when we know it."""
    rows = [vars(entry) for entry in entries]
    if not rows:
        return
    # One document for all: COPY is refused where row-level security holds.
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO change (at, history, source_at, object, object_id, no, connection_id,
                                   property_id, kinds, diff, prior, delivery_id, line)
               SELECT %s, %s, x.* FROM jsonb_to_recordset(%s::jsonb) AS x(source_at timestamptz,
                      object text, object_id bigint, no int, connection_id bigint,
                      property_id bigint, kinds text[], diff jsonb, prior jsonb,
                      delivery_id bigint, line int)""",
            [at, history, json_text(rows)],
        )


def created(object: str) -> str:
    """SQL that appends the first version of rows a merge has just inserted, beside the merge."""
    kind = Kind.CREATED if object == "reservation" else Kind.PROFILE_CREATED
    return f"""
      INSERT INTO change (at, source_at, object, object_id, no, connection_id, property_id, kinds,
                          delivery_id, line, history)
      SELECT %(first_seen_at)s, m.version_at, '{object}', m.id, 1, m.connection_id,
             m.property_id, ARRAY['{kind}'], m.delivery_id, m.line, m.imported
        FROM m WHERE m.old_id IS NULL ORDER BY m.id"""


def diffs_since(object: str, object_id: int, instant: datetime) -> list[dict[str, Any] | None]:
    """The differences we came to know after `instant`, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT diff::text FROM change
                WHERE object = %s AND object_id = %s AND at > %s ORDER BY at DESC, no DESC""",
            [object, object_id, instant],
        )
        return [merge.parse(diff) if diff else None for (diff,) in cursor.fetchall()]


def first_known(object: str, object_id: int) -> datetime | None:
    """When we first knew of this object."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(at) FROM change WHERE object = %s AND object_id = %s", [object, object_id]
        )
        row = cursor.fetchone()
    return row[0] if row else None


def version_at(object: str, object_id: int, instant: datetime) -> datetime | None:
    """Since when the source's version known at `instant` held; None: the row itself still says."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT prior->>'version_at' FROM change
                WHERE object = %s AND object_id = %s AND at > %s AND prior IS NOT NULL
                ORDER BY at, no LIMIT 1""",
            [object, object_id, instant],
        )
        row = cursor.fetchone()
    return datetime.fromisoformat(row[0]) if row else None


def versions_of(object: str, object_id: int) -> list[dict[str, Any]]:
    """Every version of an object, newest first, with the delivery it came in."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.no, c.at, c.source_at, c.kinds, c.diff::text, c.line, c.delivery_id,
                      d.name, d.made_at, c.history, d.kind, d.facts->>'by', d.object, d.received_at
                 FROM change c LEFT JOIN delivery d ON d.id = c.delivery_id
                WHERE c.object = %s AND c.object_id = %s ORDER BY c.at DESC, c.no DESC""",
            [object, object_id],
        )
        names = ("no", "at", "source_at", "kinds", "diff", "line", "delivery_id",
                 "delivery", "made_at", "history", "kind", "by", "of", "received_at")  # fmt: skip
        return [
            dict(zip(names, row, strict=True)) | {"diff": merge.parse(row[4]) if row[4] else {}}
            for row in cursor.fetchall()
        ]


# What was true before the first delivery was made is no lag: nobody was listening.
_LAGS = """
  SELECT at, extract(epoch FROM at - source_at)::float8 AS lag FROM change
   WHERE connection_id = %(link)s AND at >= %(since)s AND NOT history
     AND source_at IS NOT NULL AND delivery_id IS NOT NULL
     AND source_at >= (SELECT min(coalesce(made_at, received_at)) FROM delivery
                        WHERE connection_id = %(link)s AND state = 'applied')"""
_PERCENTILES = """percentile_disc(0.5) WITHIN GROUP (ORDER BY lag),
  percentile_disc(0.95) WITHIN GROUP (ORDER BY lag), count(lag)"""

Lag = dict[str, float | None]
"""p50 and p95 in seconds, and the count of changes they were measured on."""


def lag_seconds(connection_id: int, since: datetime) -> Lag:
    """Measured lag from the source's instant to ours, p50 and p95, of live changes since then."""
    return lags_since(connection_id, [since])[0]


def lags_since(connection_id: int, instants: Sequence[datetime]) -> list[Lag]:
    """The same since each of these instants, in one reading of the log."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {_PERCENTILES}
                  FROM unnest(%(instants)s::timestamptz[]) WITH ORDINALITY AS s(since, place)
                  LEFT JOIN ({_LAGS}) x ON x.at >= s.since GROUP BY place ORDER BY place""",
            {"link": connection_id, "since": min(instants), "instants": list(instants)},
        )
        return [dict(zip(("p50", "p95", "count"), row, strict=True)) for row in cursor.fetchall()]


@dataclass(frozen=True)
class HourOfLag:
    """The lag of the live changes that we came to know in one hour, in seconds."""

    begins_at: datetime
    p50: float
    p95: float
    count: int


def lag_by_hour(connection_id: int, since: datetime) -> list[HourOfLag]:
    """The measured lag of each hour since then that saw a live change, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT date_trunc('hour', at, 'UTC'), {_PERCENTILES} FROM ({_LAGS}) x
                 GROUP BY 1 ORDER BY 1""",
            {"link": connection_id, "since": since},
        )
        return [HourOfLag(*row) for row in cursor.fetchall()]


def counted_in(delivery_id: int) -> dict[str, dict[str, int]]:
    """How many objects a delivery created and changed so far, by kind of object."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT object, count(*) FILTER (WHERE diff IS NULL),
                      count(*) FILTER (WHERE diff IS NOT NULL)
                 FROM change WHERE delivery_id = %s AND line IS NOT NULL GROUP BY object""",
            [delivery_id],
        )
        return {
            object: {"created": created, "changed": changed}
            for object, created, changed in cursor.fetchall()
        }


def changed_later(delivery_id: int) -> int:
    """How many rows a delivery touched carry a later delivery's version by now."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(DISTINCT (c.object, c.object_id)) FROM change c JOIN change d
                   ON d.object = c.object AND d.object_id = c.object_id AND d.no > c.no
                WHERE c.delivery_id = %s AND d.delivery_id IS DISTINCT FROM c.delivery_id""",
            [delivery_id],
        )
        return int(cursor.fetchone()[0])


def versions_in(delivery_id: int) -> list[dict[str, Any]]:
    """The differences a delivery made, newest first: object, object_id, no, diff, prior."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT object, object_id, no, diff::text, prior FROM change
                WHERE delivery_id = %s AND diff IS NOT NULL ORDER BY object, object_id, no DESC""",
            [delivery_id],
        )
        return [
            {
                "object": object,
                "object_id": id_,
                "no": no,
                "diff": merge.parse(diff),
                "prior": json.loads(prior) if isinstance(prior, str) else prior,
            }
            for object, id_, no, diff, prior in cursor.fetchall()
        ]
