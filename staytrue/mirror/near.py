"""Stays of some days and their guests, by the PMS's own keys: what is read again on purpose."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from django.db import connection


class Shown(NamedTuple):
    """A stay as a PMS showed it: what messages hang on."""

    number: str
    leg: str
    status: str
    arrival_on: date
    departure_on: date


_NEAR = """r.connection_id = %(connection)s AND r.arrival_on <= %(last)s
           AND r.departure_on >= %(first)s"""


def numbers(connection_id: int, first: date, last: date) -> list[str]:
    """Numbers of stays that touch these days (both included), whatever their state."""
    return _column(f"SELECT DISTINCT r.number FROM reservation r WHERE {_NEAR} ORDER BY 1",
                   connection_id, first, last)  # fmt: skip


def guests(connection_id: int, first: date, last: date) -> list[str]:
    """Source ids of everybody on the rosters of these stays."""
    return _column(
        f"""SELECT DISTINCT t.profile FROM reservation r JOIN roster t
                ON t.reservation_id = r.id AND t.until_at IS NULL WHERE {_NEAR} ORDER BY 1""",
        connection_id,
        first,
        last,
    )


def ids_of(connection_id: int, numbers: Collection[str]) -> list[int]:
    """Our ids of these stays that are in sight and not final."""
    if not numbers:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id FROM reservation
                WHERE connection_id = %s AND number = ANY(%s) AND out_of_sight_since IS NULL
                  AND status NOT IN ('cancelled', 'checked_out', 'no_show') ORDER BY id""",
            [connection_id, list(numbers)],
        )
        return [id_ for (id_,) in cursor.fetchall()]


def differing(connection_id: int, shown: Collection[Shown]) -> list[str]:
    """Numbers of stays in sight that stand here otherwise than they were shown."""
    if not shown:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT r.number FROM unnest(%s::text[], %s::text[], %s::text[], %s::date[],
                                           %s::date[]) x(number, leg, status, arrival, departure)
                 JOIN reservation r ON r.connection_id = %s AND r.number = x.number
                  AND r.leg = x.leg AND r.out_of_sight_since IS NULL
                WHERE (r.status, r.arrival_on, r.departure_on)
                      IS DISTINCT FROM (x.status, x.arrival, x.departure)
                  AND NOT EXISTS (SELECT FROM reservation y WHERE y.connection_id = r.connection_id
                                     AND y.number = r.number AND y.epoch > r.epoch)
                ORDER BY r.number""",
            [*map(list, zip(*shown, strict=True)), connection_id],
        )
        return [number for (number,) in cursor.fetchall()]


def survivors(connection_id: int, profiles: Collection[str]) -> dict[str, str]:
    """Into whom these were merged, as far as we know; by source id."""
    if not profiles:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT source_id, merged_into FROM profile
                WHERE connection_id = %s AND source_id = ANY(%s) AND merged_into IS NOT NULL""",
            [connection_id, list(profiles)],
        )
        return dict(cursor.fetchall())


def _column(statement: str, connection_id: int, first: date, last: date) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"connection": connection_id, "first": first, "last": last})
        return [value for (value,) in cursor.fetchall()]
