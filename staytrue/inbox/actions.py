"""The only writers of the inbox: keep each delivery once, park what was not understood."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.db import connection, transaction
from django.db.models import Q

from staytrue.connectors import registry
from staytrue.hotel.models import Property
from staytrue.hotel.records import Parked
from staytrue.inbox import objectives, pace
from staytrue.inbox.models import Bookmark, Connection, Delivery, DeliveryPiece, ParkedPart
from staytrue.inbox.secrets import put_settings
from staytrue.kit.errors import Refused
from staytrue.staff import audit
from staytrue.staff.models import Role

RAW_DAYS = 90


def connect(
    name: str,
    property: Property,
    dialect: str,
    settings: dict[str, Any],
    *,
    now: datetime,
    cadence_seconds: int = 86_400,
    lookups_only: bool = False,
) -> Connection:
    """Link a property to a PMS, one-way; its secret settings are sealed."""
    if lookups_only and registry.live(dialect) is None:
        raise Refused(f"{dialect} only reads files: it cannot be asked about a stay.",
                      code="cannot_look_up", dialect=dialect)  # fmt: skip
    if Connection.objects.filter(name=name).exists():
        raise Refused(f"There is a connection named {name} already. Choose another name.",
                      code="connection_exists", name=name)  # fmt: skip
    link = Connection.objects.create(
        name=name,
        property=property,
        dialect=dialect,
        cadence_seconds=cadence_seconds,
        lookups_only=lookups_only,
        created_at=now,
    )
    put_settings(link, settings, registry.manifest(dialect))
    return link


def allow_private(link: Connection, *, is_allowed: bool) -> None:
    """An administrator's word: the addresses in its settings may lie in the own network."""
    if link.is_private == is_allowed:
        return
    link.is_private = is_allowed
    link.save(update_fields=["is_private"])
    audit.record(
        "private_address_allowed" if is_allowed else "private_address_closed",
        f"connection:{link.pk}",
        property_id=link.property_id,
    )


def promise(link: Connection, cadence_seconds: int) -> None:
    """The pace at which the connection shall be true, held against which it turns stale."""
    link.cadence_seconds = cadence_seconds
    link.save(update_fields=["cadence_seconds"])


def set_cadence(link: Connection, task: str, seconds: int, hours: str = "") -> None:
    """The pause between two turns of a task, always or in these hours; it counts from the next.

    New hours take the place of those they overlap.
    """
    said = {**link.cadence.get(task, {})}
    if hours:
        before = said.get("hours", {}).items()
        kept = {span: pause for span, pause in before if not pace.overlap(span, hours)}
        said["hours"] = {**kept, hours: seconds}
    else:
        said["seconds"] = seconds
    set_pace(link, {**link.cadence, task: said})


def set_pace(link: Connection, cadence: dict[str, Any]) -> None:
    """The pace of all tasks at once; what it does not name has our own."""
    pace.check(cadence)
    link.cadence = cadence
    link.save(update_fields=["cadence"])


def set_objectives(link: Connection, values: dict[str, Any]) -> None:
    """What the connection must reach and who hears when it does not; None takes one away."""
    given = {**link.objectives, **values}
    chosen = {name: value for name, value in given.items() if value is not None}
    objectives.check(chosen)
    if not Role.objects.filter(pk=objectives.role(chosen)).exists():
        raise Refused(f"There is no role {chosen['role']}.", "role_unknown", role=chosen["role"])
    link.objectives = chosen
    link.save(update_fields=["objectives"])


@transaction.atomic
def keep(
    link: Connection, object: str, pieces: Iterable[bytes], **facts: Any
) -> tuple[Delivery, bool]:
    """Keep a delivery, raw and once; (delivery, whether it is new). Commit before translating.

    `pieces` are its compressed slices, none of what could not be opened. The same bytes again give
    the delivery they first came in, whatever their name is now.
    """
    delivery, is_new = Delivery.objects.filter(~Q(state=Delivery.State.ROLLED_BACK)).get_or_create(
        connection=link,
        object=object,
        content_hash=facts.pop("content_hash"),
        defaults={"property_id": link.property_id, **facts},
    )
    if is_new:
        # Bytes beside the statement: within it they would be written as hex and read by the parser.
        cursor = psycopg.Cursor(connection.connection)
        for seq, body in enumerate(pieces):
            cursor.execute(
                "INSERT INTO delivery_piece (delivery_id, seq, body) VALUES (%s, %s, %b)",
                [delivery.pk, seq, body],
            )
    return delivery, is_new


