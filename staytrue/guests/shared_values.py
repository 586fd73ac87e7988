"""Values that many share, one finding each: what they are, who uses them, and a person's word on it.

A value is known by its salted key only; what it says is read from one profile that uses it and that
the reader sees.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.guests import source_profiles, values
from staytrue.guests.matching.hubs import State
from staytrue.guests.matching.keys import values_of
from staytrue.guests.salting import salt
from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused
from staytrue.mirror.lists import full_name
from staytrue.mirror.sheets import PROFILES
from staytrue.staff import audit
from staytrue.staff.access import Access, reads, require_everywhere

MANAGE = "matching.manage"
WORDS = ("", State.PERSONAL.value, State.GENERIC.value)
"""What a person may say of a value; nothing: the count decides again."""
PAGE = 50
_REASON_MIN = 3
# The mirror's field that opens each value; of cards and documents only the kind is told.
_OPENED_BY = {"email": "emails", "phone": "phones", "line": "addresses", "loyalty": "loyalty"}


@dataclass(frozen=True)
class SharedValue:
    """One value that many use. `value` is empty where it is hidden from the reader or a secret."""

    key: int
    field: str
    value: str
    is_hidden: bool
    profiles: int
    surnames: int
    state: str
    found_at: datetime | None
    ruled: str
    ruled_by: str
    ruled_why: str
    ruled_at: datetime | None


@dataclass(frozen=True)
class User:
    """A profile that uses a value."""

    id: int
    name: str
    hotel: str


COUNTED_MAX = 10_000
"""Where the reader sees only some hotels, users are counted up to here."""
_COLUMNS = """s.key, s.field, n.profiles, n.surnames, s.state, s.found_at, s.ruled, s.ruled_by,
              s.ruled_why, s.ruled_at"""
# One profile that the reader sees; a value that only others' guests use is no finding of his.
_SEEN = """
  SELECT p.features::text, f.addresses, p.property_id FROM match_key m
    JOIN source_profile p ON p.profile_id = m.profile_id AND NOT p.is_gone
    JOIN profile f ON f.id = m.profile_id
   WHERE m.key = s.key AND (%(everywhere)s OR p.property_id = ANY(%(ids)s))
   ORDER BY m.profile_id LIMIT 1"""

# How many there are in other hotels is nobody's to know who does not see these.
_COUNTED = """
  SELECT s.profiles, s.surnames WHERE %(everywhere)s
   UNION ALL
  SELECT count(*), count(DISTINCT x.name) FROM (
    SELECT nullif(f.last_name_key, '') AS name FROM match_key m
      JOIN source_profile p ON p.profile_id = m.profile_id AND NOT p.is_gone
      JOIN profile f ON f.id = m.profile_id
     WHERE m.key = s.key AND p.property_id = ANY(%(ids)s) LIMIT %(counted)s) x
   WHERE NOT %(everywhere)s HAVING NOT %(everywhere)s"""


def shared(access: Access, after: int | None = None) -> tuple[list[SharedValue], bool]:
    """The values that several families or everybody uses, the most used first, `after` one of them;
    and whether there are more.
    """
    found = _found(
        access,
        """(s.state <> 'personal' OR s.ruled <> '')
           AND (%(after)s::bigint IS NULL OR (-s.profiles, s.key) >
                (SELECT -a.profiles, a.key FROM value_stat a WHERE a.key = %(after)s))""",
        {"after": after, "limit": PAGE + 1},
    )
    return found[:PAGE], len(found) > PAGE


def one(access: Access, key: int) -> SharedValue:
    """The value of this key, if a profile that uses it is the reader's to see."""
    found = _found(access, "s.key = %(key)s", {"key": key, "limit": 1})
    if not found:
        raise Forbidden(
            "There is no such value among those you may see.",
            "not_visible",
            object=f"value:{key}",
            right=PROFILES,
        )
    return found[0]


def users(access: Access, key: int, limit: int = 200) -> list[User]:
    """The profiles that use a value, by name, as far as the reader sees them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.id, p.first_name, p.last_name, p.second_last_name, p.source_id, h.name
                 FROM match_key m JOIN profile p ON p.id = m.profile_id
                 LEFT JOIN property h ON h.id = p.property_id
                WHERE m.key = %(key)s AND (%(everywhere)s OR p.property_id = ANY(%(ids)s))
                ORDER BY p.last_name_key, p.id LIMIT %(limit)s""",
            _seen_by(access) | {"key": key, "limit": limit},
        )
        return [
            User(id_, full_name(first, last, second) or source, hotel or "")
            for id_, first, last, second, source, hotel in cursor.fetchall()
        ]


def rule(access: Access, key: int, word: str, why: str, now: datetime) -> None:
    """Say what a value is, against its count: one person's, or nobody's in particular."""
    require_everywhere(access, MANAGE)
    if word not in WORDS:
        raise Refused("A value is personal or generic, or its count decides.", "unknown_word")
    if len(why.strip()) < _REASON_MIN:
        raise Refused("Say in a few words why.", "reason_missing")
    with scope.everything(), audit.acting(access.actor, now, why):
        said = State(word) if word else None
        values.rule(key, said, actor=access.actor, why=why, now=now)
        audit.record("value_ruled", f"value:{key}", facts={"state": word or "counted"})


def _found(access: Access, condition: str, asked: dict[str, int | None]) -> list[SharedValue]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {_COLUMNS}, u.features, u.addresses::text, u.property_id
                  FROM value_stat s CROSS JOIN LATERAL ({_SEEN}) u
                 CROSS JOIN LATERAL ({_COUNTED}) n
                 WHERE {condition} ORDER BY s.profiles DESC, s.key LIMIT %(limit)s""",
            _seen_by(access) | {"counted": COUNTED_MAX} | asked,
        )
        rows = cursor.fetchall()
    found = []
    for *row, features, addresses, property_id in rows:
        key, field = row[:2]
        is_hidden = not reads(access, _OPENED_BY.get(field, "card_token"), property_id)
        told = "" if is_hidden or field not in _OPENED_BY else _value(key, features, addresses)
        found.append(SharedValue(key, field, told, is_hidden, *row[2:]))
    return found


def _value(key: int, features: str, addresses: str) -> str:
    """What the value of this key says in a profile that uses it; a home as the source writes it."""
    known = values_of(source_profiles.decoded(features), salt())
    found = next((each for each in known if each.key == key), None)
    if found is None or found.field != "line":
        return found.value if found else ""
    homes = (each.get("line1") or each.get("line2") for each in json.loads(addresses))
    return next(filter(None, homes), found.value)


def _seen_by(access: Access) -> dict[str, Any]:
    return {"everywhere": access.may(PROFILES), "ids": sorted(access.where(PROFILES))}
