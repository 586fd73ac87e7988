"""Birth dates that systems put where they know none: told by the whole house, never by one profile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache

from django.db import connection

from staytrue.guests.matching import hubs
from staytrue.guests.matching.keys import values_of
from staytrue.guests.matching.normalise import Features

FIELD = "born"
_PAGE = 10_000


def find(salt: bytes, now: datetime) -> list[int]:
    """Note the dates that stand far too often, and forget those that no longer do.

    Answers the profiles that are compared otherwise by it. A person's word on a date stays.
    """
    found = dict(_found(salt))
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH found AS (SELECT * FROM unnest(%(keys)s::bigint[], %(counts)s::int[]) x(key, n)),
               past AS (
                 UPDATE value_stat s SET profiles = 0, state = 'personal'
                  WHERE s.field = %(field)s AND s.ruled = '' AND s.state <> 'personal'
                    AND NOT EXISTS (SELECT FROM found f WHERE f.key = s.key) RETURNING s.key),
               kept AS (
                 INSERT INTO value_stat AS s (key, field, profiles, surnames, state, found_at, ruled,
                                              ruled_by, ruled_why)
                 SELECT key, %(field)s, n, 0, 'generic', %(now)s, '', '', '' FROM found ORDER BY key
                 ON CONFLICT (key) DO UPDATE SET profiles = excluded.profiles,
                   state = CASE WHEN s.ruled = '' THEN 'generic' ELSE s.state END,
                   found_at = coalesce(s.found_at, excluded.found_at)
                 RETURNING s.key, coalesce(old.state, 'personal') <> new.state AS turned)
               SELECT key FROM past UNION ALL SELECT key FROM kept WHERE turned""",
            {"keys": list(found), "counts": list(found.values()), "field": FIELD, "now": now},
        )
        turned = {key for (key,) in cursor.fetchall()}
    return _users(turned, salt) if turned else []


def _found(salt: bytes) -> Iterator[tuple[int, int]]:
    dates = (Features(born=born) for _, born in _dates())
    for each in hubs.placeholders(dates):
        yield _key(each.value, salt), each.profiles


def _users(turned: set[int], salt: bytes) -> list[int]:
    return [id_ for id_, born in _dates() if _key(born, salt) in turned]


@lru_cache(maxsize=1 << 16)
def _key(born: str, salt: bytes) -> int:
    return values_of(Features(born=born), salt)[0].key


def _dates() -> Iterable[tuple[int, str]]:
    """The whole birth dates of all profiles that are compared."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            """SELECT profile_id, features->>'born' FROM source_profile
                WHERE NOT is_gone AND length(features->>'born') > 4 ORDER BY profile_id"""
        )
        while rows := cursor.fetchmany(_PAGE):
            yield from rows
