"""To whom a message goes at the moment it leaves: merges followed, addresses as they are used now.

A message hangs on a profile and perhaps on a contact point. A profile that was merged away leads to
its survivor, a recognised guest to his other profiles; an address that its PMS replaced leads to
the newest one that is his own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from staytrue.consent.purposes import POINT_KIND, Channel
from staytrue.consent.rules import Role
from staytrue.hotel.contacts import addresses_in
from staytrue.kit.asking import ask
from staytrue.messages.models import Message

_STEPS = 5
_COUNTED = 500
_PHONE = re.compile(r"\+\d{7,15}")
_OWN_FIRST = {Role.PRIVATE: 0, Role.COMPANY: 0, Role.FAMILY: 1, Role.RELAY: 2}


@dataclass(frozen=True)
class Address:
    """A contact point in the hands of one profile now."""

    profile_id: int
    point_id: int
    role: Role
    value: str
    written: str
    profiles: int
    place: int

    def to(self, channel: str) -> str:
        """How it is written on an envelope of this channel; empty where it cannot be."""
        if channel == Channel.EMAIL:
            found = addresses_in(self.written) or addresses_in(self.value) or []
            return found[0] if len(found) == 1 else ""
        number = re.sub(r"[\s()/.-]", "", self.written)
        return number if _PHONE.fullmatch(number) else ""


@dataclass(frozen=True)
class Whom:
    """Who a message's profile is by now: its way of merges, the profiles of the same guest."""

    profile_id: int
    way: frozenset[tuple[int, str]]
    is_gone: bool
    is_child: bool
    profiles: tuple[int, ...]


# Merges of a PMS lead from profile to profile within one connection.
_WAYS = """
WITH RECURSIVE way AS (
  SELECT p.id AS start, p.id, p.connection_id, p.source_id, p.merged_into, p.deleted,
         p.anonymised, p.custom, 0 AS depth
    FROM profile p WHERE p.id = ANY(%(ids)s::bigint[])
  UNION ALL
  SELECT w.start, n.id, n.connection_id, n.source_id, n.merged_into, n.deleted, n.anonymised,
         n.custom, w.depth + 1
    FROM way w JOIN profile n
      ON n.connection_id = w.connection_id AND n.source_id = w.merged_into
   WHERE w.merged_into IS NOT NULL AND w.depth < %(steps)s)
SELECT w.start, w.id, w.connection_id, w.source_id,
       w.deleted OR w.anonymised OR w.merged_into IS NOT NULL,
       coalesce(w.custom ->> 'is_child', '') = 'true', l.guest_id
  FROM way w LEFT JOIN link l ON l.profile_id = w.id AND l.until_at IS NULL
 ORDER BY w.start, w.depth"""

_SIBLINGS = """
SELECT guest_id, profile_id FROM link
 WHERE guest_id = ANY(%s::bigint[]) AND until_at IS NULL ORDER BY guest_id, profile_id"""

_ADDRESSES = """
SELECT u.profile_id, c.id, c.role, c.value, u.written, c.profiles, c.kind,
       row_number() OVER (PARTITION BY u.profile_id, c.kind
                          ORDER BY u.seen_at DESC, u.since_at DESC, c.value)
  FROM contact_use u JOIN contact_point c ON c.id = u.contact_point_id
 WHERE u.profile_id = ANY(%s::bigint[]) AND u.until_at IS NULL AND c.kind IN ('email', 'phone')"""

# How many real people share an address; beyond some hundreds the number itself says nothing more.
_GUESTS = """
SELECT c.id, (SELECT count(DISTINCT x.guest) FROM (
         SELECT coalesce('g' || l.guest_id, 'p' || u.profile_id) AS guest
           FROM contact_use u
           LEFT JOIN link l ON l.profile_id = u.profile_id AND l.until_at IS NULL
          WHERE u.contact_point_id = c.id AND u.until_at IS NULL LIMIT %s) x)
  FROM contact_point c WHERE c.id = ANY(%s::bigint[])"""


