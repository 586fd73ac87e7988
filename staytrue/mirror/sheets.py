"""Named reads for one stay and for one profile with all its stays, as the reader may see them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from staytrue.hotel.models import Property
from staytrue.mirror import canonical, queries
from staytrue.mirror.completeness import Completeness, completeness_of
from staytrue.mirror.lists import STAYS, full_name, mail_of
from staytrue.mirror.models import Profile, Reservation
from staytrue.staff.access import Access, hides, one_of, redact

PROFILES = "profiles.read"


@dataclass(frozen=True)
class Person:
    """A profile behind a name."""

    id: int
    source_id: str
    name: str
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
class StaySheet:
    """Everything of one stay; `record` is canonical and redacted."""

    id: int
    hotel: Property
    connection_id: int
    connection: str
    record: dict[str, Any]
    roster: list[OnBoard]
    is_history: bool
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
        is_history=found.imported and found.departure_on < found.first_seen_at.date(),
        read_at=found.read_at,
        line=found.line,
        true_through=_true_through(found.connection_id, "reservation"),
        cadence_seconds=found.connection.cadence_seconds,
    )


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
class StayOfProfile:
    """One stay in the history of a profile; money is None where it is unknown or hidden."""

    id: int
    number: str
    leg: str
    property_id: int
    hotel: str
    status: str
    status_origin: str
    arrival_on: date
    departure_on: date
    nights: int
    room_number: str | None
    room_category: str | None
    rate_code: str | None
    board: str | None
    channel: str
    amount: Decimal | None
    room_amount: Decimal | None
    extras_amount: Decimal | None
    currency: str | None
    out_of_sight_since: datetime | None
    roles: list[str]
    until_at: datetime | None
    handed_to: str | None
    handed_to_name: str


@dataclass
class Totals:
    """What the stays of a profile add up to, in one currency."""

    currency: str
    room: Decimal = Decimal(0)
    extras: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)


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
    stays: list[StayOfProfile]
    former: list[StayOfProfile]
    merged_into: Person | None
    money_hidden: bool
    completeness: Completeness | None
    totals: list[Totals] = field(default_factory=list)

    @property
    def nights(self) -> int:
        """Nights that took place."""
        return sum(stay.nights for stay in self.stays if stay.status == "checked_out")


def profile(access: Access, pk: int) -> ProfileSheet:
    """One profile with every stay it is or was on."""
    found = one_of(access, Profile.objects.select_related("connection"), PROFILES, pk=pk)
    hotel = Property.objects.filter(pk=found.property_id or 0).first()
    row = queries.rows("profile", "id = %s", [pk])[0]
    house = canonical.House(hotel.code, hotel.timezone) if hotel else canonical.House("", "UTC")
    whole = canonical.profile(row, house)
    history = _stays_of(access, found)
    now = [line for line in history if line.until_at is None]
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
        stays=now,
        former=[line for line in history if line.until_at is not None],
        merged_into=merged.get(into) if into else None,
        money_hidden=hides(access, "amount", found.property_id),
        # A score says which contacts there are: it is for those who may read them.
        completeness=None
        if hides(access, "emails", found.property_id) or found.kind != "person"
        else completeness_of(whole),
        totals=totals_of(now),
    )


def _stays_of(access: Access, of: Profile) -> list[StayOfProfile]:
    """Every stay he is on (one line, his roles together) and every one he was taken off."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT r.id, r.number, r.leg, r.property_id, h.name, r.status, r.status_origin,
                      r.arrival_on, r.departure_on, r.nights, r.room_number, r.room_category,
                      r.rate_code, r.board, r.channel, r.amount, r.room_amount, r.extras_amount,
                      r.currency, r.out_of_sight_since, o.roles, o.until_at,
                      CASE WHEN o.until_at IS NOT NULL THEN n.id::text END,
                      concat_ws(' ', n.first_name, n.last_name, n.second_last_name)
                 FROM (SELECT reservation_id, array_agg(DISTINCT role ORDER BY role) AS roles,
                              CASE WHEN bool_or(until_at IS NULL) THEN NULL
                                   ELSE max(until_at) END AS until_at
                         FROM roster WHERE connection_id = %(connection)s AND profile = %(source)s
                        GROUP BY reservation_id) o
                 JOIN reservation r ON r.id = o.reservation_id
                 JOIN property h ON h.id = r.property_id
                 LEFT JOIN profile n ON n.connection_id = r.connection_id
                       AND n.source_id = r.primary_profile
                WHERE r.property_id = ANY(%(ids)s)
                ORDER BY r.arrival_on DESC, r.id DESC""",
            {
                "connection": of.connection_id,
                "source": of.source_id,
                "ids": sorted(access.where(STAYS)),
            },
        )
        return [_without_hidden(access, StayOfProfile(*row)) for row in cursor.fetchall()]


def _without_hidden(access: Access, line: StayOfProfile) -> StayOfProfile:
    hidden: dict[str, Any] = {}
    if hides(access, "room_number", line.property_id):
        hidden["room_number"] = None
    if hides(access, "amount", line.property_id):
        hidden |= {"amount": None, "room_amount": None, "extras_amount": None}
    return StayOfProfile(**(line.__dict__ | hidden))


def totals_of(history: Collection[StayOfProfile]) -> list[Totals]:
    """Spend per currency over stays that took place or are taking place."""
    found: dict[str, Totals] = {}
    for line in history:
        if line.status in ("checked_out", "in_house") and line.currency:
            total = found.setdefault(line.currency, Totals(line.currency))
            total.room += line.room_amount or 0
            total.extras += line.extras_amount or 0
            total.amount += line.amount or 0
    return [found[currency] for currency in sorted(found)]


@dataclass(frozen=True)
class ListedGuest:
    """One line of the guests list."""

    id: int
    name: str
    last_name_key: str
    hotel: str
    kind: str
    language: str | None
    country: str | None
    vip: str | None
    mail: str | None
    merged: bool


def guests(
    access: Access, beginning: str = "", after: tuple[str, int] | None = None, count: int = 50
) -> tuple[list[ListedGuest], bool]:
    """Profiles by folded last name, from a place on; `beginning` is a folded beginning of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.id, p.first_name, p.last_name, p.second_last_name, p.last_name_key, h.name,
                      p.property_id, p.kind, p.language, p.country, p.vip, p.emails::text,
                      p.merged_into IS NOT NULL
                 FROM profile p JOIN property h ON h.id = p.property_id
                WHERE p.property_id = ANY(%(ids)s) AND NOT p.deleted
                  AND p.last_name_key >= %(key)s
                  AND (p.last_name_key, p.id) > (%(key)s, %(id)s)
                  AND (%(open)s OR p.last_name_key < %(end)s)
                ORDER BY p.last_name_key, p.id LIMIT %(limit)s""",
            {
                "ids": sorted(access.where(PROFILES)),
                **_from(beginning, after),
                "open": not beginning,
                "end": beginning + "\U0010ffff",
                "limit": count + 1,
            },
        )
        rows = cursor.fetchall()
    return [_listed_guest(access, row) for row in rows[:count]], len(rows) > count


def _from(beginning: str, after: tuple[str, int] | None) -> Mapping[str, Any]:
    key, id_ = after or (beginning, 0)
    return {"key": key, "id": id_}


def _listed_guest(access: Access, row: Any) -> ListedGuest:
    (
        id_,
        first,
        last,
        second,
        key,
        hotel,
        property_id,
        kind,
        language,
        country,
        vip,
        emails,
        merged,
    ) = row
    mails = None if hides(access, "emails", property_id) else json.loads(emails)
    name = full_name(first, last, second)
    return ListedGuest(id_, name, key, hotel, kind, language, country, vip, mail_of(mails), merged)
