"""`staytrue demo`: an invented group of four hotels, read like any hotel's PMS is read.

Hotel Sirga has a year behind it and exports files: every other minute again, into the folder that
the worker watches. The three others live (`demo_group`). Called again on a later day, it catches up.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from django.conf import settings

from staytrue.cli import demo_group, demo_loyalty, demo_messages
from staytrue.cli.demo_group import Neighbour
from staytrue.cli.frame import ACTOR, Answer, answers
from staytrue.cli.running import alone, supervise
from staytrue.flow import closing, intake, worker
from staytrue.hotel import actions as hotel
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.inbox import actions as inbox
from staytrue.inbox.models import Connection, Delivery, ParkedPart
from staytrue.kit import clock, database
from staytrue.kit.errors import Refused
from staytrue.lab import demo as invented
from staytrue.lab import group, trusting
from staytrue.lab.demo import Year
from staytrue.lab.files import Delivery as Export
from staytrue.mirror.models import Freshness, Profile, Reservation
from staytrue.staff import actions as staff
from staytrue.staff import audit
from staytrue.staff.access import house_access
from staytrue.staff.actions import RoleAt

_CODE, _ZONE, _LINK = "BIO", ZoneInfo("Europe/Madrid"), "sirga-files"
_MAPPINGS = {"guests_*": "staytrue_guests", "stays_*": "staytrue_stays"}
# Exports are made at 03:10: before that, the newest is yesterday's.
_EXPORT_AFTER = timedelta(hours=3, minutes=10)
_CATCH_UP_DAYS = 30
_LIVE_EVERY = timedelta(minutes=2)
# Files that stay in the outbox: a demo may run for days.
_KEPT = 20
_MEMBERS = {
    "admin@sirga.example": ("Amaia Etxeberria", "administrator"),
    "manager@sirga.example": ("Luc Moreau", "general_manager"),
    "desk@sirga.example": ("Jon Ibarra", "front_desk"),
    "kitchen@sirga.example": ("Marta Ruiz", "department"),
}
_AT_ONE_HOTEL = ("front_desk", "department")


@click.command
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--once", is_flag=True, help="Load, settle, print the figures, stop.")
@answers
def demo(port: int, *, once: bool) -> Answer:
    """Run a demo hotel from nothing, live."""
    with alone(), database.running():
        now = clock.now()
        database.migrate(now)
        scene = _prepared(now)
        scene.catch_up(now)
        with demo_group.neighbours(scene.year.today) as others:
            for other in others:
                other.load()
            worker.until_idle()
            demo_messages.prepare(now)
            demo_loyalty.prepare(now)
            document = _document(scene, others)
            lines = _in_words(document)
            if once:
                return Answer(document, lines)
            for line in lines:
                click.echo(line, err=True)
            for other in others:
                other.be_called(port)
            supervise(port, also=lambda: _go_on(scene, others))
    return Answer(document, ["Stopped."])


@dataclass
class Scene:
    """The demo hotel, its invented PMS, and the folder between the two."""

    link: Connection
    year: Year
    password: str
    newest: datetime | None = None
    outbox: Path = field(init=False)

    def __post_init__(self) -> None:
        self.outbox = Path(str(self.link.settings["folder"]))

    def catch_up(self, now: datetime) -> None:
        """Take in every export up to now that was not yet; the past as history, without brakes."""
        with scope.everything():
            known = set(
                Delivery.objects.filter(connection=self.link).values_list("name", flat=True)
            )
        exports = [self.year.history, *self.year.days, *self._missed(now)]
        for export in exports:
            if not known.issuperset(path.name for path in export.paths):
                _take(self.link, export)
                closing.close_days(min(now, export.made_at + timedelta(hours=2)))
        self.newest = now

    def _missed(self, now: datetime) -> list[Export]:
        """The exports of the days since the demo was first called, as far as it looks back."""
        last = (now.astimezone(_ZONE) - _EXPORT_AFTER).date()
        days = min((last - self.year.today).days, _CATCH_UP_DAYS)
        house = self.year.world.house
        at = _EXPORT_AFTER // timedelta(minutes=1)
        return [
            invented.live(self.year, house.instant(last - timedelta(days=back), at))
            for back in reversed(range(days))
        ]

    def go_on(self) -> None:
        """Let the invented PMS export again when it is time; the worker finds the files."""
        now = clock.now()
        if self.newest and now - self.newest < _LIVE_EVERY:
            return
        self.newest = now
        for path in invented.live(self.year, now).paths:
            # Complete or not there: a watched folder must never show half a file.
            path.rename(self.outbox / path.name)
        for taken in sorted(self.outbox.iterdir(), key=lambda path: path.stat().st_mtime)[:-_KEPT]:
            taken.unlink()


def _prepared(now: datetime) -> Scene:
    """The demo hotel as it stands in this home; made at the first call."""
    home = settings.HOME / "demo"
    with scope.everything():
        link = Connection.objects.select_related("property").filter(name=_LINK).first()
        if link is None and Property.objects.exists():
            raise Refused(
                f"{settings.HOME} holds a hotel of its own, and a demo does not mix with it. Set "
                "STAYTRUE_HOME to another directory.",
                "home_not_empty",
            )
    if link is None:
        today = (now.astimezone(_ZONE) - _EXPORT_AFTER).date()
        link, password = _made(home, today, now)
    else:
        today = date.fromisoformat(link.settings["began_on"])
        password = (home / "password").read_text(encoding="ascii")
    year = invented.write_year(
        home / "exports", today=today, property_code=_CODE, travellers=group.travellers(today)
    )
    return Scene(link, year, password)


def _made(home: Path, today: date, now: datetime) -> tuple[Connection, str]:
    outbox = home / "outbox"
    outbox.mkdir(parents=True, exist_ok=True)
    password = secrets.token_urlsafe(12)
    handle = home / "password"
    handle.touch(mode=0o600)
    handle.write_text(password, encoding="ascii")
    given = {"folder": str(outbox), "mappings": _MAPPINGS, "began_on": today.isoformat()}
    with scope.everything(), audit.acting(ACTOR, now, "demo"):
        hotel.name_group("Sirga Hotels")
        house = hotel.add_property(
            _CODE, name="Hotel Sirga", timezone=_ZONE.key, country="ES", currency="EUR",
            language="es", city="Bilbao", legal_entity="Sirga Hoteles S.L.",
        )  # fmt: skip
        link = inbox.connect(_LINK, house, "export_files", given, now=now)
        for email, (name, role) in _MEMBERS.items():
            at = house.pk if role in _AT_ONE_HOTEL else None
            staff.create_member(
                house_access(ACTOR), email, name, [RoleAt(role, at)], password=password
            )
        # Whoever only looks at invented guests need not fetch his phone.
        staff.set_policy(house_access(ACTOR), "nobody", 3)
        trusting.join_by_cascade(ACTOR, now)
    return link, password


def _take(link: Connection, export: Export) -> None:
    for path in export.paths:
        outcome = intake.import_file(link, path, history=export.history, now=export.available_at)
        click.echo(f"{path.name}: {outcome.read} read, {outcome.seconds} s", err=True)


def _go_on(scene: Scene, others: Sequence[Neighbour]) -> None:
    scene.go_on()
    for other in others:
        other.go_on()


def _document(scene: Scene, others: Sequence[Neighbour]) -> dict[str, Any]:
    """What the demo answers: Hotel Sirga's figures, those of each hotel, and how to sign in."""
    hotels = [_figures(link) for link in (scene.link, *(other.link for other in others))]
    roles = {email: role for email, (_, role) in _MEMBERS.items()}
    messages = demo_messages.figures()
    return {
        **hotels[0],
        "hotels": hotels,
        "messages": messages,
        "check_outs": demo_loyalty.figures(),
        "password": scene.password,
        "members": roles,
    }


