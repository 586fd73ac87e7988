"""What people set up before a group of hotels sends: texts, journey, statement, outlets, arming."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from staytrue.consent import desk
from staytrue.hotel import actions as hotels
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.journeys import actions as journeys
from staytrue.journeys import rehearsing, steps
from staytrue.journeys.models import JourneyVersion
from staytrue.lab.rigs.world import Hotel
from staytrue.messages import outlets
from staytrue.messages.carriers.base import Sender
from staytrue.messages.writing import letterheads, versions
from staytrue.staff import audit
from staytrue.staff.access import Access, house_access

PEOPLE = "rig"
CUSTOMERS_SINCE = timedelta(days=3 * 365)
DAY_LIMIT = 100_000
TEXTS = [(step.kind, step.channel) for step in steps.STANDARD]


def hotel(of: Hotel, now: datetime) -> Property:
    """A hotel of the group, as an administrator enters it."""
    house = of.house
    with scope.everything(), audit.acting(PEOPLE, now):
        return hotels.add_property(
            house.code, name=house.name, timezone=house.zone.key, country=house.country,
            currency=house.currency, language=of.language, city="",
            legal_entity=of.legal_entity,
        )  # fmt: skip


def furnished(places: Sequence[Property], port: int, now: datetime) -> None:
    """Everything that a group does before its first message, by people with every right."""
    with scope.everything():
        access = house_access(PEOPLE)
        for each in places:
            line = f"{each.name} Ltd, 1 Quay Street"
            letterheads.set_letterhead(access, each, {"legal_line": line, "colour": "#1f4f46"}, now)
        versions.adopt_standard(access, TEXTS, now)
        _state(access, places, now)
        _run(access, places, now)
    for each in places:
        give_outlet(each, port, now)
        arm(each, now)


def arm(place: Property, now: datetime) -> None:
    """Let a hotel send."""
    outlets.arm(place, "email", by=PEOPLE, now=now, limit=DAY_LIMIT)


def give_outlet(place: Property, port: int, now: datetime) -> None:
    """The way out of a hotel to the post of the rig."""
    given = {"host": "127.0.0.1", "port": port, "security": "none", "per_minute": 0}
    with scope.everything(), audit.acting(PEOPLE, now):
        outlets.set_up(
            place, "email", "smtp", given, Sender(f"stay@{place.code.lower()}.example", place.name)
        )


def _state(access: Access, places: Sequence[Property], now: datetime) -> None:
    since = (now - CUSTOMERS_SINCE).date()
    for each in places:
        desk.sign_statement(
            access, each, "Told at booking that we write of news, and how to say no.", "en",
            since, now,
        )  # fmt: skip


def _run(access: Access, places: Sequence[Property], now: datetime) -> None:
    journey = journeys.install_standard(PEOPLE, now)
    version = JourneyVersion.objects.get(journey=journey)
    rehearsing.rehearse(version, PEOPLE, now)
    version.refresh_from_db()
    journeys.approve(access, version, now)
    journeys.go_live(access, version, now)
    for each in places:
        journeys.switch_on(access, journey, each, now, leave_out=True)
