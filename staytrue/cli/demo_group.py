"""The living hotels of the demo: their PMSs on this machine, connected as a person would connect them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import click
from django.conf import settings

from staytrue.cli.frame import ACTOR
from staytrue.flow import connecting, living, watching
from staytrue.hotel import actions as hotels
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.inbox import actions as inbox
from staytrue.inbox import pace
from staytrue.inbox.models import Connection
from staytrue.kit import clock, database
from staytrue.kit.home import own_secret
from staytrue.lab import group
from staytrue.lab.group import Hotel, Standing
from staytrue.lab.pms.serving import Served, caller
from staytrue.lab.pms.sql_views.housing import Housing
from staytrue.lab.rigs.houses import MewsHouse, OperaHouse, Post
from staytrue.staff import audit

_DATABASE, _READER = "demo_pension", "demo_pension_reader"
# A hotel that lives is promised to be never older than this.
_PROMISE_SECONDS = 900
# Who never calls us is asked often, so that a person who looks sees life.
_ASK_SECONDS = {"opera_cloud": 30, "sql_views": 30}
# A simulated PMS on the same machine bears any number of calls; who waits for the first load does
# not wait for a quarter of a year.
_VALUES: dict[str, dict[str, Any]] = {
    "mews": {"calls_a_minute": "60000", "past_days": "30", "ahead_days": "90"},
    # Without a chain there is no event stream: this hotel is followed by its queue.
    "opera_cloud": {
        "calls_a_minute": "60000",
        "days_behind": "14",
        "days_ahead": "79",
        "chain_code": None,
    },
}
_WAIT_MOST = 60.0


@dataclass
class Neighbour:
    """One living hotel: its PMS, where that answers, and our connection to it."""

    standing: Standing
    link: Connection
    served: Served | None
    post: Post

    def load(self) -> None:
        """Read it until all that is so now is in the mirror."""
        begun = clock.monotonic()
        for pause in living.until_read(self.link, clock.now):
            time.sleep(min(max(pause.total_seconds(), 0.0), _WAIT_MOST))
        took = clock.monotonic() - begun
        click.echo(f"{self.link.name}: read, {took:.1f} s", err=True)

    def be_called(self, port: int) -> None:
        """From now on the PMS calls us at our own web server, if it is one that calls."""
        if isinstance(self.standing.pms, MewsHouse):
            path = connecting.new_address(self.link, by=ACTOR, now=clock.now())
            self.post = caller(f"http://127.0.0.1:{port}{path}")

    def go_on(self) -> None:
        """Let happen in the hotel what happens until now."""
        with ExitStack() as alone:
            if self.served:
                alone.enter_context(self.served.lock)
            self.standing.pms.push(self.post)


@contextmanager
def neighbours(began_on: date) -> Iterator[list[Neighbour]]:
    """The living hotels, open inside the block; the same ones each time this home is used."""
    housing = Housing(_DATABASE, _READER, own_secret(settings.HOME, _READER))
    hotels_ = [one for one in group.LIVING if _can_stand(one)]
    with ExitStack() as until_the_end:
        found = []
        opened = group.standing(clock.now, began_on, housing, hotels_)
        for standing in until_the_end.enter_context(opened):
            served = _served(standing)
            if served:
                until_the_end.enter_context(served)
            link = _connected(standing, served)
            # What happened before somebody could be called is not told any more.
            found.append(Neighbour(standing, link, served, lambda _: 200))
            found[-1].go_on()
        yield found


def _can_stand(hotel: Hotel) -> bool:
    """A PMS with a database of its own needs the embedded server."""
    return hotel.dialect != "sql_views" or database.is_embedded()


def _served(standing: Standing) -> Served | None:
    pms = standing.pms
    if isinstance(pms, MewsHouse):
        return Served(pms.pms.application)
    return Served(pms.pms.answer) if isinstance(pms, OperaHouse) else None


def _connected(standing: Standing, served: Served | None) -> Connection:
    """Our connection to it, made at the first call; its address is another one at each call."""
    hotel, now = standing.hotel, clock.now()
    values: dict[str, Any] = standing.pms.settings()
    if served:
        values |= {"base_url": served.url} | _VALUES[hotel.dialect]
    with scope.everything():
        link = Connection.objects.select_related("property").filter(name=hotel.link).first()
    terms: dict[str, Any] = {"cadence_seconds": _PROMISE_SECONDS, "is_private": True,
                             "by": ACTOR, "now": now}  # fmt: skip
    if link is None:
        with scope.everything(), audit.acting(ACTOR, now, "demo"):
            house = _property(hotel)
        link = connecting.connect(hotel.link, house, hotel.dialect, values, **terms)
        with scope.everything(), audit.acting(ACTOR, now, "demo"):
            if seconds := _ASK_SECONDS.get(hotel.dialect):
                inbox.set_cadence(link, pace.CHANGES, seconds)
        return link
    connecting.change(link, values, **terms)
    if link.stopped_at:
        watching.resume(link, by=ACTOR, now=now)
    return link


def _property(hotel: Hotel) -> Property:
    house = hotel.house
    known = Property.objects.filter(code=house.code).first()
    return known or hotels.add_property(
        house.code, name=house.name, timezone=house.zone.key, country=house.country,
        currency=house.currency, language=hotel.language, city=hotel.city,
        legal_entity=hotel.legal_entity,
    )  # fmt: skip
