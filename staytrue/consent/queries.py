"""Named reads of contact points: a person's addresses over time, who had one, whom marketing reaches."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.consent.points import EMAIL, PHONE, POST
from staytrue.consent.rules import Address, Reach, Role, best_address
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access, hides

FOUND_MAX = 200
_FIELDS = {EMAIL: "emails", PHONE: "phones", POST: "addresses"}
_SHOWN = """((c.kind = 'email' AND u.property_id = ANY(%(email)s))
  OR (c.kind = 'phone' AND u.property_id = ANY(%(phone)s))
  OR (c.kind = 'post' AND u.property_id = ANY(%(post)s)))"""


@dataclass(frozen=True)
class Contact:
    """A contact point in the hands of one profile; `until_at` empty: still.

    `basis` are the facts its role was learned from; of those who see some hotels only, they get
    the reason and no figures.
    """

    point_id: int
    profile_id: int
    property_id: int | None
    hotel: str
    kind: str
    value: str
    written: str
    type: str | None
    masked: bool
    origin: str
    role: Role
    why: str
    basis: dict[str, Any]
    ruled_by: str
    ruled_because: str
    refused: bool
    marketing: str
    since_at: datetime
    until_at: datetime | None
    seen_at: datetime

    @property
    def is_current(self) -> bool:
        """Whether its profile still has it."""
        return self.until_at is None


def contacts_of(access: Access, profile_ids: Collection[int]) -> list[Contact]:
    """Every contact point these profiles have or had, the current and newest first.

    Only of hotels where he may read contacts of this kind: what is hidden is left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT c.id, u.profile_id, u.property_id, coalesce(h.name, ''), c.kind, c.value,
                       u.written, u.type, u.masked, u.origin, c.role, c.basis->>'why',
                       c.basis::text, c.ruled_by, c.ruled_because, c.refused, u.marketing,
                       u.since_at, u.until_at, u.seen_at
                  FROM contact_use u JOIN contact_point c ON c.id = u.contact_point_id
                  LEFT JOIN property h ON h.id = u.property_id
                 WHERE u.profile_id = ANY(%(profiles)s)
                   AND ({_SHOWN} OR (u.property_id IS NULL AND %(everywhere)s))
                 ORDER BY c.kind, u.until_at DESC NULLS FIRST, u.seen_at DESC, u.since_at DESC,
                          c.value, u.profile_id""",
            _shown(access)
            | {"profiles": sorted(set(profile_ids)), "everywhere": access.may("contact.read")},
        )
        rows = cursor.fetchall()
    return [_contact(access, row) for row in rows]


def _contact(access: Access, row: tuple[Any, ...]) -> Contact:
    told = [*row[:10], Role(row[10]), row[11] or "", _basis(access, row[12]), *row[13:]]
    return Contact(*told)


def _basis(access: Access, text: str) -> dict[str, Any]:
    basis: dict[str, Any] = json.loads(text)
    if access.may("contact.read"):
        return basis
    return {name: basis[name] for name in ("role", "why") if name in basis}


def _shown(access: Access) -> dict[str, Any]:
    """Kind → the hotels at which he may read contacts of this kind."""
    seen = access.where(PROFILES)
    return {
        kind: sorted(id_ for id_ in seen if not hides(access, name, id_))
        for kind, name in _FIELDS.items()
    }


@dataclass(frozen=True)
class Holder:
    """A profile that has a contact point, or once had it."""

    profile_id: int
    point_id: int
    kind: str
    since_at: datetime
    until_at: datetime | None


def profiles_by_contact(
    access: Access, keys: Collection[str], most: int = FOUND_MAX
) -> list[Holder]:
    """Who has or ever had one of these: folded e-mail addresses, or the digits of phones.

    Who has it now comes first; it finds only at hotels where he may read such contacts.
    """
    shown = _shown(access)
    seen = sorted({*shown[EMAIL], *shown[PHONE], *shown[POST]})
    if not keys or not seen:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT u.profile_id, c.id, c.kind, u.since_at, u.until_at
                  FROM uses_by_contact(%(keys)s, %(seen)s, %(most)s) AS known(id)
                  JOIN contact_use u ON u.id = known.id
                  JOIN contact_point c ON c.id = u.contact_point_id
                 WHERE {_SHOWN}
                 ORDER BY u.until_at DESC NULLS FIRST, u.seen_at DESC, u.profile_id""",
            shown | {"keys": sorted(set(keys)), "seen": seen, "most": most},
        )
        return [Holder(*row) for row in cursor.fetchall()]


