"""The only writers of mirror tables: merge a staged batch, keep rosters, mark what left sight."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from staytrue.kit import merge
from staytrue.kit.merge import Merged, Target
from staytrue.mirror import columns

_DIFFERS = "t.content_hash <> excluded.content_hash"
# A no-show we inferred stands until the PMS itself says another word or moves the stay.
_STILL_INFERRED = (
    "t.status_origin = 'inferred' AND t.source_status = excluded.source_status"
    " AND t.arrival_on = excluded.arrival_on"
)
_KEPT = {
    "first_seen_at": "keep",
    "imported": "keep",
    "versions": f"CASE WHEN {_DIFFERS} THEN t.versions + 1 ELSE t.versions END",
}
_TOLD = ("connection_id", "property_id", "delivery_id", "line", "imported", "version_at")

RESERVATIONS = Target(
    table="reservation",
    stage="stage_reservation",
    key=columns.RESERVATION_KEY,
    columns=columns.RESERVATION,
    batch=columns.BATCH,
    marks=columns.VERSION_MARKS,
    content="content_hash",
    tells=(*_TOLD, "guests"),
    on_insert={"versions": "1"},
    on_update=_KEPT
    | {
        name: f"CASE WHEN {_STILL_INFERRED} THEN t.{name} ELSE excluded.{name} END"
        for name in ("status", "status_origin")
    },
)
PROFILES = Target(
    table="profile",
    stage="stage_profile",
    key=columns.PROFILE_KEY,
    columns=columns.PROFILE,
    batch=columns.BATCH,
    marks=columns.VERSION_MARKS,
    content="content_hash",
    tells=(*_TOLD, "name_key"),
    on_insert={"versions": "1"},
    on_update=_KEPT,
)
TARGETS = {"reservation": RESERVATIONS, "profile": PROFILES}


def clear_stages(connection_id: int) -> int:
    """Empty the stages of every batch of a connection: for whoever imports on it alone.

    A rehearsal's batch is the connection's number below zero.
    """
    removed = 0
    with connection.cursor() as cursor:
        for target in TARGETS.values():
            cursor.execute(
                f"""DELETE FROM {target.stage} WHERE batch = %s OR batch IN
                      (SELECT id FROM delivery WHERE connection_id = %s)""",
                [-connection_id, connection_id],
            )
            removed += cursor.rowcount
    return removed


# The roster of new reservations; of changed ones `settle_rosters` takes care.
_ROSTERS = """
  INSERT INTO roster (reservation_id, property_id, connection_id, role, profile, since_at)
  SELECT m.id, m.property_id, m.connection_id, g->>'role', g->>'profile', %(read_at)s
    FROM m, jsonb_array_elements(m.guests) g WHERE m.old_id IS NULL ORDER BY m.id"""
# The words of names that nobody had before: what is typed with an error is looked for among them.
_WORDS = """
  INSERT INTO name_word (word, near)
  SELECT w.word, name_near(w.word)
    FROM (SELECT DISTINCT unnest(name_words(name_key)) FROM m) w(word)
   WHERE NOT EXISTS (SELECT FROM name_word k WHERE k.word = w.word)"""
_ALONG = {"reservation": _ROSTERS, "profile": _WORDS}


@transaction.atomic
def merge_staged(
    object: str,
    batch: int,
    first: int,
    last: int,
    given: Mapping[str, Any],
    also: Sequence[str] = (),
    *,
    fresh: bool = False,
) -> Merged:
    """Merge staged rows of one batch with `first <= seq < last`; rosters, words of names follow.

    `fresh` says that the connection had no such row when the batch began.

    `also` are statements of later packages that write from what was inserted (`changes.log`).
    """
    also = (*also, _ALONG[object])
    merged = merge.merge(TARGETS[object], batch, first, last, given, also, fresh=fresh)
    if object == "reservation":
        replaced = [now["id"] for was, now in merged.updated if was["guests"] != now["guests"]]
        settle_rosters(replaced, given["read_at"])
    return merged


def settle_rosters(ids: Collection[int], at: datetime) -> None:
    """Make the rosters equal to the reservations' guests: who left gets an end, who is new a line.

    A stay that was given to a new PMS keeps its people until that one tells of it (`moving`).
    """
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE roster t SET until_at = %s
                 FROM reservation r
                WHERE r.id = t.reservation_id AND r.id = ANY(%s) AND t.until_at IS NULL
                  AND r.read_at > 'epoch'
                  AND NOT (t.connection_id = r.connection_id
                           AND r.guests @> jsonb_build_array(
                                 jsonb_build_object('role', t.role, 'profile', t.profile)))""",
            [at, list(ids)],
        )
        cursor.execute(
            """INSERT INTO roster (reservation_id, property_id, connection_id, role, profile,
                                   since_at)
               SELECT r.id, r.property_id, r.connection_id, g->>'role', g->>'profile', %s
                 FROM reservation r, jsonb_array_elements(r.guests) g
                WHERE r.id = ANY(%s) AND NOT EXISTS (
                  SELECT FROM roster t WHERE t.reservation_id = r.id AND t.until_at IS NULL
                     AND t.connection_id = r.connection_id
                     AND t.role = g->>'role' AND t.profile = g->>'profile')""",
            [at, list(ids)],
        )


Pairs = list[tuple[dict[str, Any], dict[str, Any]]]


