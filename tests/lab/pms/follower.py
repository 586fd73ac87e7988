"""A mirror in a dictionary: takes what a live connector brings, as the line will, without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from staytrue.connectors.base import Bookmark, Hint, Live, Settings
from staytrue.hotel.records import Parked, Profile, Reservation
from staytrue.kit.errors import Temporary
from staytrue.kit.http import Response
from staytrue.lab.pms.serving import Application, Request


class Wire:
    """The far side without a socket: requests go straight into the simulated server."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.asked: list[tuple[str, str]] = []

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Any = None,
        body: bytes = b"",
    ) -> Response:
        """The reply, as kit.http would give it."""
        self.asked.append((method, url))
        reply = self.application(Request.to(method, url, headers, body))
        low = {name.lower(): value for name, value in reply.headers.items()}
        return Response(reply.status, low, b"" if method == "HEAD" else reply.body, 0.0)


class Clock:
    """Virtual time."""

    def __init__(self, now: datetime) -> None:
        self.instant = now

    def __call__(self) -> datetime:
        return self.instant


@dataclass
class Follower:
    """What was read, newest version of each, and what is still to be read again."""

    connector: Live
    http: Wire
    settings: Callable[[datetime], Settings]
    clock: Clock
    bookmark: Bookmark = field(default_factory=dict)
    waiting: dict[tuple[str, str], Hint] = field(default_factory=dict)
    reservations: dict[str, Reservation] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    parked: list[Parked] = field(default_factory=list)
    rest_until: datetime | None = None

    def poll(self) -> None:
        """One turn: fetch, keep, read what became different. A busy server gives a rest."""
        if self.rest_until and self.clock() < self.rest_until:
            return
        settings = self.settings(self.clock())
        try:
            deliveries = self.connector.fetch(self.bookmark, self.http, settings, self.clock())
            for delivery in deliveries:
                if delivery.body and delivery.object in self.connector.signals:
                    for found in self.connector.translate(delivery.body, settings):
                        self.take_hints(found.hints)
                self.bookmark = delivery.bookmark or self.bookmark
            for key in list(self.waiting):
                self.take(self.waiting[key], settings)
                del self.waiting[key]
        except Temporary as busy:
            seconds = busy.facts.get("retry_after") or 1.0
            self.rest_until = self.clock() + timedelta(seconds=float(seconds))

    def take_hints(self, hints: list[Hint]) -> None:
        """Remember what to read; the facts of equal hints come together."""
        for hint in hints:
            known = self.waiting.setdefault((hint.entity, hint.id), hint)
            known.facts.update(hint.facts)

    def take(self, hint: Hint, settings: Settings) -> None:
        """Read one thing, and the guests that were never read."""
        delivery = self.connector.read(hint, self.http, settings)
        if delivery is None:
            return
        for found in self.connector.translate(delivery.body, settings, delivery.context):
            self.parked += found.parked
            for stay in found.reservations:
                self.reservations[stay.number] = stay
                for guest in stay.guests:
                    if guest.profile not in self.profiles:
                        self.take_hints([Hint("profile", guest.profile)])
            for profile in found.profiles:
                self.profiles[profile.source_id] = profile

    def run(self, until: datetime, step: timedelta) -> Iterator[datetime]:
        """Poll at every step of virtual time."""
        while self.clock() < until:
            self.clock.instant += step
            self.poll()
            yield self.clock()


def differences(mirror: dict[str, Any], truth: dict[str, Any], left_out: set[str]) -> list[str]:
    """Field by field: what the mirror lacks, has too much, or holds otherwise."""
    found = [f"{key}: missing" for key in truth.keys() - mirror.keys()]
    found += [f"{key}: too much" for key in mirror.keys() - truth.keys()]
    for key in truth.keys() & mirror.keys():
        ours, theirs = (msgspec.structs.asdict(one[key]) for one in (mirror, truth))
        found += [
            f"{key}.{name}: {ours[name]!r} instead of {theirs[name]!r}"
            for name in theirs
            if name not in left_out and ours[name] != theirs[name]
        ]
    return sorted(found)
