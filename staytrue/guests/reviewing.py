"""The review queue: which pairs a person should look at, in which order, for this reader.

Checks of automatic joins stand among the open proposals and look alike: both are known by their
two profiles, nobody is told which is which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.guests.matching import safety
from staytrue.guests.matching.bands import Bands
from staytrue.guests.salting import salt
from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden
from staytrue.staff.access import Access

MERGE = "guests.merge"
WINDOW = 500
"""More lines than this are not counted: nobody reads them before the list has moved on."""
FEWEST = 20
"""A house of few profiles may show this many pairs, however small a share that leaves."""
_MIXED_IN = 20


@dataclass(frozen=True)
class Item:
    """A pair to decide, by its two profiles; `proposal` or `check` says what it is, never to a
    reader. `gain` is how many profiles are expected to come together.
    """

    one: int
    other: int
    person: float
    gain: float
    guests: tuple[int, ...]
    proposal: int | None = None
    check: int | None = None
    why: str = ""

    @property
    def key(self) -> str:
        """What stands in addresses."""
        return f"{self.one}-{self.other}"


def queue(access: Access, now: datetime) -> list[Item]:
    """The pairs this reader may decide, best first: no more than a share of all profiles."""
    with scope.everything():
        drawn = _proposals(access, now, _MIXED_IN, which=_DRAWN)
        best = [each for each in _proposals(access, now, _limit()) if each not in drawn]
        return mixed(best, [*drawn, *_checks(access)])


def item(access: Access, one: int, other: int, now: datetime) -> Item:
    """The pair of these two profiles, if it is open and his to decide; else Forbidden."""
    with scope.everything():
        asked = [
            *_proposals(access, now, 1, which=_OF_PAIR, one=one, other=other),
            *_checks(access),
        ]
    found = next((each for each in asked if (each.one, each.other) == (one, other)), None)
    if found is None:
        raise Forbidden(
            "There is no such open pair among those you may decide.",
            "not_visible",
            object=f"pair:{one}-{other}",
            right=MERGE,
        )
    return found


def mixed(proposals: Sequence[Item], checks: Sequence[Item]) -> list[Item]:
    """What is to be checked anywhere among the first proposals; no place tells which that is."""
    first = {each.key: each for each in proposals[:_MIXED_IN]}
    asked = {each.key: each for each in checks if each.key not in first}
    names = safety.hidden(list(asked), list(first), salt().hex())
    return [*((first | asked)[name] for name in names), *proposals[_MIXED_IN:]]


def _limit() -> int:
    """How many pairs may be shown; profiles are counted only as far as it matters."""
    share = Bands().list_share
    enough = int(WINDOW / share) + 1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM source_profile WHERE NOT is_gone LIMIT %s) x",
            [enough],
        )
        (profiles,) = cursor.fetchone()
    return max(min(int(share * profiles), WINDOW), FEWEST)


_NOT_HIS = """NOT EXISTS (
    SELECT FROM link l WHERE l.guest_id = ANY(%s) AND l.until_at IS NULL
       AND NOT (%%(everywhere)s OR coalesce(l.property_id = ANY(%%(ids)s), false)))"""


def _may(access: Access) -> dict[str, Any]:
    return {"everywhere": access.may(MERGE), "ids": sorted(access.where(MERGE))}


_OF_PAIR = """(p.one_profile, p.other_profile) = (%(one)s, %(other)s)
    -- Questions are found by their guests.
    AND p.one_id IN (SELECT l.guest_id FROM link l
                      WHERE l.profile_id IN (%(one)s, %(other)s) AND l.until_at IS NULL)"""


# Suggestions drawn by lot: what people say of them tells how often their rule errs.
_DRAWN = "p.id IN (SELECT proposal_id FROM safety_check WHERE proposal_id IS NOT NULL)"


def _proposals(
    access: Access, now: datetime, limit: int, *, which: str = "true", **facts: int
) -> list[Item]:
    """Open questions, best first; all or some."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT p.id, p.one_profile, p.other_profile, p.person, p.gain, p.one_id,
                       p.other_id, p.why
                  FROM proposal p
                 WHERE p.state = 'open' AND (p.later_until IS NULL OR p.later_until <= %(now)s)
                   AND {which}
                   AND {_NOT_HIS % "ARRAY[p.one_id, p.other_id]"}
                 ORDER BY p.gain DESC, p.id LIMIT %(limit)s""",
            _may(access) | {"now": now, "limit": limit} | facts,
        )
        return [
            Item(one, other, person, gain, (first, second), proposal=id_, why=why)
            for id_, one, other, person, gain, first, second, why in cursor.fetchall()
        ]


def _checks(access: Access) -> list[Item]:
    """Checks nobody answered, of joins that stand."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT s.id, s.one, s.other, coalesce(e.person, v.person), a.guest_id
                  FROM safety_check s
                  JOIN link a ON a.profile_id = s.one AND a.until_at IS NULL
                  JOIN link b ON b.profile_id = s.other AND b.until_at IS NULL
                       AND b.guest_id = a.guest_id
                  JOIN identity_event v ON v.id = s.event_id AND v.undone_by IS NULL
                  LEFT JOIN edge e ON e.one = least(s.one, s.other)
                       AND e.other = greatest(s.one, s.other)
                 WHERE s.answered_at IS NULL AND {_NOT_HIS % "ARRAY[a.guest_id]"}
                 ORDER BY s.id LIMIT %(limit)s""",
            _may(access) | {"limit": _MIXED_IN},
        )
        return [
            Item(one, other, person or 1.0, person or 1.0, (guest,), check=id_)
            for id_, one, other, person, guest in cursor.fetchall()
        ]
