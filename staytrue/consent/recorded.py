"""What is recorded about addresses and people, read in sets for whoever decides about them."""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection

from staytrue.consent.bases import Choice, Requirement
from staytrue.consent.purposes import GROUP, Channel, Origin, Purpose, Scope, Within
from staytrue.consent.ratchet import Act, Said
from staytrue.consent.rules import Role
from staytrue.kit.asking import ask
from staytrue.kit.errors import Misconfigured
from staytrue.kit.home import own_secret


@dataclass(frozen=True)
class Person:
    """A profile: where it lives, whose others it is, what its PMS says today."""

    country: str
    siblings: frozenset[int]
    refuses: frozenset[tuple[str, str]]


@lru_cache(maxsize=10_000)
def address_hash(kind: str, value: str) -> bytes:
    """What finds an address again that was erased, and tells nobody which it was."""
    return hmac.digest(_key(settings.HOME), f"{kind}:{value}".encode(), hashlib.sha256)


@lru_cache
def _key(home: Path) -> bytes:
    return own_secret(home, "addresses").encode()


def check_key(*, is_written: bool = False) -> None:
    """Refuse to go on with another key than the one that wrote: it would find nobody again."""
    fingerprint = hashlib.sha256(b"staytrue: addresses" + _key(settings.HOME)).digest()
    with connection.cursor() as cursor:
        if is_written:
            cursor.execute(
                "INSERT INTO address_key (id, fingerprint) VALUES (1, %s) ON CONFLICT DO NOTHING",
                [fingerprint],
            )
        cursor.execute("SELECT fingerprint FROM address_key")
        known = cursor.fetchone()
    if known and bytes(known[0]) != fingerprint:
        raise Misconfigured(
            "The key that finds erased and imported addresses again is not the one they were kept"
            " with. Copy secrets/addresses from the home that kept them; until then nothing is"
            " sent.",
            "address_key_lost",
        )


@dataclass(frozen=True)
class Row:
    """An act with what it is about."""

    said: Said
    purpose: str
    channel: str
    point: int | None
    hash: bytes

    @property
    def is_of_address(self) -> bool:
        """Suppressions concern the address itself, whoever has it."""
        return self.said.act in (Act.SUPPRESS, Act.RELEASE)

    def fits(self, purpose: str, channel: str) -> bool:
        """Whether it speaks of this purpose and channel."""
        return self.channel == channel and self.purpose in ("", purpose)

    def placed(self, point: int | None) -> Said:
        """The act about the address that is asked, also where it was known by its hash only."""
        if self.point is None and not self.hash:
            return self.said
        # Zero is the number of no contact point: about an address, and not the one asked.
        return msgspec.structs.replace(self.said, point=point or 0)


_ROWS = " UNION ".join(
    f"""SELECT id, act, said_at, origin, within, scope_id, profile_id, contact_point_id, cause,
               lifts, purpose, channel, address_hash FROM consent_act WHERE {found}"""
    for found in (
        "contact_point_id = ANY(%(points)s::bigint[])",
        "address_hash = ANY(%(hashes)s::bytea[]) AND address_hash <> ''",
        "profile_id = ANY(%(profiles)s::bigint[])",
    )
)


def rows(points: list[int], hashes: list[bytes], profiles: list[int]) -> list[Row]:
    found = {
        "points": points,
        "profiles": profiles,
        "hashes": [rf"\x{each.hex()}" for each in hashes],
    }
    return [_row(row) for row in ask(_ROWS, found)]


# Thousands of acts at a time: to look a member up is a third of calling its class.
_ACTS = {each.value: each for each in Act}
_ORIGINS = {each.value: each for each in Origin}
_WITHIN = {each.value: each for each in Within}
_ROLES = {each.value: each for each in Role}


def _row(row: tuple[Any, ...]) -> Row:
    id_, act, said_at, origin, within, scope_id, profile_id, point, cause, lifts, *rest = row
    purpose, channel, digest = rest
    reach = GROUP if within == Within.GROUP else Scope(_WITHIN[within], scope_id)
    said = Said(id_, _ACTS[act], said_at, _ORIGINS[origin], reach, profile_id, point, cause,
                tuple(lifts))  # fmt: skip
    return Row(said, purpose, channel, point, bytes(digest))


def points(ids: set[int]) -> dict[int, tuple[Role, bytes]]:
    found = ask(
        "SELECT id, kind, value, role FROM contact_point WHERE id = ANY(%s::bigint[])",
        [sorted(ids)],
    )
    return {id_: (_ROLES[role], address_hash(kind, value)) for id_, kind, value, role in found}


