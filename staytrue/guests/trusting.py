"""How far each connection is trusted against the others: one order for the whole group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from staytrue.guests import golden
from staytrue.guests.composing import Trust
from staytrue.guests.models import SourceTrust
from staytrue.hotel import scope
from staytrue.inbox.models import Connection
from staytrue.kit.errors import Refused
from staytrue.staff import audit
from staytrue.staff.access import Access, require_everywhere

MANAGE = "matching.manage"
KINDS = ("pms", "form", "file", "ota")
TRUST_MAX = 100


@dataclass(frozen=True)
class Source:
    """A connection as a source of guests' values."""

    id: int
    name: str
    hotel: str
    trust: Trust
    profiles: int


def sources(access: Access) -> list[Source]:
    """Every connection by name, the most trusted first."""
    require_everywhere(access, MANAGE)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.id, c.name, h.name, coalesce(t.kind, 'pms'), coalesce(t.trust, 50),
                      (SELECT count(*) FROM profile p WHERE p.connection_id = c.id)
                 FROM connection c JOIN property h ON h.id = c.property_id
                 LEFT JOIN source_trust t ON t.connection_id = c.id
                ORDER BY 5 DESC, c.name"""
        )
        return [
            Source(id_, name, hotel, Trust(kind, trust), profiles)
            for id_, name, hotel, kind, trust, profiles in cursor.fetchall()
        ]


def set_trust(access: Access, wanted: Mapping[int, Trust], now: datetime) -> int:
    """Trust these connections so far; the guests they have a part in are composed anew.

    Answers how many guests that were.
    """
    require_everywhere(access, MANAGE)
    for each in wanted.values():
        if each.kind not in KINDS or not 0 <= each.trust <= TRUST_MAX:
            raise Refused(
                f"A source is one of {', '.join(KINDS)}, trusted from 0 to {TRUST_MAX}.",
                "trust_unreadable",
            )
    with scope.everything(), audit.acting(access.actor, now):
        known = {each.pk: Trust(each.kind, each.trust) for each in SourceTrust.objects.all()}
        links = set(Connection.objects.filter(pk__in=wanted).values_list("pk", flat=True))
        changed = [id_ for id_ in sorted(links) if known.get(id_, Trust()) != wanted[id_]]
        for id_ in changed:
            SourceTrust.objects.update_or_create(
                connection_id=id_, defaults={"kind": wanted[id_].kind, "trust": wanted[id_].trust}
            )
        guests = _guests_of(changed)
        golden.compute(guests, now)
        return len(guests)


def _guests_of(connection_ids: list[int]) -> list[int]:
    """Guests with a profile of one of these and another profile: only there trust decides."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT l.guest_id FROM profile p
                 JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL
                 JOIN guest g ON g.id = l.guest_id AND g.profiles > 1
                WHERE p.connection_id = ANY(%s)""",
            [connection_ids],
        )
        return [id_ for (id_,) in cursor.fetchall()]