def whom(profile_ids: Collection[int]) -> dict[int, Whom]:
    """Each of these profiles as it stands now; one that was never there is absent."""
    ways: dict[int, list[tuple[int, int, str, bool, bool, int | None]]] = defaultdict(list)
    for start, *step in ask(_WAYS, {"ids": sorted(set(profile_ids)), "steps": _STEPS}):
        ways[start].append(tuple(step))
    guests = {way[-1][5] for way in ways.values() if way[-1][5] is not None}
    siblings: dict[int, list[int]] = defaultdict(list)
    for guest, profile in ask(_SIBLINGS, [sorted(guests)]) if guests else []:
        siblings[guest].append(profile)
    found = {}
    for start, way in ways.items():
        survivor, _, _, is_gone, _, guest = way[-1]
        own = [survivor, *(id_ for id_, *_ in way), *(siblings[guest] if guest else ())]
        found[start] = Whom(
            survivor,
            frozenset((connection, source) for _, connection, source, *_ in way),
            is_gone,
            any(step[4] for step in way),
            tuple(dict.fromkeys(own)),
        )
    return found


def addresses(people: Collection[Whom]) -> dict[tuple[int, str], list[Address]]:
    """(Profile, kind of contact point) → the addresses it uses now, newest first."""
    ids = sorted({id_ for each in people for id_ in each.profiles})
    found: dict[tuple[int, str], list[Address]] = defaultdict(list)
    for profile, point, role, value, written, profiles, kind, place in ask(_ADDRESSES, [ids]):
        known = Role(role) if role in _ROLES else Role.PLACEHOLDER
        found[profile, kind].append(Address(profile, point, known, value, written, profiles, place))
    return found


_ROLES = frozenset(role.value for role in Role)


NOBODY = Whom(0, frozenset(), is_gone=False, is_child=False, profiles=())
"""Whoever reads a mailbox at which no guest is known."""


def mailboxes(messages: Collection[Message]) -> dict[int, list[Address]]:
    """Message → the very address it was planned for, whoever uses it; a forgotten one is absent."""
    points = {each.contact_point_id for each in messages if each.contact_point_id}
    rows = ask(
        "SELECT id, role, value, profiles FROM contact_point WHERE id = ANY(%s::bigint[])",
        [sorted(points)],
    )
    known = {id_: rest for id_, *rest in rows}
    found = {}
    for each in messages:
        if told := known.get(each.contact_point_id or 0):
            role, value, profiles = told
            point = each.contact_point_id or 0
            found[each.pk] = [
                Address(each.profile_id, point, Role(role), value, value, profiles, 1)
            ]
    return found


def addresses_for(
    channel: str,
    planned: int | None,
    person: Whom,
    known: Mapping[tuple[int, str], Sequence[Address]],
) -> list[Address]:
    """Where it could go, best first: the planned address while he uses it, then his own, newest
    first.
    """
    kind = POINT_KIND[Channel(channel)]
    order = {id_: place for place, id_ in enumerate(person.profiles)}
    mine = sorted(
        (each for id_ in person.profiles for each in known.get((id_, kind), ())),
        key=lambda each: (
            each.point_id != planned, _OWN_FIRST.get(each.role, 3), order[each.profile_id],
            each.place,
        ),
    )  # fmt: skip
    # One that several of his profiles use is his best one's.
    return list({each.point_id: each for each in reversed(mine)}.values())[::-1]


def guests_of(chosen: Collection[Address], most: int) -> dict[int, int]:
    """Contact point → how many real people use it; few profiles cannot be more people."""
    counts = {each.point_id: each.profiles for each in chosen}
    # None counted yet: it was learned a moment ago.
    crowded = sorted(id_ for id_, many in counts.items() if many > most or not many)
    return counts | dict(ask(_GUESTS, [_COUNTED, crowded]) if crowded else [])
