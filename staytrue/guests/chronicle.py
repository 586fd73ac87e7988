"""What was decided about a guest, newest first: the events of his profiles, as a reader may see them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.guests.models import Link
from staytrue.hotel import scope
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access, visible_to

EVENTS_MAX = 200


@dataclass(frozen=True)
class Event:
    """One decision; `moved` are the profiles that it brought to this guest or took from him."""

    id: int
    at: datetime
    kind: str
    actor: str
    rule: str
    one: int | None
    other: int | None
    reason: str
    undone_by: int | None
    evidence: Mapping[str, Any]
    moved: tuple[int, ...]


def events_of(access: Access, guest_id: int, profile_ids: Collection[int]) -> list[Event]:
    """The decisions about these profiles of a guest, less those that name somebody out of sight."""
    # Seen whole first: what the reader's own scope cuts off would not be missed below.
    with scope.everything():
        found = _events(guest_id, profile_ids)
    named = {id_ for each in found for id_ in (each.one, each.other, *each.moved) if id_}
    links = visible_to(access, Link.objects.filter(profile_id__in=named), PROFILES)
    seen = set(links.values_list("profile_id", flat=True))
    return [each for each in found if {each.one, each.other, *each.moved} <= {None, *seen}]


def _events(guest_id: int, profile_ids: Collection[int]) -> list[Event]:
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH named AS (
                 SELECT begun_by AS id, profile_id FROM link WHERE guest_id = %(guest)s
                 UNION ALL
                 SELECT ended_by, profile_id FROM link
                  WHERE guest_id = %(guest)s AND ended_by IS NOT NULL
                 UNION ALL
                 SELECT id, NULL FROM identity_event WHERE one = ANY(%(seen)s)
                 UNION ALL
                 SELECT id, NULL FROM identity_event WHERE other = ANY(%(seen)s))
               SELECT v.id, v.at, v.kind, v.actor, v.rule, v.one, v.other, v.reason, v.undone_by,
                      v.evidence::text, n.moved
                 FROM identity_event v
                 JOIN (SELECT id, array_agg(DISTINCT profile_id ORDER BY profile_id)
                                    FILTER (WHERE profile_id IS NOT NULL) AS moved
                         FROM named GROUP BY id) n ON n.id = v.id
                ORDER BY v.id DESC LIMIT %(most)s""",
            {"guest": guest_id, "seen": list(profile_ids), "most": EVENTS_MAX},
        )
        return [_event(row) for row in cursor.fetchall()]


def _event(row: tuple[Any, ...]) -> Event:
    told = [*row[:9], json.loads(row[9]), tuple(row[10] or ())]
    return Event(*told)
