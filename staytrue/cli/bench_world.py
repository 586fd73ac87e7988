"""The invented hotel that the benches of messages share: coming stays, guests who can be reached,
approved texts, a live journey. Everything came the way it comes in life.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from staytrue.cli import bench_import
from staytrue.cli.bench_import import Size
from staytrue.cli.frame import ACTOR
from staytrue.consent import actions as consent
from staytrue.hotel import actions as hotel
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.inbox import actions as inbox
from staytrue.inbox.models import Connection
from staytrue.journeys import actions as journeys
from staytrue.journeys.models import JourneyPlace, JourneyVersion
from staytrue.kit import database
from staytrue.kit.asking import ask
from staytrue.kit.errors import Refused
from staytrue.lab import bulk
from staytrue.messages.writing import letterheads, versions
from staytrue.messages.writing.standard_set import EMAIL, SETS
from staytrue.mirror.models import Freshness
from staytrue.staff import audit
from staytrue.staff.access import house_access

_CADENCE_SECONDS = 300
_BEFORE = timedelta(days=90)


@dataclass(frozen=True)
class World:
    """The hotel and its feed."""

    house: Property
    link: Connection


def planned(home: Path, size: Size, now: datetime) -> World:
    """The same hotel with its journey running; one that this home has already is taken as it is."""
    with scope.everything():
        runs = JourneyPlace.objects.exists()
    if not runs:
        # Not within the scope: it is a transaction, and a VACUUM waits for it.
        world = build(home, size.reservations, size.profiles, now)
        start_journey(world.house, now)
        return world
    with scope.everything():
        world = World(Property.objects.get(), Connection.objects.get())
        ((stays,),) = ask("SELECT count(*) FROM reservation")
    if stays != size.reservations:
        raise Refused(
            f"The home holds {stays} stays, not {size.reservations}. Say --reservations {stays}, or"
            " give another home.",
            "bench_other_home",
        )
    return world


def build(home: Path, reservations: int, profiles: int, now: datetime) -> World:
    """A hotel whose stays are all still to come, read from its PMS's export."""
    with scope.everything(), audit.acting(ACTOR, now):
        house = hotel.add_property(
            "BIO", name="Hotel Sirga", timezone="Europe/Madrid", country="ES", currency="EUR",
            city="Bilbao",
        )  # fmt: skip
        link = inbox.connect("bench", house, "export_files", {}, now=now)
        Connection.objects.filter(pk=link.pk).update(cadence_seconds=_CADENCE_SECONDS)
    files = bulk.write_bulk(home / "files", reservations, profiles, today=now.date(), days_behind=0)
    bench_import.take(link, files, Size(reservations, profiles))
    for _last in consent.keep_all(now):
        # Each is a transaction of its own.
        pass
    _words(house, now)
    _settings(house, link, now)
    with database.address("owner").connect(autocommit=True) as server:
        # As a server's own autovacuum does sooner or later.
        server.execute("VACUUM ANALYZE")
    return World(house, link)


def start_journey(house: Property, now: datetime) -> None:
    """The standard journey, live since long."""
    access, since = house_access(ACTOR), now - _BEFORE
    with scope.everything(), audit.acting(ACTOR, now):
        journey = journeys.install_standard(ACTOR, since)
        # Approved and rehearsed by nobody: a bench has no second person.
        JourneyVersion.objects.filter(journey=journey).update(state="live", live_at=since)
        journeys.switch_on(access, journey, house, since, leave_out=True)


def _words(house: Property, now: datetime) -> None:
    head = {"colour": "#162a22", "legal_line": "Sirga Hoteles S.L., Bilbao"}
    with scope.everything():
        letterheads.set_letterhead(house_access(ACTOR), house, head, now)
        versions.adopt_standard(
            house_access(ACTOR), [each for each in SETS if each[1] == EMAIL], now
        )


_DOOR = """
  INSERT INTO gate_setting (property_id, limits, without_check_in, shared_above, look_ups_per_hour,
                            quiet_from, quiet_until, cap_messages, cap_days)
  VALUES (%s, '{}', '{}', 5, 120, '00:00', '00:00', 0, 7)"""


def _settings(house: Property, link: Connection, now: datetime) -> None:
    """No quiet hours and no cap: a bench may run at night, and its guests get many mails."""
    with scope.everything(), audit.acting(ACTOR, now):
        ask(_DOOR, [house.pk])
        Freshness.objects.filter(connection=link).update(true_through=now)
