"""What PMSs call us with: kept in groups before the answer, claimed in batches by the worker.

A notification is a signal and never proof: it leads to a read, and only the read changes anything.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Count, Min
from psycopg import Cursor

from staytrue.connectors.envelope import without_cards, without_secrets
from staytrue.inbox.models import Notification
from staytrue.kit.hashes import hash_of_bytes

CHANNEL = "notified"
"""On this channel the database calls when something new waits."""

CLAIM_MINUTES = 10
KEPT_DAYS = 90

# In the order of the unique keys: two processes that keep the same events never wait in a ring.
# The connection is asked again, because its row may have gone since it was looked up.
_KEEP = f"""
    WITH kept AS (
      INSERT INTO notification (connection_id, property_id, received_at, event_id, body_hash,
                                headers, body, trouble)
      SELECT c.id, c.property_id, x.received_at, x.event_id, x.body_hash, x.headers::jsonb, x.body,
             ''
        FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::bigint[], %s::text[],
                    %b::bytea[]) x(connection_id, received_at, event_id, body_hash, headers, body)
        JOIN connection c ON c.id = x.connection_id
       ORDER BY c.id, x.event_id, x.body_hash, x.received_at
      ON CONFLICT DO NOTHING
      RETURNING id
    )
    SELECT count(*), CASE WHEN count(*) > 0 THEN pg_notify('{CHANNEL}', '') END FROM kept
"""


@dataclass(frozen=True)
class Arrived:
    """One notification as it is kept: card numbers and secrets masked, the hash of its original bytes."""

    connection_id: int
    received_at: datetime
    event_id: str | None
    body_hash: int
    headers: Mapping[str, str]
    body: bytes


def arrived(
    connection_id: int,
    body: bytes,
    *,
    now: datetime,
    event_id: str | None = None,
    headers: Mapping[str, str] | None = None,
    own_numbers: Collection[str] = (),
) -> Arrived:
    """A body as it came, ready to be kept; `own_numbers` end the names of fields never masked."""
    return Arrived(
        connection_id=connection_id,
        received_at=now,
        event_id=event_id,
        body_hash=hash_of_bytes(body),
        headers=headers or {},
        body=without_cards(without_secrets(body), own_numbers),
    )


def keep_many(rows: Sequence[Arrived], cursor: CursorWrapper | Cursor[Any] | None = None) -> int:
    """Keep what is not known yet, and call the worker at the commit; how many are new.

    `cursor` is one outside Django's connection, with every property in its scope.
    """
    if cursor is None:
        with connection.cursor() as own:
            return keep_many(rows, own)
    cursor.execute(
        _KEEP,
        [
            [row.connection_id for row in rows],
            [row.received_at for row in rows],
            [row.event_id for row in rows],
            [row.body_hash for row in rows],
            [json.dumps(dict(row.headers)) for row in rows],
            [row.body for row in rows],
        ],
    )
    found = cursor.fetchone()
    return int(found[0]) if found else 0


def claim(link_id: int | None, now: datetime, limit: int) -> list[Notification]:
    """Take the next ones, of one connection or of all, oldest first; no other worker has them.

    What a worker took and did not settle within ten minutes is taken again: it was killed.
    """
    of_link = "" if link_id is None else "AND connection_id = %(link)s"
    found = Notification.objects.raw(
        f"""UPDATE notification n SET claimed_at = %(now)s
              FROM (SELECT id FROM notification
                     WHERE settled_at IS NULL {of_link}
                       AND (claimed_at IS NULL OR claimed_at < %(dead)s)
                     ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED) due
             WHERE n.id = due.id RETURNING n.*""",
        {
            "now": now,
            "dead": now - timedelta(minutes=CLAIM_MINUTES),
            "link": link_id,
            "limit": limit,
        },
    )
    return sorted(found, key=lambda each: each.pk)


def settle(ids: Collection[int], now: datetime, trouble: str = "") -> None:
    """These are done with; `trouble` says why nothing could be made of them."""
    Notification.objects.filter(pk__in=ids).update(settled_at=now, trouble=trouble)


def waiting() -> int:
    """How many nobody has taken yet."""
    return Notification.objects.filter(claimed_at__isnull=True, settled_at__isnull=True).count()


def unread(link_id: int) -> tuple[int, datetime | None]:
    """Calls of one connection that nothing was made of yet, and since when the oldest waits."""
    found = Notification.objects.filter(connection=link_id, settled_at__isnull=True)
    told = found.aggregate(count=Count("pk"), oldest=Min("received_at"))
    return told["count"], told["oldest"]


def drop_old(now: datetime, days: int = KEPT_DAYS) -> int:
    """Retention: what was settled goes, body and all; of an event its id stays, to count once."""
    old = Notification.objects.filter(
        received_at__lt=now - timedelta(days=days), settled_at__isnull=False
    )
    emptied = old.filter(event_id__isnull=False).exclude(body=b"").update(body=b"", headers={})
    return emptied + old.filter(event_id__isnull=True).delete()[0]