def _figures(link: Connection) -> dict[str, Any]:
    with scope.everything():
        stays = Reservation.objects.filter(connection=link)
        statuses = Counter(stays.values_list("status", flat=True))
        deliveries = Delivery.objects.filter(connection=link)
        parked = ParkedPart.objects.filter(connection=link, state=ParkedPart.State.PARKED)
        feed = Freshness.objects.filter(connection=link, object="reservation").first()
        through = feed.true_through if feed else None
        return {
            "property": link.property.code,
            "name": link.property.name,
            "connection": link.name,
            "dialect": link.dialect,
            "reservations": statuses.total(),
            "by_status": dict(sorted(statuses.items())),
            "profiles": Profile.objects.filter(connection=link).count(),
            "deliveries": deliveries.count(),
            "held": deliveries.filter(state=Delivery.State.HELD).count(),
            "parked": parked.count(),
            "out_of_sight": stays.exclude(out_of_sight_since=None).count(),
            "true_through": through.isoformat() if through else None,
        }


def _in_words(document: dict[str, Any]) -> list[str]:
    return [
        *(line for hotel in document["hotels"] for line in _of_hotel(hotel)),
        demo_messages.in_words(document["messages"]),
        demo_loyalty.in_words(document["check_outs"]),
        f"Sign in with the password {document['password']} as",
        *(f"  {email}  {role}" for email, role in document["members"].items()),
    ]


def _of_hotel(hotel: dict[str, Any]) -> list[str]:
    statuses = ", ".join(f"{count} {word}" for word, count in hotel["by_status"].items())
    through = hotel["true_through"]
    till = f"{datetime.fromisoformat(through):%Y-%m-%d %H:%M %Z}" if through else "nothing yet"
    return [
        f"{hotel['name']} ({hotel['dialect']}): {hotel['reservations']} reservations ({statuses}),",
        f"  {hotel['profiles']} profiles, {hotel['deliveries']} deliveries, "  # noqa: ISC004
        f"{hotel['parked']} parked, {hotel['out_of_sight']} out of sight, "
        f"true through {till}.",
    ]
