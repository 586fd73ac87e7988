"""A hotel where the standard journey runs, with stays as real merges brought them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.hotel.records import Profile, Reservation
from staytrue.inbox.models import Connection
from staytrue.journeys import actions, settling, steps
from staytrue.journeys.models import Journey, JourneyPlace, JourneyVersion
from staytrue.messages.models import Message
from staytrue.messages.planning import Moved
from staytrue.mirror.models import FillRate
from staytrue.mirror.models import Reservation as Row
from staytrue.staff import audit
from tests import make
from tests.consent import scenes
from tests.web import house
from tests.web.house import House

LIVE = datetime(2026, 3, 1, tzinfo=UTC)
BOOKED = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
READ = BOOKED + timedelta(minutes=1)
DAYS = [date(2026, 4, 1) + timedelta(days=20 * n) for n in range(4)]


@dataclass
class Scene:
    """Hotel Sirga with its journey; each reading is a minute after the last."""

    house: House
    at: datetime = READ

    @property
    def sirga(self) -> Property:
        return self.house.sirga

    def people(self, *people: Profile) -> list[int]:
        ids = scenes.told(self.house, *people)
        scenes.kept(ids)
        return ids

    def read(self, *stays: Reservation, at: datetime | None = None, **how: Any) -> list[Moved]:
        """Read these stays and settle what they plan."""
        self.at = at or self.at + timedelta(minutes=1)
        house.take(self.house.link, *stays, made_at=self.at, **how)
        return self.settle(*(stay.number for stay in stays))

    def settle(self, *numbers: str, now: datetime | None = None) -> list[Moved]:
        with scope.everything():
            ids = Row.objects.filter(number__in=numbers).values_list("pk", flat=True)
            return settling.settle(list(ids), now or self.at)

    def messages(self, **where: Any) -> list[Message]:
        with scope.everything():
            return list(Message.objects.filter(**where).order_by("due_at", "pk"))

    def planned(self, number: str = "30117") -> dict[str, Message]:
        """What is still to leave for a stay, by kind."""
        pk = self.house.stay(number)
        return {row.kind: row for row in self.messages(reservation_id=pk, state="planned")}

    def leave(self, number: str, kind: str) -> None:
        """As if this one had left."""
        with scope.everything():
            rows = Message.objects.filter(reservation_id=self.house.stay(number), kind=kind)
            assert rows.update(state="accepted", handed_at=self.at) == 1


def stay(number: str = "30117", **facts: Any) -> Reservation:
    """Claire's stay from 23 to 26 May, booked on the website."""
    given: dict[str, Any] = {"created_at": BOOKED, "channel": "website"} | facts
    return make.reservation(number=number, **given)


def measured(link: Connection, *fields: str) -> None:
    """The capability sheet as the traffic of that spring would have filled it."""
    with scope.everything():
        for day, name in product(DAYS, fields):
            FillRate.objects.create(
                connection=link, property_id=link.property_id, object="profile", field=name,
                day=day, records=20, filled=15,
            )  # fmt: skip


def running(cadence: int = 60, *, of: tuple[steps.Step, ...] = steps.STANDARD) -> Scene:
    """The scene: measured, the journey live since March, read every minute."""
    at = scenes.two_hotels()
    with scope.everything(), audit.acting("tests", LIVE):
        at.link.cadence_seconds = cadence
        at.link.save(update_fields=["cadence_seconds"])
        journey = actions.install_standard("tests", LIVE)
        JourneyVersion.objects.filter(journey=journey).update(
            state="live", live_at=LIVE, steps=steps.stored(of)
        )
        JourneyPlace.objects.create(
            journey=journey, property=at.sirga, live_from=LIVE, switched_on_by="tests"
        )
    measured(at.link, "emails", "birth_date")
    scene = Scene(at)
    scene.people(scenes.person("G1", "Claire Fontanel", "claire@fontanel.example", language="fr"))
    other: dict[str, Any] = {"guests": [house.guest(profile="X1")]}
    house.take(
        at.link,
        make.reservation(number="10001", status="in_house", arrival_on=date(2026, 4, 1), **other),
        make.reservation(
            number="10002", status="checked_out", arrival_on=date(2026, 3, 1), **other
        ),
        made_at=READ - timedelta(minutes=1),
    )
    return scene


def journey() -> Journey:
    with scope.everything():
        return Journey.objects.get()