def amend(table: str, ids: Collection[int], sets: str, values: Mapping[str, Any]) -> Pairs:
    """Change rows for a reason of our own (sight, inference, rolling back); (before, after) each.

    `sets` is SQL of this package, never of a caller outside it.
    """
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE {table} t SET {sets}, versions = t.versions + 1
                 WHERE t.id = ANY(%(ids)s)
             RETURNING to_jsonb(old)::text, to_jsonb(new)::text""",
            {**values, "ids": list(ids)},
        )
        return [(merge.parse(was), merge.parse(now)) for was, now in cursor.fetchall()]


def lose_sight(ids: Collection[int], cause: str, since: datetime, seen_on: date | None) -> Pairs:
    """These reservations left the feed without a final state: never taken for cancelled."""
    return amend(
        "reservation",
        ids,
        "out_of_sight_since = %(since)s, out_of_sight_cause = %(cause)s, seen_on = %(seen_on)s",
        {"since": since, "cause": cause, "seen_on": seen_on},
    )


def regain_sight(ids: Collection[int]) -> Pairs:
    """These reservations are in the feed again."""
    return amend("reservation", ids, "out_of_sight_since = NULL, out_of_sight_cause = NULL", {})


def infer_no_shows(
    connection_id: int, first: date, before: date, zone: ZoneInfo, day_close_at: time
) -> Pairs:
    """Confirmed guests of the days `first <= arrival < before` who never checked in.

    Of an imported past nobody knows who came: only what was still to come when it was imported
    counts. Keys are locked in the order of a merge, so that the two only ever wait.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT r.id FROM reservation r JOIN connection c ON c.id = r.connection_id
                WHERE r.property_id = c.property_id AND r.connection_id = %(connection)s
                  AND r.arrival_on >= %(first)s AND r.arrival_on < %(before)s
                  AND r.status = 'confirmed' AND r.checked_in_at IS NULL
                  AND r.out_of_sight_since IS NULL
                  AND (NOT r.imported OR r.arrival_on >=
                    ((r.first_seen_at AT TIME ZONE %(zone)s) - %(close)s::interval)::date)
                ORDER BY r.number, r.leg, r.epoch FOR UPDATE OF r""",
            {"connection": connection_id, "first": first, "before": before,
             "zone": zone.key, "close": str(day_close_at)},
        )  # fmt: skip
        ids = [row[0] for row in cursor.fetchall()]
    return amend("reservation", ids, "status = 'no_show', status_origin = 'inferred'", {})


def tell_freshness(
    connection_id: int,
    object: str,
    *,
    property_id: int,
    true_through: datetime,
    now: datetime,
    delivery_id: int,
    scope: str,
    walked: tuple[date | None, date | None] = (None, None),
) -> None:
    """Move `true_through` forward (never back) and remember the last complete walk."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO freshness AS f (connection_id, property_id, object, true_through,
                 last_success_at, scope, walked_first, walked_last, walked_at, delivery_id)
               VALUES (%(connection)s, %(property)s, %(object)s, %(through)s, %(now)s, %(scope)s,
                 %(first)s, %(last)s, %(walked)s, %(delivery)s)
               ON CONFLICT (connection_id, object) DO UPDATE SET
                 true_through = greatest(f.true_through, excluded.true_through),
                 last_success_at = excluded.last_success_at,
                 scope = excluded.scope,
                 walked_first = CASE WHEN excluded.walked_at >= f.walked_at OR f.walked_at IS NULL
                   THEN excluded.walked_first ELSE f.walked_first END,
                 walked_last = CASE WHEN excluded.walked_at >= f.walked_at OR f.walked_at IS NULL
                   THEN excluded.walked_last ELSE f.walked_last END,
                 walked_at = greatest(f.walked_at, excluded.walked_at),
                 delivery_id = excluded.delivery_id""",
            {
                "connection": connection_id,
                "property": property_id,
                "object": object,
                "through": true_through,
                "now": now,
                "scope": scope,
                "first": walked[0],
                "last": walked[1],
                "walked": None if scope == "delta" else true_through,
                "delivery": delivery_id,
            },
        )


def tell_read(
    connection_id: int, object: str, *, property_id: int, true_through: datetime, now: datetime
) -> None:
    """Move `true_through` of a living PMS forward (never back); what its walks said stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO freshness AS f (connection_id, property_id, object, true_through,
                                           last_success_at, scope)
               VALUES (%(connection)s, %(property)s, %(object)s, %(through)s, %(now)s, 'delta')
               ON CONFLICT (connection_id, object) DO UPDATE SET
                 true_through = greatest(f.true_through, excluded.true_through),
                 last_success_at = excluded.last_success_at""",
            {"connection": connection_id, "property": property_id, "object": object,
             "through": true_through, "now": now},
        )  # fmt: skip


def tell_epochs(connection_id: int, batch: int) -> None:
    """Give staged rows the epoch of their number; a number the PMS used again gets a new one.

    Used again: the known booking is final, and creation stamp, main guest and dates all differ.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH newest AS (
                 SELECT DISTINCT ON (r.property_id, r.number, r.leg) r.*
                   FROM reservation r WHERE r.connection_id = %(connection)s
                    AND (r.epoch > 1 OR r.status IN ('cancelled', 'checked_out', 'no_show'))
                  ORDER BY r.property_id, r.number, r.leg, r.epoch DESC)
               UPDATE stage_reservation s
                  SET epoch = t.epoch + (CASE WHEN
                        t.status IN ('cancelled', 'checked_out', 'no_show')
                        AND s.created_at::date <> t.created_at::date
                        AND s.primary_profile IS DISTINCT FROM t.primary_profile
                        AND s.arrival_on > t.departure_on THEN 1 ELSE 0 END)
                 FROM newest t
                WHERE s.batch = %(batch)s AND s.property_id = t.property_id
                  AND s.number = t.number AND s.leg = t.leg
                  AND (t.epoch > 1 OR s.created_at::date <> t.created_at::date)""",
            {"connection": connection_id, "batch": batch},
        )
