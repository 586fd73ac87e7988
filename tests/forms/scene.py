"""Claire Fontanel with a link to her own pages at Hotel Sirga, and another hotel of her group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.test import Client

from staytrue.consent import permissions
from staytrue.consent.permissions import Asked
from staytrue.consent.purposes import Purpose
from staytrue.hotel import scope
from staytrue.hotel.models import LegalEntity, Property
from staytrue.hotel.records import Email
from staytrue.messages import guest_links
from staytrue.messages.guest_links import Opens, Wanted
from staytrue.staff import audit
from staytrue.staff.models import Ask
from tests import make
from tests.make import NOON
from tests.messages import scene

MAIL = "claire@fontanel.example"


@dataclass
class Claire:
    """The guest, her address, her hotels."""

    house: scene.Scene
    other: Property
    profile: int
    point: int

    def link(self, opens: Opens, *, point: bool = True, **facts: Any) -> str:
        """The path of a fresh link of hers."""
        given: dict[str, Any] = {
            "opens": opens,
            "property_id": self.house.hotel.pk,
            "profile_id": self.profile,
            "channel": "email",
            "language": "en",
            "contact_point_id": self.point if point else None,
            "reservation_id": self.house.stay().pk,
        }
        with scope.everything():
            (path,) = guest_links.make([Wanted(**given | facts)], NOON)
        return path

    def may(self, purpose: Purpose, hotel: Property | None = None, now: datetime = NOON) -> bool:
        """Whether a hotel may write this to her address."""
        at = hotel or self.house.hotel
        (told,) = permissions.of([Asked(self.point, self.profile, at.pk, purpose, "email")], now)
        return told.allowed


def build(*mails: Email) -> Claire:
    """She comes on 23 May; Hotel Sirga and Hotel Estuario are run by one company."""
    house = scene.build()
    with scope.everything(), audit.acting("tests", NOON, "a test"):
        company = LegalEntity.objects.create(name="Tres Ríos SL", country="ES")
        other = make.hotel("EST", name="Hotel Estuario", legal_entity=company)
        Property.objects.filter(pk=house.hotel.pk).update(legal_entity=company)
    if mails:
        house.tells(make.profile(language="en", emails=list(mails)))
    return Claire(house, other, house.person(), point_of(mails[0].address if mails else MAIL))


def point_of(address: str) -> int:
    """The contact point with this address."""
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM contact_point WHERE value = %s", [address])
        row = cursor.fetchone()
    assert row
    return int(row[0])


def visitor() -> Client:
    """Somebody with a link and nothing else, on a server that checks every form."""
    return Client(enforce_csrf_checks=True)


def asks() -> dict[str, dict[str, Any]]:
    """What is asked now: kind → facts."""
    with scope.everything():
        return {ask.kind: ask.facts for ask in Ask.objects.filter(closed_at=None)}


def acts() -> list[tuple[str, str, str, str]]:
    """Every consent act: act, purpose, within, origin."""
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute("SELECT act, purpose, within, origin FROM consent_act ORDER BY id")
        return list(cursor.fetchall())
