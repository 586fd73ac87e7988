"""Named reads for one stay and for one profile, as the reader may see them."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.hotel.models import Property
from staytrue.hotel.names import initials
from staytrue.mirror import canonical, queries
from staytrue.mirror.completeness import Completeness, completeness_of
from staytrue.mirror.lists import PARKED, STAYS, full_name, mail_of
from staytrue.mirror.models import Profile, Reservation
from staytrue.mirror.rules import is_history
from staytrue.staff.access import Access, hides, one_of, redact

PROFILES = "profiles.read"


@dataclass(frozen=True)
class Person:
    """A profile behind a name."""

    id: int
    source_id: str
    name: str
    initials: str
    language: str | None
    kind: str
    mail: str | None


@dataclass(frozen=True)
class OnBoard:
    """A person's part on a stay, all his roles together; `until_at` empty: still."""

    roles: list[str]
    source_id: str
    person: Person | None
    since_at: datetime
    until_at: datetime | None


@dataclass(frozen=True)
class ParkedRecord:
    """The newest record of a stay, which nobody understood: why, and since when it waits."""

    id: int
    code: str
    facts: dict[str, Any]
    reason: str
    parked_at: datetime


@dataclass(frozen=True)
class StaySheet:
    """Everything of one stay; `record` is canonical and redacted."""

    id: int
    hotel: Property
    connection_id: int
    connection: str
    record: dict[str, Any]
    roster: list[OnBoard]
    is_history: bool
    parked: ParkedRecord | None
    read_at: datetime
    line: int
    true_through: datetime | None
    cadence_seconds: int

    @property
    def guest(self) -> Person | None:
        """The main guest as he is on it now."""
        now = [entry for entry in self.roster if entry.until_at is None]
        return next((entry.person for entry in now if "primary" in entry.roles), None)


def stay(access: Access, pk: int) -> StaySheet:
    """One stay; what is not there and what is not his answer alike."""
    found = one_of(
        access, Reservation.objects.select_related("property", "connection"), STAYS, pk=pk
    )
    hotel = found.property
    row = queries.rows("reservation", "id = %s", [pk])[0]
    whole = canonical.reservation(row, canonical.House(hotel.code, hotel.timezone))
    return StaySheet(
        id=found.pk,
        hotel=hotel,
        connection_id=found.connection_id,
        connection=found.connection.name,
        record=redact(whole, access, hotel.pk),
        roster=_roster(access, found),
        is_history=is_history(
            imported=found.imported,
            departure_on=found.departure_on,
            first_seen_at=found.first_seen_at,
            zone=hotel.timezone,
        ),
        parked=_parked(pk),
        read_at=found.read_at,
        line=found.line,
        true_through=_true_through(found.connection_id, "reservation"),
        cadence_seconds=found.connection.cadence_seconds,
    )


def _parked(pk: int) -> ParkedRecord | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT k.id, k.code, k.facts::text, k.reason, k.parked_at
                  FROM reservation r JOIN parked_part k ON {PARKED}
                 WHERE r.id = %s ORDER BY k.seen_at DESC, k.id DESC LIMIT 1""",
            [pk],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    id_, code, facts, reason, at = row
    return ParkedRecord(id_, code, json.loads(facts), reason, at)


def _roster(access: Access, of: Reservation) -> list[OnBoard]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT array_agg(role ORDER BY place), profile, min(since_at), until_at
                 FROM (SELECT *, array_position('{primary,booker,companion}'::text[], role) AS place
                         FROM roster WHERE reservation_id = %s) o
                GROUP BY profile, until_at
                ORDER BY until_at DESC NULLS FIRST, min(place), profile""",
            [of.pk],
        )
        lines = cursor.fetchall()
    known = people(access, of.connection_id, of.property_id, {line[1] for line in lines})
    return [
        OnBoard(roles, source_id, known.get(source_id), since, until)
        for roles, source_id, since, until in lines
    ]


def people(
    access: Access, connection_id: int, property_id: int, source_ids: Collection[str]
) -> dict[str, Person]:
    """The profiles behind these source ids; nobody for those who may not read profiles."""
    if hides(access, "last_name", property_id) or not source_ids:
        return {}
    rows = Profile.objects.filter(connection_id=connection_id, source_id__in=list(source_ids))
    contacts = not hides(access, "emails", property_id)
    return {
        row.source_id: Person(
            row.pk,
            row.source_id,
            full_name(row.first_name, row.last_name, row.second_last_name) or row.source_id,
            initials(row.first_name, row.last_name),
            row.language,
            row.kind,
            mail_of(row.emails) if contacts else None,
        )
        for row in rows
    }


def _true_through(connection_id: int, object: str) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT true_through FROM freshness WHERE connection_id = %s AND object = %s",
            [connection_id, object],
        )
        row = cursor.fetchone()
    return row[0] if row else None


@dataclass(frozen=True)
class ProfileSheet:
    """Everything of one profile; `record` is canonical and redacted."""

    id: int
    hotel: Property | None
    connection: str
    record: dict[str, Any]
    name: str
    read_at: datetime
    line: int
    true_through: datetime | None
    merged_into: Person | None
    money_hidden: bool
    completeness: Completeness | None


def profile(access: Access, pk: int) -> ProfileSheet:
    """One profile; its stays are told by `history_of`."""
    found = one_of(access, Profile.objects.select_related("connection"), PROFILES, pk=pk)
    hotel = Property.objects.filter(pk=found.property_id or 0).first()
    row = queries.rows("profile", "id = %s", [pk])[0]
    house = canonical.House(hotel.code, hotel.timezone) if hotel else canonical.House("", "UTC")
    whole = canonical.profile(row, house)
    into = found.merged_into
    merged = people(access, found.connection_id, found.property_id or 0, {into} if into else ())
    return ProfileSheet(
        id=found.pk,
        hotel=hotel,
        connection=found.connection.name,
        record=redact(whole, access, found.property_id),
        name=full_name(found.first_name, found.last_name, found.second_last_name)
        or found.source_id,
        read_at=found.read_at,
        line=found.line,
        true_through=_true_through(found.connection_id, "profile"),
        merged_into=merged.get(into) if into else None,
        money_hidden=hides(access, "amount", found.property_id),
        # A score says which contacts there are: it is for those who may read them.
        completeness=None
        if hides(access, "emails", found.property_id) or found.kind != "person"
        else completeness_of(whole),
    )
