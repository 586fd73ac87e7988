"""What a PMS said before its reading broke off: a stay it showed otherwise is in doubt.

A reading is kept once all that belongs to it has come. Where a later call of it fails, the whole is
asked for again; until then no message may rest on what the mirror still shows of these stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from django.db import DatabaseError

from staytrue.connectors import base
from staytrue.hotel import scope
from staytrue.inbox import wanted
from staytrue.inbox.models import Connection
from staytrue.inbox.wanted import HEARD, Want
from staytrue.kit.errors import Misconfigured, Refused, Temporary, Unreadable
from staytrue.kit.http import Response
from staytrue.mirror import near
from staytrue.mirror.near import Shown


@dataclass
class Heard:
    """A way to a PMS that remembers each whole answer until what was read with it is kept."""

    http: base.Http
    bodies: list[bytes] = field(default_factory=list)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Response:
        """The answer as it is."""
        answer = self.http.request(method, url, headers=headers, body=body)
        if answer.status == 200 and answer.body:
            self.bodies.append(answer.body)
        return answer

    def forget(self) -> None:
        """What was heard until now is kept, or told nothing."""
        self.bodies.clear()


class Spoken(Protocol):
    """What is needed of a conversation: see `parcels.Talk`."""

    @property
    def link(self) -> Connection: ...
    @property
    def connector(self) -> base.Live: ...
    @property
    def http(self) -> base.Http: ...
    def clock(self) -> datetime: ...
    def settings(self, at: datetime) -> base.Settings: ...


@contextmanager
def to_the_end(talk: Spoken) -> Iterator[None]:
    """Where this breaks off, what was heard in it and not kept puts its stays in doubt."""
    try:
        yield
    except (Temporary, Misconfigured, Refused, Unreadable, DatabaseError):
        # A database that is gone keeps no doubt either.
        with suppress(DatabaseError):
            doubt(talk)
        raise


def doubt(talk: Spoken) -> list[str]:
    """Numbers of stays that were just heard to be other than they are here: to be read by name."""
    if not isinstance(talk.http, Heard) or not talk.http.bodies:
        return []
    now = talk.clock()
    told = _told(talk.connector, talk.http.bodies, talk.settings(now))
    talk.http.forget()
    with scope.everything():
        numbers = near.differing(talk.link.pk, told)
        wants = [Want("reservation", number, {HEARD: now.isoformat()}) for number in numbers]
        wanted.want(talk.link, wants, now)
    return numbers


def _told(connector: base.Live, bodies: Sequence[bytes], settings: base.Settings) -> list[Shown]:
    """Status and days of every stay in these answers, the last that was said of each."""
    told: dict[tuple[str, str], Shown] = {}
    for body in bodies:
        with suppress(Unreadable):
            for item in connector.translate(body, settings):
                for stay in item.reservations:
                    told[stay.number, stay.leg] = Shown(
                        stay.number, stay.leg, stay.status, stay.arrival_on, stay.departure_on
                    )
    return list(told.values())
