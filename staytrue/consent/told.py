"""Named reads of consent for screens: every act with its proof, what holds now, and the lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.consent import permissions
from staytrue.consent.models import CustomerStatement, ProposedOptOut
from staytrue.consent.permissions import Asked, Permission
from staytrue.consent.purposes import POINT_KIND, Channel, Purpose
from staytrue.consent.queries import Contact, contacts_of
from staytrue.consent.recorded import address_hash
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access, visible_to

ACTS_MAX, LISTED_MAX = 200, 200


@dataclass(frozen=True)
class ToldAct:
    """One act with everything that proves it; `address` is empty where it is about the person."""

    id: int
    at: datetime
    said_at: datetime
    act: str
    purpose: str
    channel: str
    within: str
    place: str
    origin: str
    actor: str
    hotel: str
    profile_id: int | None
    point_id: int | None
    address: str
    cause: str
    wording: str
    wording_version: str
    language: str
    words: str
    proof: Mapping[str, Any]


@dataclass(frozen=True)
class Holds:
    """What holds now for one address by one channel at one hotel, purpose by purpose."""

    contact: Contact
    channel: Channel
    marketing: Permission
    survey: Permission
    service: Permission


_COLUMNS = """a.id, a.at, a.said_at, a.act, a.purpose, a.channel, a.within,
  coalesce(CASE a.within WHEN 'property' THEN s.name WHEN 'legal_entity' THEN e.name END, ''),
  a.origin, a.actor, coalesce(h.name, ''), a.profile_id, a.contact_point_id, coalesce(c.value, ''),
  a.cause, a.wording, a.wording_version, a.language, a.words, a.proof"""
_JOINS = """LEFT JOIN contact_point c ON c.id = a.contact_point_id
  LEFT JOIN property h ON h.id = a.property_id
  LEFT JOIN property s ON s.id = a.scope_id AND a.within = 'property'
  LEFT JOIN legal_entity e ON e.id = a.scope_id AND a.within = 'legal_entity'"""


def acts_of(access: Access, profile_ids: Collection[int]) -> list[ToldAct]:
    """What was said by a person with these profiles and about his addresses, newest first."""
    contacts = contacts_of(access, profile_ids)
    readable = {each.point_id for each in contacts}
    hashes = [address_hash(each.kind, each.value) for each in contacts]
    return _told(
        access,
        f"""SELECT {_COLUMNS} FROM consent_act a {_JOINS}
             WHERE a.profile_id = ANY(%s) OR a.contact_point_id = ANY(%s)
                OR (a.address_hash = ANY(%s) AND a.address_hash <> '')
             ORDER BY a.id DESC LIMIT {ACTS_MAX}""",
        [list(profile_ids), sorted(readable), hashes],
        readable,
    )


def suppressed(access: Access, after: int | None = None) -> list[ToldAct]:
    """The addresses that get nothing more, newest first; `after` is the last one shown."""
    rows = _told(
        access,
        f"""SELECT {_COLUMNS} FROM consent_act a {_JOINS}
             WHERE a.act = 'suppress' AND a.id < %s AND NOT EXISTS (
                   SELECT FROM consent_act y
                    WHERE y.act IN ('suppress', 'release') AND y.id > a.id
                      AND y.channel = a.channel AND y.cause = a.cause
                      AND (y.contact_point_id = a.contact_point_id
                           OR (y.address_hash = a.address_hash AND y.address_hash <> '')))
             ORDER BY a.id DESC LIMIT {LISTED_MAX}""",
        [after or (1 << 62)],
        None,
    )
    # Of an address that only other hotels know, nothing is told.
    return [each for each in rows if each.address or each.point_id is None]


def _told(
    access: Access, statement: str, values: Sequence[Any], readable: set[int] | None
) -> list[ToldAct]:
    """Row-level security shows contact points only of his hotels; the role may hide them still."""
    may_read = access.may_anywhere("contact.read")
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    told = []
    for row in rows:
        fields = list(row)
        is_shown = may_read and (readable is None or row[12] in readable)
        fields[13] = row[13] if is_shown else ""
        told.append(ToldAct(*fields))
    return told


def holding(
    access: Access, profile_ids: Collection[int], hotel_ids: Collection[int], now: datetime
) -> list[Holds]:
    """What holds for each current address of these profiles, as far as he reads addresses."""
    current = [
        (each, channel)
        for each in contacts_of(access, profile_ids)
        if each.is_current and each.property_id in hotel_ids
        for channel in Channel
        if POINT_KIND[channel] == each.kind
    ]
    purposes = (Purpose.MARKETING, Purpose.SURVEY, Purpose.SERVICE)
    asked = [
        Asked(each.point_id, each.profile_id, each.property_id or 0, purpose, channel)
        for each, channel in current
        for purpose in purposes
    ]
    answers = permissions.of(asked, now)
    return [
        Holds(each, channel, *answers[place * 3 : place * 3 + 3])
        for place, (each, channel) in enumerate(current)
    ]


def proposed(access: Access) -> list[ProposedOptOut]:
    """Words that wait for a member's reading, oldest first."""
    open_ = ProposedOptOut.objects.filter(decision="").order_by("pk")
    return list(visible_to(access, open_, PROFILES)[:LISTED_MAX])


def statements(access: Access) -> list[CustomerStatement]:
    """Signed statements of his hotels and their companies, those that hold first."""
    mine = CustomerStatement.objects.order_by("ended_at", "-signed_at")
    return [
        each for each in mine if each.property_id is None or each.property_id in access.property_ids
    ]
