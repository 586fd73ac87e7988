"""Reads of households: who lives together as far as the reader sees, why, and who was taken out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from staytrue.guests import grounds, links, naming, published
from staytrue.guests.elsewhere import ELSEWHERE
from staytrue.guests.matching.model import HOUSEHOLD
from staytrue.guests.models import Guest
from staytrue.kit.errors import Forbidden
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access

PAGE = 50


@dataclass(frozen=True)
class Fellow:
    """A guest of a household, and what he shares with another one of it, as codes.

    Without `share` he shares it with somebody whom the reader does not see.
    """

    guest_id: int
    public_id: UUID
    name: str
    share: float | None
    codes: tuple[str, ...]


@dataclass(frozen=True)
class TakenOut:
    """A guest who does not live there, by a person's word."""

    event: int
    name: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Home:
    """A household; `unseen` are its guests at hotels that the reader does not see."""

    id: int
    members: tuple[Fellow, ...]
    unseen: int
    taken_out: tuple[TakenOut, ...] = ()


_MAY = "(%(everywhere)s OR {}.property_id = ANY(%(ids)s))"
_SEEN = f"""EXISTS (SELECT FROM link l WHERE l.guest_id = m.guest_id AND l.until_at IS NULL
             AND {_MAY.format("l")})"""
# One guest alone is no household to whoever may not know that there are others elsewhere.
_SHOWN = f"""SELECT m.household_id FROM household_member m
              WHERE m.household_id = ANY(%(of)s) AND {_SEEN}
              GROUP BY 1 HAVING count(*) > 1 OR %(may_know)s"""


def homes(access: Access, after: int = 0) -> tuple[list[Home], bool]:
    """Households with a guest whom the reader sees, in the order they were found; whether more."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT m.household_id FROM household_member m
                 WHERE m.household_id > %(after)s AND {_SEEN} GROUP BY 1
                HAVING count(*) > 1 OR %(may_know)s ORDER BY 1 LIMIT %(limit)s""",
            _seen_by(access) | {"after": after, "limit": PAGE + 1},
        )
        ids = [id_ for (id_,) in cursor.fetchall()]
    return _homes(access, ids[:PAGE]), len(ids) > PAGE


def home(access: Access, household_id: int) -> Home:
    """One household with those taken out of it, if the reader sees one of its guests."""
    found = _homes(access, [household_id])
    if not found:
        raise Forbidden(
            "There is no such household among those you may see.",
            "not_visible",
            object=f"household:{household_id}",
            right=PROFILES,
        )
    (only,) = found
    guests = [each.guest_id for each in only.members]
    return Home(only.id, only.members, only.unseen, taken_out(access, guests))


def household_of(access: Access, guest_id: int) -> Home | None:
    """The household of a guest, for his card."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT household_id FROM household_member WHERE guest_id = %s", [guest_id])
        row = cursor.fetchone()
    found = _homes(access, [row[0]]) if row else []
    return found[0] if found else None


def _homes(access: Access, ids: Sequence[int]) -> list[Home]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT m.household_id, m.guest_id, e.household, e.levels
                  FROM household_member m
                  LEFT JOIN LATERAL (
                    SELECT x.levels, x.household FROM link a
                      JOIN household_member n ON n.household_id = m.household_id
                           AND n.guest_id <> m.guest_id
                      JOIN link b ON b.guest_id = n.guest_id AND b.until_at IS NULL
                           AND {_MAY.format("b")}
                      JOIN edge x ON x.one = least(a.profile_id, b.profile_id)
                           AND x.other = greatest(a.profile_id, b.profile_id)
                     WHERE a.guest_id = m.guest_id AND a.until_at IS NULL AND {_MAY.format("a")}
                     ORDER BY x.household DESC, x.one, x.other LIMIT 1) e ON true
                 WHERE m.household_id IN ({_SHOWN}) AND {_SEEN}
                 ORDER BY m.household_id, m.guest_id""",
            _seen_by(access) | {"of": list(ids)},
        )
        rows = cursor.fetchall()
        cursor.execute(
            """SELECT m.household_id, count(*) FROM household_member m
                WHERE m.household_id = ANY(%s) GROUP BY 1""",
            [list(ids)],
        )
        counts = dict(cursor.fetchall())
    model = published.current().model
    guests = Guest.objects.in_bulk([row[1] for row in rows])
    names = naming.names(access, guests.values())
    found: dict[int, list[Fellow]] = {}
    for household, guest, share, levels in rows:
        codes = grounds.agreeing(model, levels, of=HOUSEHOLD)
        fellow = Fellow(guest, guests[guest].public_id, names.get(guest, ""), share, codes)
        found.setdefault(household, []).append(fellow)
    # That somebody lives there whom one does not see is told to whom stays elsewhere are told.
    may_know = access.may_anywhere(ELSEWHERE)
    return [
        Home(
            id_,
            tuple(sorted(members, key=lambda each: (each.name, each.guest_id))),
            (counts[id_] - len(members)) * may_know,
        )
        for id_, members in found.items()
    ]


def taken_out(access: Access, guest_ids: Collection[int] | None = None) -> tuple[TakenOut, ...]:
    """Who was said not to live with one of these guests, or with anybody; the newest first.

    Only where the reader sees both profiles that were shown to whoever said so.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT r.event_id, m.guest_id, r.actor, r.at, r.reason
                  FROM (SELECT DISTINCT event_id, actor, at, reason FROM pair_rule r
                         WHERE kind = 'not_household' AND lifted_at IS NULL
                           AND (%(own)s::bigint[] IS NULL OR one = ANY(%(own)s)
                                OR other = ANY(%(own)s))) r
                  JOIN identity_event v ON v.id = r.event_id
                  JOIN link m ON m.profile_id = v.one AND m.until_at IS NULL AND {_MAY.format("m")}
                  JOIN link n ON n.profile_id = v.other AND n.until_at IS NULL AND {_MAY.format("n")}
                 ORDER BY r.event_id DESC LIMIT %(limit)s""",
            _seen_by(access) | {"own": _profiles(guest_ids), "limit": PAGE},
        )
        rows = cursor.fetchall()
    names = naming.names(access, Guest.objects.filter(pk__in={row[1] for row in rows}))
    return tuple(
        TakenOut(event, names.get(guest, ""), actor, at, reason)
        for event, guest, actor, at, reason in rows
    )


def _profiles(guest_ids: Collection[int] | None) -> list[int] | None:
    if guest_ids is None:
        return None
    return [id_ for ids in links.profiles_of(guest_ids).values() for id_ in ids]


def _seen_by(access: Access) -> dict[str, Any]:
    return {
        "everywhere": access.may(PROFILES),
        "ids": sorted(access.where(PROFILES)),
        "may_know": access.may_anywhere(ELSEWHERE),
    }
