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

from staytrue.changes import pending
from staytrue.guests import golden
from staytrue.guests.models import IdentityEvent
from staytrue.guests.waking import HOUSEHOLDS
from staytrue.kit import ids
from staytrue.kit.asking import ask

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
    rows = ask(
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
    return sorted(id_ for (id_,) in rows)


def lock(guest_ids: Collection[int]) -> None:
    """Hold these guests until the transaction ends, in the order of their numbers."""
    ask("SELECT id FROM guest WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [sorted(guest_ids)])


def open_guests(count: int, now: datetime) -> list[int]:
    """So many new guests without a profile yet."""
    rows = ask(
        """INSERT INTO guest (public_id, state, opened_at, kind, name, name_key, last_name_key,
                              profiles, golden)
           SELECT id, 'active', %s, 'person', '', '', '', 0, '{}' FROM unnest(%s::uuid[]) x(id)
           RETURNING id""",
        [now, [ids.new() for _ in range(count)]],
    )
    return sorted(id_ for (id_,) in rows)


def guests_of(profile_ids: Collection[int]) -> dict[int, int]:
    """Profile → guest, of those that have one."""
    rows = ask(
        "SELECT profile_id, guest_id FROM link WHERE profile_id = ANY(%s) AND until_at IS NULL",
        [list(profile_ids)],
    )
    return dict(rows)


def profiles_of(guest_ids: Collection[int]) -> dict[int, list[int]]:
    """Guest → profiles, rising."""
    found: dict[int, list[int]] = {id_: [] for id_ in guest_ids}
    rows = ask(
        """SELECT guest_id, profile_id FROM link
            WHERE guest_id = ANY(%s) AND until_at IS NULL ORDER BY profile_id""",
        [list(guest_ids)],
    )
    for guest, profile in rows:
        found[guest].append(profile)
    return found


def open_for(
    profile_ids: Collection[int], actor: str, normaliser: int, now: datetime
) -> dict[int, int]:
    """A guest of his own for each of these profiles, by a decision of its own: profile → guest.

    For those who see all hotels.
    """
    made = golden.alone(list(profile_ids))
    rows = ask(
        """WITH x AS (
                 SELECT * FROM unnest(%(profiles)s::bigint[], %(ids)s::uuid[], %(names)s::text[],
                                      %(keys)s::text[], %(last)s::text[], %(kinds)s::text[],
                                      %(golden)s::jsonb[])
                               x(one, id, name, name_key, last_name_key, kind, golden)),
               g AS (INSERT INTO guest (public_id, state, opened_at, kind, name, name_key,
                                        last_name_key, profiles, golden, computed_at)
                 SELECT id, 'active', %(now)s, coalesce(kind, 'person'), coalesce(name, ''),
                        coalesce(name_key, ''), coalesce(last_name_key, ''), 1, golden, %(now)s
                   FROM x ORDER BY one
                 RETURNING id, public_id),
               e AS (INSERT INTO identity_event (at, kind, actor, rule, one, evidence, normaliser,
                                                 reason)
                 SELECT %(now)s, 'created', %(actor)s, '', one, '{}', %(normaliser)s, '' FROM x
                  ORDER BY one RETURNING id, one)
               INSERT INTO link (profile_id, guest_id, property_id, since_at, begun_by)
               SELECT x.one, g.id, p.property_id, %(now)s, e.id
                 FROM x JOIN g ON g.public_id = x.id JOIN e ON e.one = x.one
                 LEFT JOIN profile p ON p.id = x.one ORDER BY x.one
               RETURNING profile_id, guest_id""",
        {
            "profiles": list(made),
            "ids": [str(ids.new()) for _ in made],
            "names": [each.name for each in made.values()],
            "keys": [each.name_key for each in made.values()],
            "last": [each.last_name_key for each in made.values()],
            "kinds": [each.kind for each in made.values()],
            "golden": [each.golden for each in made.values()],
            "actor": actor,
            "normaliser": normaliser,
            "now": now,
        },
    )
    return dict(rows)


def move(moves: Mapping[int, int | None], event: int, now: datetime) -> set[int]:
    """Make these profiles these guests' (nobody's: None) by this event, wherever they were.

    Answers the guests that gained or lost a profile; their golden fields are computed again.
    """
    # Who lives with whom hangs on who is whom; recognition asks for it by itself.
    pending.add(HOUSEHOLDS, "profile", moves.keys(), now)
    return move_each({profile: (guest, event) for profile, guest in moves.items()}, now)


def move_each(moves: Mapping[int, tuple[int | None, int]], now: datetime) -> set[int]:
    """The same, each profile with its guest by an event of its own."""
    if not moves:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH ended AS (
                 UPDATE link l SET until_at = %(now)s, ended_by = x.event
                   FROM unnest(%(profiles)s::bigint[], %(events)s::bigint[]) x(profile, event)
                  WHERE l.profile_id = x.profile AND l.until_at IS NULL RETURNING guest_id)
               SELECT DISTINCT guest_id FROM ended""",
            {
                "now": now,
                "profiles": list(moves),
                "events": [event for _, event in moves.values()],
            },
        )
        touched = {id_ for (id_,) in cursor.fetchall()}
        kept = {profile: to for profile, to in moves.items() if to[0] is not None}
        cursor.execute(
            """INSERT INTO link (profile_id, guest_id, property_id, since_at, begun_by)
               SELECT x.profile, x.guest, p.property_id, %s, x.event
                 FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) x(profile, guest, event)
                 LEFT JOIN profile p ON p.id = x.profile ORDER BY x.profile""",
            [
                now,
                list(kept),
                [guest for guest, _ in kept.values()],
                [event for _, event in kept.values()],
            ],
        )
    touched |= {guest for guest, _ in kept.values() if guest is not None}
    golden.compute(touched, now)
    return touched