def keep_again(delivery: Delivery, mapping_text: str, *, by: str, now: datetime) -> Delivery:
    """The same raw text as a delivery of its own, to be read by another mapping."""
    if delivery.raw_dropped_at is not None:
        raise Refused(
            f"The raw text of {delivery.name} was dropped after the retention time.",
            code="raw_dropped",
        )
    again = Delivery.objects.create(
        connection_id=delivery.connection_id,
        property_id=delivery.property_id,
        object=delivery.object,
        kind=delivery.kind,
        name=delivery.name,
        # Not the hash of the bytes alone: those have come once and are remembered so.
        content_hash=f"{delivery.content_hash} again {now.isoformat()}",
        size=delivery.size,
        facts=delivery.facts | {"mapping_text": mapping_text, "again": delivery.pk},
        history=delivery.history,
        made_at=delivery.made_at,
        received_at=now,
        released_by=by,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO delivery_piece (delivery_id, seq, body)
               SELECT %s, seq, body FROM delivery_piece WHERE delivery_id = %s ORDER BY seq""",
            [again.pk, delivery.pk],
        )
    return again


def settle(delivery: Delivery, state: str, now: datetime, **facts: Any) -> None:
    """Say what became of a delivery."""
    delivery.state = state
    delivery.settled_at = now
    for name, value in facts.items():
        setattr(delivery, name, value)
    delivery.save(update_fields=["state", "settled_at", *facts])


def park(delivery: Delivery, parts: Sequence[tuple[int, Parked]], now: datetime) -> int:
    """Park parts with their raw text; a part that is parked already only moves its `seen_at`.

    `parts` are (raw hash, part). Returns how many are new.
    """
    newest = dict(parts)
    if not newest:
        return 0
    rows = list(newest.items())
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO parked_part AS p (connection_id, property_id, delivery_id, object, line,
                 key, code, reason, facts, raw, raw_hash, state, parked_at, seen_at, resolved_by)
               SELECT %s, %s, %s, x.object, x.line, x.key, x.code, x.reason, x.facts::jsonb, x.raw,
                      x.raw_hash, 'parked', %s, %s, ''
                 FROM unnest(%s::text[], %s::int[], %s::text[], %s::text[], %s::text[],
                             %s::text[], %s::text[], %s::bigint[])
                       x(object, line, key, code, reason, facts, raw, raw_hash)
                ORDER BY x.raw_hash
               ON CONFLICT (connection_id, object, raw_hash) WHERE state = 'parked'
                 DO UPDATE SET seen_at = excluded.seen_at, line = excluded.line,
                               delivery_id = excluded.delivery_id
               RETURNING parked_at = seen_at""",
            [
                delivery.connection_id, delivery.property_id, delivery.id,
                now, now,
                [p.object or delivery.object for _, p in rows],
                [p.line for _, p in rows], [p.key for _, p in rows], [p.code for _, p in rows],
                [p.reason for _, p in rows], [json.dumps(p.facts, default=str) for _, p in rows],
                [p.raw for _, p in rows], [h for h, _ in rows],
            ],
        )  # fmt: skip
        return sum(1 for (is_new,) in cursor.fetchall() if is_new)


def solve_staged(delivery: Delivery, now: datetime) -> int:
    """A part whose key came in good order with this delivery is parked no longer.

    A living PMS shows all legs of a number at once, and what it will not show has no leg.
    """
    is_live = delivery.kind == "live"
    keys = {"reservation": "s.number || '/' || s.leg", "profile": "s.source_id"}
    solved = 0
    for object, key in keys.items():
        if not is_live and object != delivery.object:
            continue
        same = (
            f"({key} = p.key OR s.number = p.key)" if object == "reservation" else f"{key} = p.key"
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"""UPDATE parked_part p
                       SET state = 'solved', resolved_at = %s, resolved_by = 'source'
                     WHERE p.connection_id = %s AND p.object = %s AND p.state = 'parked'
                       AND EXISTS (SELECT FROM stage_{object} s WHERE s.batch = %s
                                    AND {same if is_live else f"{key} = p.key"})""",
                [now, delivery.connection_id, object, delivery.id],
            )
            solved += cursor.rowcount
    return solved


def solve_unseen(delivery: Delivery, now: datetime) -> int:
    """Parts a complete walk no longer brings are the source's own affair: solved."""
    return ParkedPart.objects.filter(
        connection_id=delivery.connection_id,
        object=delivery.object,
        state=ParkedPart.State.PARKED,
        seen_at__lt=now,
    ).update(state=ParkedPart.State.SOLVED, resolved_at=now, resolved_by="source")


def resolve(parts: Iterable[ParkedPart], state: str, by: str, now: datetime) -> None:
    """A person released parts, or dropped them."""
    ParkedPart.objects.filter(id__in=[part.id for part in parts]).update(
        state=state, resolved_at=now, resolved_by=by
    )


def stop(link: Connection, code: str, facts: dict[str, Any], now: datetime) -> None:
    """Take nothing more on this connection until a person acts."""
    link.stopped_at, link.stopped_code, link.stopped_facts = now, code, facts
    link.save(update_fields=["stopped_at", "stopped_code", "stopped_facts"])


def resume(link: Connection) -> None:
    """A person acted: take deliveries again."""
    link.stopped_at, link.stopped_code, link.stopped_facts = None, "", {}
    link.save(update_fields=["stopped_at", "stopped_code", "stopped_facts"])


def attempted(link: Connection, now: datetime) -> None:
    """Note that the connection was looked at, whether or not anything came."""
    Connection.objects.filter(id=link.id).update(last_attempt_at=now)


def bookmark(link: Connection, object: str) -> tuple[dict[str, Any], datetime | None]:
    """What was remembered of this connection's object, and when."""
    mark = Bookmark.objects.filter(connection=link, object=object).first()
    return (mark.value, mark.at) if mark else ({}, None)


def set_bookmark(link: Connection, object: str, value: dict[str, Any], now: datetime) -> None:
    """Remember how far this connection's object has been read."""
    Bookmark.objects.update_or_create(
        connection=link, object=object, defaults={"value": value, "at": now}
    )


def forget_turns(link: Connection) -> None:
    """Every task of a living PMS is due at once."""
    Bookmark.objects.filter(connection=link, object__startswith="turn ").delete()


@transaction.atomic
def drop_old_raw(now: datetime, days: int = RAW_DAYS) -> int:
    """Retention: raw bodies older than `days` go, what became of them stays."""
    old = Delivery.objects.filter(
        received_at__lt=now - timedelta(days=days), raw_dropped_at__isnull=True
    ).exclude(state__in=[Delivery.State.HELD, Delivery.State.RECEIVED])
    ids = list(old.values_list("id", flat=True))
    DeliveryPiece.objects.filter(delivery_id__in=ids).delete()
    return Delivery.objects.filter(id__in=ids).update(raw_dropped_at=now)
