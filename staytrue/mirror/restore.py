"""Taking a batch back: rows return to what they were, byte for byte, with their version marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.db import connection

from staytrue.hotel import codes, records
from staytrue.kit import merge
from staytrue.mirror.actions import TARGETS, settle_rosters
from staytrue.mirror.canonical import SIGHT_FIELDS
from staytrue.mirror.columns import AMOUNTS, INSTANTS
from staytrue.mirror.rows import Encoder

_DATES = ("arrival_on", "departure_on")
_CODES: dict[str, Any] = {
    "status": codes.Status,
    "status_origin": codes.StatusOrigin,
    "board": codes.Board,
    "channel": codes.Channel,
    "segment": codes.Segment,
    "payment_method": codes.Payment,
    "kind": codes.ProfileKind,
}
_MARKS = {
    "version": "bigint",
    "version_at": "timestamptz",
    "read_at": "timestamptz",
    "delivery_id": "bigint",
    "content_hash": "bigint",
}
_LISTS: dict[str, Any] = {
    "extras": list[records.Extra],
    "folio": list[records.FolioLine],
    "guests": list[records.GuestOnBooking],
    "emails": list[records.Email],
    "phones": list[records.Phone],
    "addresses": list[records.Address],
    "loyalty": list[records.Loyalty],
    "consents": list[records.Consent],
}


def record_of(object: str, canonical: Mapping[str, Any]) -> records.Reservation | records.Profile:
    """A canonical record as read back → the record it was made from."""
    kind = records.Reservation if object == "reservation" else records.Profile
    names = {field.name for field in msgspec.structs.fields(kind)}
    return kind(**{name: _value(name, canonical[name]) for name in names & canonical.keys()})


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in INSTANTS:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    if name in _DATES:
        return date.fromisoformat(value)
    if name in AMOUNTS:
        return Decimal(value)
    if name in _LISTS:
        return msgspec.convert(value, _LISTS[name])
    return _CODES[name](value) if name in _CODES else value


def restore(
    object: str, batch: int, zone: str, earlier: Iterable[tuple[int, Mapping[str, Any], Any]]
) -> None:
    """Put rows back: (row id, canonical record as it was, its version marks or `None`).

    Without marks only the sight of the row is put back: we changed nothing else.
    """
    full = [(id_, record, marks) for id_, record, marks in earlier if marks]
    sight = [(id_, record) for id_, record, marks in earlier if not marks]
    if full:
        _restore_rows(object, batch, zone, full)
    if object == "reservation":
        _restore_sight([*((id_, record) for id_, record, _ in full), *sight])


def _restore_rows(
    object: str, batch: int, zone: str, rows: list[tuple[int, Mapping[str, Any], Any]]
) -> None:
    target = TARGETS[object]
    lines = []
    for id_, canonical, marks in rows:
        read_at = datetime.fromisoformat(marks["read_at"])
        encoder = Encoder(batch, 0, zone, read_at)
        encode: Any = getattr(encoder, object)
        lines.append(encode(id_, marks["line"], marks["raw_hash"], record_of(object, canonical)))
    merge.stage(target, [("\n".join(lines) + "\n").encode()])
    kept = {"property_id", "epoch", *target.key, "content_hash", "version", "version_at"}
    sets = ", ".join(f"{name} = s.{name}" for name in target.columns if name not in kept)
    marks_sql = ", ".join(f"{name} = (m.marks->>'{name}')::{kind}" for name, kind in _MARKS.items())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE {target.table} t SET {sets}, {marks_sql}, versions = t.versions + 1
                  FROM {target.stage} s,
                       unnest(%s::bigint[], %s::jsonb[]) AS m(id, marks)
                 WHERE s.batch = %s AND s.seq = t.id AND m.id = t.id""",
            [[r[0] for r in rows], [msgspec.json.encode(r[2]).decode() for r in rows], batch],
        )
    merge.clear(target, batch)
    if object == "reservation":
        settle_rosters([r[0] for r in rows], max(datetime.fromisoformat(r[2]["read_at"])
                                                 for r in rows))  # fmt: skip


def _restore_sight(rows: list[tuple[int, Mapping[str, Any]]]) -> None:
    columns = [[record.get(name) for _, record in rows] for name in SIGHT_FIELDS]
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE reservation t SET seen_on = m.seen_on, out_of_sight_since = m.since,
                      out_of_sight_cause = m.cause
                 FROM unnest(%s::bigint[], %s::date[], %s::timestamptz[], %s::text[])
                      AS m(id, seen_on, since, cause)
                WHERE t.id = m.id""",
            [[id_ for id_, _ in rows], *columns],
        )


def remove_created(delivery_id: int) -> list[tuple[str, int]]:
    """Remove the rows whose first version came with this delivery: (object, id) each."""
    removed: list[tuple[str, int]] = []
    with connection.cursor() as cursor:
        for object in ("reservation", "profile"):
            cursor.execute(
                """SELECT object_id FROM change
                    WHERE delivery_id = %s AND object = %s AND no = 1 AND diff IS NULL""",
                [delivery_id, object],
            )
            ids = [row[0] for row in cursor.fetchall()]
            if object == "reservation":
                cursor.execute("DELETE FROM roster WHERE reservation_id = ANY(%s)", [ids])
            cursor.execute(f"DELETE FROM {object} WHERE id = ANY(%s)", [ids])
            removed += [(object, id_) for id_ in ids]
    return removed


def forget_walk(connection_id: int, object: str) -> None:
    """Freshness as the deliveries that still stand tell it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE freshness f SET true_through = d.made_at, walked_at = NULL
                 FROM (SELECT max(coalesce(made_at, received_at)) AS made_at FROM delivery
                        WHERE connection_id = %s AND object = %s AND state = 'applied') d
                WHERE f.connection_id = %s AND f.object = %s""",
            [connection_id, object, connection_id, object],
        )
