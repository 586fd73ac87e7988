"""Named reads of the mirror."""

from __future__ import annotations

from array import array
from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection

from staytrue.kit import merge
from staytrue.mirror.rows import GLIMPSED_AT
from staytrue.mirror.rules import Figures

_FUTURE = (
    "r.connection_id = %(connection)s AND r.status NOT IN ('checked_out', 'cancelled', 'no_show')"
    " AND r.out_of_sight_since IS NULL AND r.departure_on >= %(today)s"
)


def known_hashes(
    table: str, connection_id: int, salt: int, besides: int | None = None
) -> array[int]:
    """The raw hashes of every row of a connection, in one query: what need not be read again.

    Rows of the delivery `besides` do not count: it is read again from its beginning.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT raw_hash FROM {table}
                 WHERE connection_id = %s AND delivery_id IS DISTINCT FROM %s""",
            [connection_id, besides],
        )
        hashes = array("q")
        while rows := cursor.fetchmany(50_000):
            hashes.extend(value ^ salt for (value,) in rows)
    return hashes


def has_rows(table: str, connection_id: int) -> bool:
    """Whether anything of this connection is mirrored."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT FROM {table} WHERE connection_id = %s)", [connection_id]
        )
        return bool(cursor.fetchone()[0])


def expected(
    connection_id: int, batch: int, *, today: date, first: date | None, last: date | None
) -> list[tuple[int, int, str, bool]]:
    """Stays a complete walk must show and the stage lacks: (id, raw hash, number/leg, still to come)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT r.id, r.raw_hash, r.number || '/' || r.leg, r.departure_on >= %(today)s
                 FROM reservation r
                WHERE r.connection_id = %(connection)s AND r.out_of_sight_since IS NULL
                  AND r.status NOT IN ('checked_out', 'cancelled', 'no_show')
                  AND (%(first)s::date IS NULL OR r.arrival_on >= %(first)s)
                  AND (%(last)s::date IS NULL OR r.arrival_on <= %(last)s)
                  AND NOT EXISTS (SELECT FROM stage_reservation s WHERE s.batch = %(batch)s
                        AND s.number = r.number AND s.leg = r.leg
                        AND s.property_id = r.property_id)""",
            {"connection": connection_id, "today": today, "batch": batch,
             "first": first, "last": last},
        )  # fmt: skip
        return list(cursor.fetchall())


def coming(connection_id: int, keys: Collection[str], today: date) -> set[str]:
    """Which of these bookings (number/leg) are known, in sight and still to come."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT r.number || '/' || r.leg FROM reservation r
                 WHERE r.number = ANY(%(numbers)s) AND {_FUTURE}""",
            {"connection": connection_id, "today": today,
             "numbers": [key.rpartition("/")[0] for key in keys]},
        )  # fmt: skip
        return {key for (key,) in cursor.fetchall()}.intersection(keys)


def out_of_sight(connection_id: int) -> list[tuple[int, int, str, str]]:
    """Stays out of sight on a connection: (id, raw hash, number, leg)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, raw_hash, number, leg FROM reservation
                WHERE connection_id = %s AND out_of_sight_since IS NOT NULL""",
            [connection_id],
        )
        return list(cursor.fetchall())


def staged_keys(batch: int, numbers: Collection[str]) -> set[tuple[str, str]]:
    """Which of these numbers are in the stage, with their legs."""
    if not numbers:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, leg FROM stage_reservation WHERE batch = %s AND number = ANY(%s)",
            [batch, list(numbers)],
        )
        return set(cursor.fetchall())


def reused_numbers(connection_id: int, batch: int) -> list[tuple[str, str, int]]:
    """Staged bookings under a number the PMS used before: (number, leg, line) in file order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s.number, s.leg, min(s.line) FROM stage_reservation s
                WHERE s.batch = %s AND s.epoch > 1 AND NOT EXISTS (
                  SELECT FROM reservation r WHERE r.connection_id = %s
                     AND r.property_id = s.property_id AND r.number = s.number
                     AND r.leg = s.leg AND r.epoch = s.epoch)
                GROUP BY s.number, s.leg ORDER BY 3""",
            [batch, connection_id],
        )
        return list(cursor.fetchall())


def strangers(connection_id: int, batch: int) -> list[str]:
    """Guests of staged stays whose own profile was never read, or only seen in passing."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT g->>'profile'
                 FROM stage_reservation s, jsonb_array_elements(s.guests) g
                 LEFT JOIN profile p ON p.connection_id = %s AND p.source_id = g->>'profile'
                WHERE s.batch = %s AND (p.id IS NULL OR p.version_at = %s)
                ORDER BY 1""",
            [connection_id, batch, GLIMPSED_AT],
        )
        return [id_ for (id_,) in cursor.fetchall()]


def figures(object: str, connection_id: int, batch: int, today: date) -> Figures:
    """Count what the staged batch would do."""
    if object == "profile":
        return _profile_figures(connection_id, batch)
    values: dict[str, Any] = {"connection": connection_id, "batch": batch, "today": today}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM reservation r WHERE {_FUTURE}", values)
        future = cursor.fetchone()[0]
        cursor.execute(
            f"""SELECT count(*) FILTER (WHERE {_FUTURE} AND s.status = 'cancelled'),
                       count(*) FILTER (WHERE {_FUTURE} AND s.arrival_on <> r.arrival_on),
                       count(*),
                       count(*) FILTER (WHERE s.modified_at < r.modified_at)
                  FROM stage_reservation s JOIN reservation r
                    ON r.connection_id = %(connection)s AND r.property_id = s.property_id
                   AND r.number = s.number AND r.leg = s.leg
                 WHERE s.batch = %(batch)s""",
            values,
        )
        cancelling, moving, compared, going_back = cursor.fetchone()
    return Figures(
        known=int(has_rows("reservation", connection_id)),
        future=future,
        cancelling=cancelling,
        moving=moving,
        compared=compared,
        going_back=going_back,
    )


def _profile_figures(connection_id: int, batch: int) -> Figures:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM profile WHERE connection_id = %s AND emails <> '[]'",
            [connection_id],
        )
        mails = cursor.fetchone()[0]
        cursor.execute(
            """SELECT count(*) FILTER (WHERE p.emails <> '[]' AND p.emails <> s.emails), count(*),
                      count(*) FILTER (WHERE s.modified_at < p.modified_at)
                 FROM stage_profile s JOIN profile p
                   ON p.connection_id = %s AND p.source_id = s.source_id
                WHERE s.batch = %s""",
            [connection_id, batch],
        )
        changing, compared, going_back = cursor.fetchone()
    return Figures(
        known=int(has_rows("profile", connection_id)),
        compared=compared,
        going_back=going_back,
        mails_known=mails,
        mails_changing=changing,
    )


def rows(table: str, condition: str, values: list[Any]) -> list[dict[str, Any]]:
    """Rows of a mirror table as `to_jsonb` gives them; `condition` is SQL of the product."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t WHERE {condition}", values)
        return [merge.parse(text) for (text,) in cursor.fetchall()]


def last_walk_on(connection_id: int, zone: str) -> date | None:
    """The hotel's date of the last complete walk: when what is missing now was last seen."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (walked_at AT TIME ZONE %s)::date FROM freshness
                WHERE connection_id = %s AND object = 'reservation'""",
            [zone, connection_id],
        )
        row = cursor.fetchone()
    return row[0] if row else None
