"""Guests of whom more is on record than their PMS says: what the one rule of consent makes of it.

Only of these few is each address asked; of all others the PMS's word is all there is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from staytrue.consent import permissions
from staytrue.consent.permissions import Asked
from staytrue.consent.purposes import Channel, Purpose
from staytrue.consent.recorded import address_hash
from staytrue.consent.rules import Role
from staytrue.hotel import scope
from staytrue.kit.asking import ask_all

_REFUSED = frozenset({"opted_out", "suppressed"})
_OWN = frozenset({Role.PRIVATE.value, Role.COMPANY.value})

# Of profiles at some hotels those whose guest, or whose address, somebody spoke about.
_TOUCHED = """
WITH acts AS (
  SELECT profile_id, contact_point_id FROM consent_act
   WHERE channel = 'email' AND purpose IN ('', 'marketing') AND origin <> 'pms'),
mine AS (
  SELECT coalesce('g' || l.guest_id, 'p' || p.id) AS person, p.id, p.property_id, l.guest_id
    FROM profile p LEFT JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL
   WHERE p.property_id = ANY(%(ids)s) AND NOT p.deleted AND p.kind = 'person'),
touched AS (
  SELECT person FROM mine JOIN acts ON acts.profile_id = mine.id
  UNION SELECT person FROM mine JOIN link s ON s.guest_id = mine.guest_id AND s.until_at IS NULL
          JOIN acts ON acts.profile_id = s.profile_id
  UNION SELECT person FROM mine JOIN contact_use u ON u.profile_id = mine.id AND u.until_at IS NULL
          JOIN acts ON acts.contact_point_id = u.contact_point_id
  UNION SELECT person FROM mine JOIN contact_use u ON u.profile_id = mine.id AND u.until_at IS NULL
         WHERE u.contact_point_id = ANY(%(points)s))
SELECT person, mine.id, mine.property_id, c.id, c.value, c.role, u.marketing = 'in'
  FROM touched JOIN mine USING (person)
  JOIN contact_use u ON u.profile_id = mine.id AND u.until_at IS NULL
  JOIN contact_point c ON c.id = u.contact_point_id AND c.kind = 'email'
 ORDER BY person, u.seen_at DESC, u.since_at DESC, c.value, mine.id
"""
# Lists of a former tool, and what a lost database knew, name addresses by their hashes alone.
_BY_HASH = """
SELECT address_hash FROM consent_act
 WHERE contact_point_id IS NULL AND address_hash <> '' AND channel = 'email'
   AND purpose IN ('', 'marketing')"""
_ADDRESSES = """
SELECT DISTINCT c.id, c.value FROM contact_use u JOIN contact_point c ON c.id = u.contact_point_id
 WHERE u.property_id = ANY(%s) AND u.until_at IS NULL AND c.kind = 'email'"""


@dataclass(frozen=True)
class Found:
    """One of these guests: the address that nobody refused, if he has one, and whose it is."""

    profile_id: int = 0
    contact_point_id: int = 0
    address: str = ""

    @property
    def is_reached(self) -> bool:
        """Whether there is one."""
        return bool(self.contact_point_id)


def spoken_of(property_ids: Sequence[int], now: datetime) -> dict[str, Found]:
    """Person, as `reachability` names him → where marketing reaches him by all that is on record.

    Who has no address of his own is left out: what stands in his way is no word of anybody.
    """
    with scope.everything():
        values = {"ids": list(property_ids), "points": _points_by_hash(property_ids)}
        rows = [row for row in ask_all(_TOUCHED, values) if row[5] in _OWN or row[6]]
    asked = [
        Asked(point, profile, hotel, Purpose.MARKETING, Channel.EMAIL)
        for _, profile, hotel, point, *_ in rows
    ]
    found: dict[str, Found] = defaultdict(Found)
    for row, told in zip(rows, permissions.of(asked, now), strict=True):
        person, profile, _, point, value, *_ = row
        if not found[person].is_reached and told.reason not in _REFUSED:
            found[person] = Found(profile, point, value)
    return dict(found)


def _points_by_hash(property_ids: Sequence[int]) -> list[int]:
    hashes = {bytes(each) for (each,) in ask_all(_BY_HASH)}
    if not hashes:
        return []
    known = ask_all(_ADDRESSES, [list(property_ids)])
    return [point for point, value in known if address_hash("email", value) in hashes]
