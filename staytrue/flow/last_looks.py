"""The last look into a living PMS before a message leaves: one reservation, read at that moment.

What it says is kept and applied like any other reading; the gate decides on what is so then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from staytrue.connectors import registry
from staytrue.connectors.base import Hint, Http
from staytrue.connectors.envelope import Part
from staytrue.flow import hearing, outgoing, parcels
from staytrue.flow.parcels import Talk
from staytrue.hotel import records, scope
from staytrue.inbox import secrets
from staytrue.inbox.models import Connection
from staytrue.inbox.parcels import Reading
from staytrue.kit import clock
from staytrue.kit.errors import Misconfigured, Refused, Temporary, Unreadable
from staytrue.messages.case import Told
from staytrue.mirror.models import Reservation

SECONDS = 2.0
"""No call of one look begins later than this: the next messages wait for it."""


@dataclass(frozen=True)
class LastLooks:
    """The PMSs of this installation that live; `http` replaces the way out."""

    clock: Callable[[], datetime] = clock.now
    http: Callable[[Connection], Http] | None = None

    def hotels(self) -> frozenset[int]:
        """Hotels that can be asked about every stay now: by each feed, or by one for look-ups."""
        can: dict[int, list[bool]] = defaultdict(list)
        beside: set[int] = set()
        with scope.everything():
            for link in Connection.objects.all():
                if not link.lookups_only:
                    can[link.property_id].append(_is_askable(link))
                elif _is_askable(link):
                    beside.add(link.property_id)
        return frozenset(beside.union(id_ for id_, each in can.items() if all(each)))

    def ask(self, reservation_id: int, now: datetime) -> Told:  # noqa: ARG002
        """What the PMS says of this stay, against what is mirrored."""
        with scope.everything():
            stay = Reservation.objects.select_related("connection__property").get(pk=reservation_id)
            link = _way_to(stay)
        if link is None:
            return Told.UNREACHABLE
        try:
            if link.lookups_only:
                return self._compare(link, stay)
            talk = self._talk(link)
            with hearing.to_the_end(talk):
                return self._read(talk, stay)
        except (Temporary, Misconfigured, Refused, Unreadable):
            # Why is the living loop's to tell: it speaks with this PMS all the time.
            return Told.UNREACHABLE

    def _read(self, talk: Talk, stay: Reservation) -> Told:
        at = talk.next_instant()
        parcel = talk.connector.read(Hint("reservation", stay.number), talk.http, talk.settings(at))
        if parcel is None:
            return Told.NOT_FOUND
        with scope.everything(), transaction.atomic():
            kept = parcels.keep(talk, [Part.of(parcel)], at, by=Reading.NAMED)
        if kept:
            parcels.apply(talk, kept)
        with scope.everything():
            is_same = Reservation.objects.filter(
                pk=stay.pk, content_hash=stay.content_hash
            ).exists()
        return Told.SAME if is_same else Told.DIFFERS

    def _compare(self, link: Connection, stay: Reservation) -> Told:
        """By a connection that mirrors nothing: what a message hangs on, against our copy."""
        talk = self._talk(link)
        settings = talk.settings(talk.clock())
        parcel = talk.connector.read(Hint("reservation", stay.number), talk.http, settings)
        if parcel is None:
            return Told.NOT_FOUND
        said = [
            each
            for item in talk.connector.translate(parcel.body, settings, parcel.context)
            for each in item.reservations
            if each.number == stay.number
        ]
        # A booking of one leg counts its legs as each PMS likes.
        of_leg = [each for each in said if each.leg == stay.leg] or said
        if len(of_leg) != 1:
            return Told.NOT_FOUND
        is_same = _told(of_leg[0]) == (stay.status, stay.arrival_on, stay.departure_on)
        return Told.SAME if is_same else Told.DIFFERS

    def _talk(self, link: Connection) -> Talk:
        slow = Temporary("The PMS answers too slowly before a message.", "look_slow")
        way = outgoing.InTime(self._way(link), SECONDS, slow)
        return parcels.talk(link, self.clock, way)

    def _way(self, link: Connection) -> Http:
        if self.http is not None:
            return self.http(link)
        with scope.everything():
            return outgoing.way_out(link, secrets.opened(link), is_urgent=True)


def _way_to(stay: Reservation) -> Connection | None:
    """The connection that mirrors it where it can be asked, else the hotel's one for look-ups."""
    if _is_askable(stay.connection):
        return stay.connection
    beside = Connection.objects.select_related("property").filter(
        property_id=stay.property_id, lookups_only=True
    )
    return next((each for each in beside.order_by("pk") if _is_askable(each)), None)


def _told(said: records.Reservation) -> tuple[str, date, date]:
    return said.status, said.arrival_on, said.departure_on


def _is_askable(link: Connection) -> bool:
    return link.stopped_at is None and registry.live(link.dialect) is not None
