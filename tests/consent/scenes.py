"""Profiles and stays as two hotels tell them, with their contact points kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection

from staytrue.consent import actions
from staytrue.consent.models import ContactPoint, ContactUse
from staytrue.hotel import scope
from staytrue.hotel.records import Consent, Email, Phone, Profile
from tests import make
from tests.make import NOON
from tests.web import house
from tests.web.house import House


def two_hotels() -> House:
    """Hotel Sirga, and another of the group."""
    sirga = make.hotel("BIO")
    other = make.hotel("LYO", name="Hôtel Traboule", country="FR")
    return House(sirga, other, make.link(sirga), make.link(other, "lyo-files"))


def person(id_: str, name: str, *emails: str, marketing: str = "", **facts: Any) -> Profile:
    """A profile with these addresses."""
    first, _, last = name.partition(" ")
    phones = [Phone(raw) for raw in facts.pop("phones", ())]
    consents = [Consent("marketing", "email", marketing)] if marketing else []
    mails = [Email(email, masked=email.endswith("booking.com")) for email in emails]
    return Profile(source_id=id_, first_name=first, last_name=last, emails=mails, phones=phones,
                   consents=consents, **facts)  # fmt: skip


def told(at: House, *people: Profile, day: int = 0, there: bool = False) -> list[int]:
    """A hotel tells of these people, so many days later; their ids."""
    link = at.other_link if there else at.link
    house.take(link, *people, made_at=NOON + timedelta(days=day))
    return [at.guest(each.source_id) for each in people]


def kept(ids: Sequence[int]) -> set[int]:
    """Keep and learn their contact points; those touched."""
    with scope.everything():
        touched = actions.keep_contacts(ids, NOON)
        actions.learn_roles(touched, NOON)
        return touched


def stays(at: House, *profiles: str, channel: str = "website", **facts: Any) -> None:
    """A reservation for each of these profiles, a week apart."""
    records = [
        make.reservation(
            number=f"{profile}-{channel}", channel=channel,
            arrival_on=date(2026, 6, 1) + timedelta(weeks=week),
            guests=[house.guest(profile=profile)], **facts,
        )
        for week, profile in enumerate(profiles)
    ]  # fmt: skip
    house.take(at.link, *records)
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO roster (reservation_id, property_id, connection_id, role, profile, since_at)
               SELECT r.id, r.property_id, r.connection_id, 'primary', r.primary_profile, r.read_at
                 FROM reservation r WHERE NOT EXISTS (
                   SELECT FROM roster o WHERE o.reservation_id = r.id)"""
        )


def point(value: str) -> ContactPoint:
    """The contact point of this value."""
    with scope.everything():
        return ContactPoint.objects.get(value=value)


def uses() -> list[tuple[str, str, int | None, int | None]]:
    """Every use: profile, value, and the days after noon since when and until when it holds."""
    with scope.everything():
        found = ContactUse.objects.order_by("profile_id", "contact_point__value", "since_at")
        values = found.values_list("profile_id", "contact_point__value", "since_at", "until_at")
        return [
            (str(profile), value, (since - NOON).days, (until - NOON).days if until else None)
            for profile, value, since, until in values
        ]
