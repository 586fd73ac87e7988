"""Canonical records out of the mirror, as `show`, `list` and the API give them, each with `as_of`.

Row-level security holds every read here to the properties in scope.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from django.db import connection

from staytrue.kit import merge
from staytrue.kit.errors import Refused
from staytrue.mirror import canonical
from staytrue.mirror.canonical import House
from staytrue.mirror.columns import PROFILE_KEY, RESERVATION_KEY

_BATCH = 2_000
_CANDIDATES = 20
_serial = count(1)

KEYS = {"reservation": RESERVATION_KEY, "profile": PROFILE_KEY}
_RENDER = {"reservation": canonical.reservation, "profile": canonical.profile}


@dataclass(frozen=True)
class Found:
    """One mirrored row with what its canonical record needs to know of house and feed."""

    object: str
    row: dict[str, Any]
    house: House
    link: str
    true_through: datetime | None

    @property
    def key(self) -> str:
        """The words that name it and nothing else, as `show` takes them."""
        if self.object == "profile":
            return f"{self.link}:{self.row['source_id']}"
        return f"{self.house.code}:{self.row['number']}:{self.row['leg']}"

    @property
    def place(self) -> list[Any]:
        """Where it stands in the order of a list."""
        return [self.row[name] for name in KEYS[self.object]]

    def record(self) -> dict[str, Any]:
        """The canonical record; every change up to `as_of` is in it."""
        text = self.true_through.isoformat() if self.true_through else None
        record = _RENDER[self.object](self.row, self.house)
        return {**record, "as_of": canonical.local_instant(text, self.house.zone)}


@dataclass(frozen=True)
class Wanted:
    """Which records a list shows: of these properties (None: every one in scope), with a status,
    after a place, at most so many.
    """

    object: str
    property_ids: Sequence[int] | None = None
    status: str | None = None
    after: Sequence[Any] | None = None
    limit: int | None = None
    condition: str = "true"
    values: Sequence[Any] = field(default=())


def stream(wanted: Wanted) -> Iterator[Found]:
    """Records in key order; a cursor in the server, so that a million of them fit."""
    statement, values = _statement(wanted)
    name = f"reading_{next(_serial)}"
    with connection.cursor() as cursor:
        cursor.execute(f"DECLARE {name} NO SCROLL CURSOR FOR {statement}", values)
        try:
            while rows := _fetch(cursor, name):
                for text, code, zone, link, through in rows:
                    row = merge.parse(text)
                    yield Found(wanted.object, row, House(code, zone), link, through)
        finally:
            # A broken transaction has closed it already.
            if not connection.needs_rollback:
                cursor.execute(f"CLOSE {name}")


def _fetch(cursor: Any, name: str) -> list[tuple[Any, ...]]:
    cursor.execute(f"FETCH {_BATCH} FROM {name}")
    return list(cursor.fetchall())


def _statement(wanted: Wanted) -> tuple[str, list[Any]]:
    key = ", ".join(f"t.{name}" for name in KEYS[wanted.object])
    conditions, values = [f"({wanted.condition})"], [*wanted.values]
    if wanted.property_ids is not None:
        conditions.append("t.property_id = ANY (%s)")
        values.append(list(wanted.property_ids))
    if wanted.status is not None:
        conditions.append("t.status = %s")
        values.append(wanted.status)
    if wanted.after is not None:
        marks = ", ".join(["%s"] * len(KEYS[wanted.object]))
        conditions.append(f"({key}) > ({marks})")
        values += wanted.after
    statement = f"""
        SELECT to_jsonb(t)::text, p.code, p.timezone, c.name, f.true_through
          FROM {wanted.object} t
          JOIN connection c ON c.id = t.connection_id
          JOIN property p ON p.id = coalesce(t.property_id, c.property_id)
          LEFT JOIN freshness f ON f.connection_id = t.connection_id
                               AND f.object = '{wanted.object}'
         WHERE {" AND ".join(conditions)}
         ORDER BY {key}"""
    if wanted.limit is not None:
        statement += " LIMIT %s"
        values.append(wanted.limit)
    return statement, values


def one_reservation(key: str, property_ids: Sequence[int] | None = None) -> Found:
    """The reservation of `NUMBER`, `PROPERTY:NUMBER` or `PROPERTY:NUMBER:LEG`, if it is but one."""
    code, _, rest = key.partition(":")
    number, _, leg = rest.rpartition(":")
    condition = (
        "t.number = %s OR (p.code = %s AND t.number = %s)"
        " OR (p.code = %s AND t.number = %s AND t.leg = %s)"
    )
    values = [key, code, rest, code, number, leg]
    return _only("reservation", key, property_ids, condition, values)


def one_profile(key: str, property_ids: Sequence[int] | None = None) -> Found:
    """The profile of `SOURCE_ID` or `CONNECTION:SOURCE_ID`, if it is but one."""
    link, _, source_id = key.partition(":")
    condition = "t.source_id = %s OR (c.name = %s AND t.source_id = %s)"
    return _only("profile", key, property_ids, condition, [key, link, source_id])


def _only(
    object: str, key: str, property_ids: Sequence[int] | None, condition: str, values: list[Any]
) -> Found:
    wanted = Wanted(object, property_ids, limit=_CANDIDATES, condition=condition, values=values)
    # A PMS that uses a number again begins a new epoch: the newest is the one that is meant.
    found = {each.key: each for each in stream(wanted)}
    if not found:
        raise Refused(f"There is no {object} {key}.", "not_found", key=key)
    if len(found) > 1:
        raise Refused(
            f"{key} is the key of several: {', '.join(found)}. Name one of them.",
            "several",
            key=key,
            candidates=list(found),
        )
    return next(iter(found.values()))
