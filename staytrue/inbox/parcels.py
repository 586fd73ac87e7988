"""Deliveries of living PMSs: kept with where to go on, and what of them still waits."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection

from staytrue.inbox.models import Connection, Delivery, DeliveryPiece
from staytrue.inbox.press import pieces
from staytrue.kit import database

LIVE = "live"
# The least by which versions of database rows can differ.
TICK = timedelta(milliseconds=1)


class Reading(StrEnum):
    """Why a living PMS was read: kept with what was said, so that people can tell them apart."""

    FIRST = "first"
    WALK = "walk"
    POLL = "poll"
    SWEEP = "sweep"
    NAMED = "named"
    """One by one, because a call, an event or another record named them."""


def keep(
    link: Connection,
    kept: bytes,
    *,
    object: str,
    digest: str,
    facts: dict[str, Any],
    history: bool,
    at: datetime,
) -> Delivery:
    """Keep one reading of a living PMS. The same words at another instant are another reading.

    What is read out of a queue is in no other place than here once the next is asked for.
    """
    database.wait_for_disk()
    delivery, is_new = Delivery.objects.get_or_create(
        connection=link,
        object=object,
        content_hash=f"{digest} {at.isoformat()}",
        defaults={
            "property_id": link.property_id,
            "kind": LIVE,
            "name": f"{object} {at:%Y-%m-%d %H:%M:%S}",
            "size": len(kept),
            "facts": facts | {"digest": digest},
            "history": history,
            "received_at": at,
        },
    )
    if not is_new:
        return delivery
    DeliveryPiece.objects.bulk_create(
        DeliveryPiece(delivery=delivery, seq=seq, body=body)
        for seq, body in enumerate(pieces(io.BytesIO(kept)))
    )
    return delivery


def told_of(delivery: Delivery) -> dict[str, Any]:
    """What people are told of a delivery: a file by its name, a reading by why and of what."""
    if delivery.kind != LIVE:
        return {"file": delivery.name}
    return {"by": delivery.facts.get("by"), "object": delivery.object, "file": delivery.name}


def is_repeated(link: Connection, digest: str) -> bool:
    """Whether the same words were applied before and nothing has changed the mirror since.

    Overlapping windows bring the same page at every poll; keeping it again would tell nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH last AS (
                 SELECT id, facts->>'digest' AS digest, state, counts FROM delivery
                  WHERE connection_id = %s ORDER BY received_at DESC, id DESC LIMIT 50),
               mark AS (SELECT max(id) AS id FROM last WHERE digest = %s AND state = 'applied')
               SELECT (SELECT id FROM mark) IS NOT NULL AND NOT EXISTS (
                 SELECT FROM last, mark WHERE last.id > mark.id AND (last.state <> 'applied' OR
                   jsonb_path_exists(last.counts,
                     '$.** ? (@.created > 0 || @.changed > 0 || @.out_of_sight > 0)')))""",
            [link.pk, digest],
        )
        return bool(cursor.fetchone()[0])


def next_instant(link: Connection, now: datetime) -> datetime:
    """Now, or right after the last reading where our clock stepped back since.

    Readings are ordered by their instants: what is read later must never be taken for older.
    """
    newest: datetime | None = (
        Delivery.objects.filter(connection=link)
        .order_by("-received_at")
        .values_list("received_at", flat=True)
        .first()
    )
    return max(now, newest + TICK) if newest else now


def oldest_unapplied(link: Connection) -> datetime | None:
    """When the oldest reading came that is kept and not yet in the mirror."""
    waiting = Delivery.objects.filter(
        connection=link, kind=LIVE, state__in=[Delivery.State.RECEIVED, Delivery.State.HELD]
    )
    found: datetime | None = (
        waiting.order_by("received_at").values_list("received_at", flat=True).first()
    )
    return found
