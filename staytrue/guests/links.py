"""The only writer of events and links: which profile is whose, since which decision.

Callers hold the guests (`lock`) before they decide, and move whole sets at once.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.guests import golden
from staytrue.guests.models import IdentityEvent
from staytrue.kit import ids

Kind = IdentityEvent.Kind


@dataclass(frozen=True)
class Act:
    """A decision to be noted: `one` and `other` are the profiles whose comparison decided it."""

    kind: Kind
    actor: str
    rule: str = ""
    one: int | None = None
    other: int | None = None
    bits: float | None = None
    person: float | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    matcher: int | None = None
    normaliser: int | None = None
    reason: str = ""
    undoes: int | None = None


def note(act: Act, now: datetime) -> int:
    """Append the decision; answers the number of the event."""
    return notes([act], now)[0]


def notes(acts: Sequence[Act], now: datetime) -> list[int]:
    """Append several, in their order; answers the numbers of the events."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO identity_event (at, kind, actor, rule, one, other, bits, person,
                                           evidence, matcher, normaliser, reason, undoes)
               SELECT %s, x.kind, x.actor, x.rule, x.one, x.other, x.bits, x.person, x.evidence,
                      x.matcher, x.normaliser, x.reason, x.undoes
                 FROM jsonb_to_recordset(%s::jsonb) AS x(place int, kind text, actor text,
                      rule text, one bigint, other bigint, bits float8, person float8,
                      evidence jsonb, matcher int, normaliser smallint, reason text, undoes bigint)
                ORDER BY x.place RETURNING id""",
            [now, json.dumps([vars(act) | {"place": place} for place, act in enumerate(acts)])],
        )
        return sorted(id_ for (id_,) in cursor.fetchall())


def lock(guest_ids: Collection[int]) -> None:
    """Hold these guests until the transaction ends, in the order of their numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM guest WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [sorted(guest_ids)]
        )


def open_guests(count: int, now: datetime) -> list[int]:
    """So many new guests without a profile yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO guest (public_id, state, opened_at, kind, name, name_key, last_name_key,
                                  profiles, golden)
               SELECT id, 'active', %s, 'person', '', '', '', 0, '{}' FROM unnest(%s::uuid[]) x(id)
               RETURNING id""",
            [now, [ids.new() for _ in range(count)]],
        )
        return sorted(id_ for (id_,) in cursor.fetchall())


def guests_of(profile_ids: Collection[int]) -> dict[int, int]:
    """Profile → guest, of those that have one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT profile_id, guest_id FROM link WHERE profile_id = ANY(%s) AND until_at IS NULL",
            [list(profile_ids)],
        )
        return dict(cursor.fetchall())


def profiles_of(guest_ids: Collection[int]) -> dict[int, list[int]]:
    """Guest → profiles, rising."""
    found: dict[int, list[int]] = {id_: [] for id_ in guest_ids}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT guest_id, profile_id FROM link
                WHERE guest_id = ANY(%s) AND until_at IS NULL ORDER BY profile_id""",
            [list(guest_ids)],
        )
        for guest, profile in cursor.fetchall():
            found[guest].append(profile)
    return found


def move(moves: Mapping[int, int | None], event: int, now: datetime) -> set[int]:
    """Make these profiles these guests' (nobody's: None) by this event, wherever they were.

    Answers the guests that gained or lost a profile; their golden fields are computed again.
    """
    if not moves:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH ended AS (
                 UPDATE link SET until_at = %(now)s, ended_by = %(event)s
                  WHERE profile_id = ANY(%(profiles)s) AND until_at IS NULL RETURNING guest_id)
               SELECT DISTINCT guest_id FROM ended""",
            {"now": now, "event": event, "profiles": list(moves)},
        )
        touched = {id_ for (id_,) in cursor.fetchall()}
        kept = {profile: guest for profile, guest in moves.items() if guest is not None}
        cursor.execute(
            """INSERT INTO link (profile_id, guest_id, property_id, since_at, begun_by)
               SELECT x.profile, x.guest, p.property_id, %s, %s
                 FROM unnest(%s::bigint[], %s::bigint[]) x(profile, guest)
                 LEFT JOIN profile p ON p.id = x.profile ORDER BY x.profile""",
            [now, event, list(kept), list(kept.values())],
        )
    touched |= set(kept.values())
    golden.compute(touched, now)
    return touched
