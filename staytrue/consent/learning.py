"""The evidence on contact points, read from the mirror, and what the rules say of it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.consent.facts import DomainFacts, Stay, User, domain_facts, facts_of
from staytrue.consent.points import domain_of
from staytrue.consent.roles import Verdict, role_of
from staytrue.consent.signs import FREE_MAIL, houses_of
from staytrue.hotel.contacts import is_relay_address

CROWD = 200
_SAMPLE, _SAMPLE_USERS, _COUNTED_MAX = 60, 20, 1_000


@dataclass
class Evidence:
    """A contact point as it stands, and everybody who ever used it with all their stays."""

    id: int
    kind: str
    value: str
    masked: bool
    basis: dict[str, Any]
    profiles: int
    seen: tuple[datetime, datetime]
    first_use_at: datetime
    last_use_at: datetime
    users: list[User] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)


@dataclass
class Domains:
    """What is known of domains, gathered once in a run, and the names of our houses."""

    known: dict[str, DomainFacts] = field(default_factory=dict)
    houses: frozenset[str] | None = None

    def look_up(self, names: Collection[str]) -> None:
        """Learn those of these domains that are not known yet."""
        unknown = sorted(set(names) - self.known.keys() - FREE_MAIL - {""})
        self.known |= _facts_of_domains(unknown) if unknown else {}
        if self.houses is None:
            self.houses = _houses()


def basis_of(verdict: Verdict) -> dict[str, Any]:
    """What is stored: the learned role also where a person ruled otherwise."""
    return {"role": verdict.role.value} | verdict.basis


def verdicts_on(evidence: Sequence[Evidence], domains: Domains) -> list[tuple[Evidence, Verdict]]:
    """What the rules say of each."""
    domains.look_up(
        {
            domain_of(each.kind, each.value)
            for each in evidence
            if each.kind == "email" and not is_relay_address(each.value)
        }
    )
    told = []
    for each in evidence:
        domain = domains.known.get(domain_of(each.kind, each.value))
        facts = facts_of(each.kind, each.value, each.users, each.stays, domain, masked=each.masked)
        told.append((each, role_of(facts, domains.houses or ())))
    return told


def evidence_on(
    point_ids: Sequence[int], most: int | None = None, users_most: int | None = None
) -> list[Evidence]:
    """Everything about these contact points but those that more than `most` were known to use."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.id, c.kind, c.value, u.masked, c.basis::text, c.profiles, c.first_seen_at,
                      c.last_seen_at, u.first, u.last
                 FROM contact_point c CROSS JOIN LATERAL (
                   SELECT bool_or(masked) AS masked, min(since_at) AS first, max(seen_at) AS last
                     FROM contact_use WHERE contact_point_id = c.id HAVING count(*) > 0) u
                WHERE c.id = ANY(%s) AND (%s::int IS NULL OR c.profiles <= %s)
                ORDER BY c.id""",
            [list(point_ids), most, most],
        )
        found = {
            id_: Evidence(id_, kind, value, masked, json.loads(basis), profiles,
                          (first, last), first_use, last_use)
            for id_, kind, value, masked, basis, profiles, first, last, first_use, last_use
            in cursor.fetchall()
        }  # fmt: skip
    _read_users(found, users_most)
    _read_stays(found)
    return list(found.values())


def _read_users(found: dict[int, Evidence], most: int | None) -> None:
    """Who has it, each with his newest home."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT x.id, p.id, p.property_id, p.kind, coalesce(p.first_name, ''),
                      concat_ws(' ', p.last_name, p.second_last_name), coalesce(h.value, '')
                 FROM unnest(%s::bigint[]) x(id)
                CROSS JOIN LATERAL (
                  SELECT DISTINCT profile_id FROM contact_use WHERE contact_point_id = x.id
                   ORDER BY profile_id LIMIT %s) u
                 JOIN profile p ON p.id = u.profile_id
                 LEFT JOIN LATERAL (
                   SELECT c.value FROM contact_use w
                     JOIN contact_point c ON c.id = w.contact_point_id AND c.kind = 'post'
                    WHERE w.profile_id = p.id
                    ORDER BY w.until_at DESC NULLS FIRST, w.since_at DESC, c.id LIMIT 1) h ON true
                ORDER BY x.id, p.id""",
            [list(found), most],
        )
        for point, *user in cursor.fetchall():
            found[point].users.append(User(*user))


def _read_stays(found: dict[int, Evidence]) -> None:
    points: dict[int, list[int]] = defaultdict(list)
    for each in found.values():
        for user in each.users:
            points[user.id].append(each.id)
    with connection.cursor() as cursor:
        # A profile may be on a reservation in several parts.
        cursor.execute(
            """SELECT DISTINCT p.id, r.id, r.property_id, r.arrival_on, r.departure_on, r.channel,
                      coalesce(r.segment, r.derived_segment, ''),
                      r.status IN ('cancelled', 'no_show')
                 FROM profile p
                 JOIN roster o ON o.connection_id = p.connection_id AND o.profile = p.source_id
                      AND o.until_at IS NULL
                 JOIN reservation r ON r.id = o.reservation_id
                WHERE p.id = ANY(%s) ORDER BY p.id, r.id""",
            [sorted(points)],
        )
        for profile, reservation, property_, *told in cursor.fetchall():
            stay = Stay(reservation, property_, profile, *told)
            for point in points[profile]:
                found[point].stays.append(stay)


def _facts_of_domains(names: Sequence[str]) -> dict[str, DomainFacts]:
    """Each domain by a sample of its first addresses."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT d.name, (SELECT count(*) FROM (
                         SELECT FROM contact_point c WHERE c.domain = d.name
                            AND c.domain <> '' LIMIT {_COUNTED_MAX}
                       ) AS counted),
                       ARRAY(SELECT c.id FROM contact_point c WHERE c.domain = d.name
                              AND c.domain <> '' ORDER BY c.id LIMIT {_SAMPLE})
                  FROM unnest(%s::text[]) d(name)""",
            [list(names)],
        )
        rows = cursor.fetchall()
    sampled = [id_ for _, _, ids in rows for id_ in ids]
    by_id = {each.id: each for each in evidence_on(sampled, users_most=_SAMPLE_USERS)}
    return {
        name: domain_facts(
            count,
            [(by_id[id_].value, by_id[id_].users, by_id[id_].stays) for id_ in ids if id_ in by_id],
        )
        for name, count, ids in rows
    }


def _houses() -> frozenset[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT name FROM property UNION SELECT name FROM hotel_group
               UNION SELECT name FROM legal_entity"""
        )
        return houses_of(name for (name,) in cursor.fetchall())