def refusing(point_ids: list[int]) -> dict[int, frozenset[int]]:
    """The profiles whose PMS says no to marketing e-mail, by the addresses they have or had."""
    found: dict[int, set[int]] = defaultdict(set)
    for point, profile in ask(
        """SELECT contact_point_id, profile_id FROM contact_use
            WHERE contact_point_id = ANY(%s::bigint[]) AND marketing = 'out'""",
        [point_ids],
    ):
        found[point].add(profile)
    return {point: frozenset(profiles) for point, profiles in found.items()}


def people(profile_ids: set[int]) -> dict[int, Person]:
    """These profiles and the others of the same guests.

    Who is one guest is decided further on the line; its links are only read here.
    """
    siblings: dict[int, set[int]] = {id_: {id_} for id_ in profile_ids}
    for profile, sibling in ask(
        """SELECT l.profile_id, s.profile_id FROM link l
             JOIN link s ON s.guest_id = l.guest_id AND s.until_at IS NULL
            WHERE l.profile_id = ANY(%s::bigint[]) AND l.until_at IS NULL""",
        [sorted(profile_ids)],
    ):
        siblings[profile].add(sibling)
    everyone = sorted({id_ for each in siblings.values() for id_ in each})
    told: dict[int, tuple[str, set[tuple[str, str]]]] = {}
    for id_, country, purpose, channel in ask(
        """SELECT p.id, coalesce(p.country, ''), c->>'purpose', c->>'channel'
             FROM profile p
             LEFT JOIN LATERAL jsonb_array_elements(p.consents) c ON c->>'state' = 'out'
            WHERE p.id = ANY(%s::bigint[])""",
        [everyone],
    ):
        _, refuses = told.setdefault(id_, (country, set()))
        if purpose:
            refuses.add((purpose, channel))
    return {
        id_: Person(country, frozenset(siblings.get(id_, {id_})), frozenset(refuses))
        for id_, (country, refuses) in told.items()
    }


def hotels(ids: set[int]) -> dict[int, tuple[str, frozenset[Scope]]]:
    """Property → its country, and the scopes that reach it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, country, legal_entity_id FROM property WHERE id = ANY(%s)", [sorted(ids)]
        )
        return {
            id_: (country, scopes_of(id_, entity)) for id_, country, entity in cursor.fetchall()
        }


def scopes_of(property_id: int, legal_entity_id: int | None) -> frozenset[Scope]:
    """Every scope that reaches this hotel."""
    found = {GROUP, Scope(Within.PROPERTY, property_id)}
    if legal_entity_id is not None:
        found.add(Scope(Within.LEGAL_ENTITY, legal_entity_id))
    return frozenset(found)


def choices(property_ids: list[int]) -> dict[int, list[Choice]]:
    found: dict[int, list[Choice]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (property_id, country, purpose, channel)
                      property_id, id, country, purpose, channel, requirement
                 FROM basis_choice WHERE property_id = ANY(%s)
                ORDER BY property_id, country, purpose, channel, id DESC""",
            [property_ids],
        )
        for property_id, id_, country, purpose, channel, requirement in cursor.fetchall():
            if requirement:
                asks = Requirement[requirement.upper()]
                choice = Choice(id_, country, Purpose(purpose), Channel(channel), asks)
                found[property_id].append(choice)
    return found


def customers(asked: Collection[tuple[int, int]]) -> dict[tuple[int, int], date]:
    """(profile, hotel) → when he last left a hotel of the same company, as a signed statement says.

    Only stays that took place, and only whoever booked or was the guest: not a companion.
    """
    if not asked:
        return {}
    found = ask(
        """SELECT x.profile, x.hotel, max(r.departure_on)
                 FROM (SELECT DISTINCT * FROM unnest(%s::bigint[], %s::bigint[])
                         y(profile, hotel)) x
                 JOIN property here ON here.id = x.hotel
                 JOIN profile p ON p.id = x.profile
                 JOIN roster o ON o.connection_id = p.connection_id AND o.profile = p.source_id
                      AND o.role IN ('primary', 'booker') AND o.until_at IS NULL
                 JOIN reservation r ON r.id = o.reservation_id
                      AND r.status IN ('in_house', 'checked_out')
                 JOIN property h ON h.id = r.property_id
                 JOIN connection c ON c.id = r.connection_id
                WHERE (h.id = here.id OR h.legal_entity_id = here.legal_entity_id)
                  AND EXISTS (SELECT FROM customer_statement s
                               WHERE s.ended_at IS NULL AND s.since_on <= r.arrival_on
                                 AND (s.legal_entity_id = h.legal_entity_id OR s.property_id = h.id)
                                 AND s.source IN ('', c.name))
                GROUP BY x.profile, x.hotel""",
        [[profile for profile, _ in asked], [hotel for _, hotel in asked]],
    )
    return {(profile, hotel): last for profile, hotel, last in found}