def users_of(point_ids: Collection[int]) -> list[int]:
    """The profiles that have one of these contact points now: for who settles what hangs on them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT profile_id FROM contact_use
                WHERE contact_point_id = ANY(%s) AND until_at IS NULL ORDER BY profile_id""",
            [sorted(set(point_ids))],
        )
        return [id_ for (id_,) in cursor.fetchall()]


def marketing_address(profile_ids: Collection[int]) -> tuple[Reach, Address | None]:
    """Where marketing writes to the person with these profiles, if anywhere: for the sender."""
    ids = sorted(set(profile_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT u.written, c.role, c.refused, u.marketing, u.since_at, u.seen_at, u.until_at
                 FROM contact_use u JOIN contact_point c ON c.id = u.contact_point_id
                WHERE u.profile_id = ANY(%s) AND c.kind = 'email'
                ORDER BY c.value, u.profile_id""",
            [ids],
        )
        addresses = [
            Address(written, Role(role), *told) for written, role, *told in cursor.fetchall()
        ]
        cursor.execute(
            "SELECT bool_or(refuses) FROM profile_reach WHERE profile_id = ANY(%s)", [ids]
        )
        (refuses,) = cursor.fetchone()
    return best_address(addresses, refuses=bool(refuses))


@dataclass(frozen=True)
class SharedPoint:
    """A contact point that says little about who uses it, with how many do."""

    id: int
    kind: str
    value: str
    role: Role
    why: str
    ruled_by: str
    ruled_because: str
    profiles: int
    surnames: int
    stays: int


SHARED = tuple(role for role in Role if role != Role.PRIVATE)


def shared_points(
    access: Access, roles: Sequence[Role] = SHARED, most: int = FOUND_MAX
) -> list[SharedPoint]:
    """Contact points of these roles that several profiles use, the most used first.

    He sees those of hotels where he may read contacts, and is counted what these hotels know.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH chosen AS MATERIALIZED (
                 SELECT c.* FROM contact_point c
                  WHERE c.role = ANY(%(roles)s) AND c.role <> 'private' AND c.profiles > 1
                    AND EXISTS (SELECT FROM contact_use u
                                 WHERE u.contact_point_id = c.id AND {_SHOWN})
                  ORDER BY c.profiles DESC, c.id LIMIT %(most)s)
               SELECT c.id, c.kind, c.value, c.role, c.basis->>'why', c.ruled_by, c.ruled_because,
                      n.profiles, n.surnames, n.stays
                 FROM chosen c CROSS JOIN LATERAL (
                   SELECT count(DISTINCT p.id) AS profiles,
                          count(DISTINCT nullif(p.last_name_key, '')) AS surnames,
                          count(DISTINCT o.reservation_id) AS stays
                     FROM contact_use u JOIN profile p ON p.id = u.profile_id
                     LEFT JOIN roster o ON o.connection_id = p.connection_id
                          AND o.profile = p.source_id AND o.until_at IS NULL
                    WHERE u.contact_point_id = c.id AND {_SHOWN}) n
                ORDER BY n.profiles DESC, c.value, c.kind""",
            _shown(access) | {"roles": [role.value for role in roles], "most": most},
        )
        return [
            SharedPoint(id_, kind, value, Role(role), why or "", *rest)
            for id_, kind, value, role, why, *rest in cursor.fetchall()
        ]
