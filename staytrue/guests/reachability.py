"""Whom marketing e-mail reaches: each guest counted once, and the one address of each it reaches.

The report and the recipients come from one statement, so that its "reachable" is their number.
Of whom more is on record than his PMS says, the rule that the door to guests asks has the last word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from staytrue.consent.rules import Reach
from staytrue.guests import heard_noes
from staytrue.guests.heard_noes import Found
from staytrue.kit.asking import ask_all
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access, hides

COMPANY = "company"
"""No person stands behind any of his profiles."""
KINDS = (*(reach.value for reach in Reach), COMPANY)

# A guest is reached as the best of his profiles is, unless one of them refuses; the ranks are
# those of `consent.rules.Reach`. A profile that is no guest's yet stands for itself.
_PERSONS = """
WITH his AS (
  SELECT coalesce('g' || l.guest_id, 'p' || p.id) AS person, l.guest_id, p.id, p.kind, r.rank,
         r.refuses, r.contact_point_id, r.seen_at, r.since_at
    FROM profile p JOIN profile_reach r ON r.profile_id = p.id
    LEFT JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL
   WHERE p.property_id = ANY(%(ids)s) AND NOT p.deleted),
person AS (
  SELECT person,
         CASE WHEN NOT bool_or(kind = 'person') THEN %(company)s
              WHEN min(rank) = 0 AND bool_or(refuses) THEN 'opted_out'
              ELSE (%(reaches)s::text[])[min(rank) + 1] END AS reach
    FROM his GROUP BY person)
"""


@dataclass(frozen=True)
class Recipient:
    """One guest and the address at which marketing reaches him; `profile_id` is where it stands."""

    public_id: UUID | None
    profile_id: int
    contact_point_id: int
    address: str


@dataclass(frozen=True)
class Report:
    """How many guests there are of each kind of reach; every guest is of one.

    `waiting` are profiles whose addresses the worker has still to look at: till then they have none.
    """

    counts: dict[str, int]
    waiting: int

    @property
    def guests(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    @property
    def reachable(self) -> int:
        """As many as `recipients` has."""
        return self.counts[Reach.REACHABLE]


def report(access: Access, now: datetime, property_id: int | None = None) -> Report:
    """Each guest of his hotels, or of one, counted once."""
    asked = _values(access, property_id)
    spoken = heard_noes.spoken_of(asked["ids"], now)
    found: Counter[str] = Counter()
    for reach, person, count in ask_all(
        f"""{_PERSONS} SELECT reach, CASE WHEN person = ANY(%(spoken)s) THEN person END, count(*)
              FROM person GROUP BY 1, 2""",
        asked | {"spoken": sorted(spoken)},
    ):
        found[_reach(reach, spoken.get(person))] += count
    [(waiting,)] = ask_all(
        """SELECT count(*) FROM profile p
            WHERE p.property_id = ANY(%(ids)s) AND NOT p.deleted AND NOT p.anonymised
              AND p.emails <> '[]'
              AND NOT EXISTS (SELECT FROM contact_use u WHERE u.profile_id = p.id)""",
        asked,
    )
    return Report({kind: found[kind] for kind in KINDS}, waiting)


def recipients(
    access: Access, now: datetime, property_id: int | None = None
) -> Iterator[Recipient]:
    """Everyone reachable: the newest address of each that he uses now and that nobody refused.

    A mailbox that two guests use stands here for each of them: who writes decides whether once.
    """
    asked = _values(access, property_id)
    spoken = heard_noes.spoken_of(asked["ids"], now)
    yield from _by_their_pms(asked | {"spoken": sorted(spoken)})
    reached = {each.profile_id: each for each in spoken.values() if each.is_reached}
    public = dict(
        ask_all(
            """SELECT l.profile_id, g.public_id FROM link l JOIN guest g ON g.id = l.guest_id
                WHERE l.profile_id = ANY(%s) AND l.until_at IS NULL""",
            [sorted(reached)],
        )
    )
    for id_, each in sorted(reached.items()):
        yield Recipient(public.get(id_), id_, each.contact_point_id, each.address)


def _reach(reach: str, spoken: Found | None) -> str:
    """How he is reached, where only words stood or stand in the way."""
    if spoken is None or reach not in (Reach.REACHABLE, Reach.OPTED_OUT):
        return reach
    return Reach.REACHABLE if spoken.is_reached else Reach.OPTED_OUT


def _by_their_pms(asked: dict[str, Any]) -> Iterator[Recipient]:
    rows = ask_all(
        f"""{_PERSONS}
              SELECT g.public_id, x.id, x.contact_point_id, x.value FROM (
                SELECT DISTINCT ON (person) his.*, c.value
                  FROM person w JOIN his USING (person)
                  JOIN contact_point c ON c.id = his.contact_point_id
                 WHERE w.reach = 'reachable' AND his.rank = 0 AND NOT person = ANY(%(spoken)s)
                 ORDER BY person, his.seen_at DESC, his.since_at DESC, c.value) x
                LEFT JOIN guest g ON g.id = x.guest_id ORDER BY x.id""",
        asked,
    )
    yield from (Recipient(*row) for row in rows)


def _values(access: Access, property_id: int | None) -> dict[str, Any]:
    """Only of hotels where he reads e-mail addresses: elsewhere the report would tell of them."""
    ids = access.where(PROFILES) & ({property_id} if property_id else access.property_ids)
    return {
        "ids": sorted(id_ for id_ in ids if not hides(access, "emails", id_)),
        "company": COMPANY,
        "reaches": [reach.value for reach in Reach],
    }
