"""A mirror in a dictionary that follows the simulated Mews, as the line will, without it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from staytrue.connectors.base import Bookmark, Delivery, Hint, Settings
from staytrue.connectors.mews import connector
from staytrue.hotel.records import Parked, Profile, Reservation
from staytrue.kit.errors import Temporary
from staytrue.lab.pms.mews import ACCESS_TOKEN, CLIENT_TOKEN, Mews
from tests.lab.pms.follower import Clock, Wire, differences

LEFT_OUT = {"custom", "source_channel", "source_segment", "source_payment", "source_board"}


def settings_at(now: datetime, **values: Any) -> Settings:
    """The connection's settings. The property's zone is wrong on purpose: Mews tells its own."""
    tokens = {"client_token": CLIENT_TOKEN, "access_token": ACCESS_TOKEN,
              "base_url": "http://lab.example"}  # fmt: skip
    return Settings("BIO", "UTC", "ES", "EUR", now, tokens | values)


@dataclass
class Follower:
    """What was read, the newest version of each; an older one never wins."""

    pms: Mews
    clock: Clock
    values: dict[str, Any] = field(default_factory=dict)
    bookmark: Bookmark = field(default_factory=dict)
    reservations: dict[str, Reservation] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    parked: list[Parked] = field(default_factory=list)
    hints: dict[tuple[str, str], Hint] = field(default_factory=dict)
    rest_until: datetime | None = None
    rests: int = 0

    def __post_init__(self) -> None:
        self.http = Wire(self.pms.application)

    def poll(self) -> bool:
        """One turn; whether it came to its end. A busy server gives a rest."""
        now = self.clock()
        if self.rest_until and now < self.rest_until:
            return False
        settings = settings_at(now, **self.values)
        try:
            for parcel in connector.fetch(self.bookmark, self.http, settings, now):
                self.take(parcel)
                self.bookmark = parcel.bookmark or self.bookmark
            if self.hints:
                for parcel in connector.read_all(list(self.hints.values()), self.http, settings):
                    self.take(parcel)
                self.hints.clear()
        except Temporary as busy:
            self.rests += 1
            wait = float(busy.facts.get("retry_after") or 1.0)
            self.rest_until = now + timedelta(seconds=wait)
            return False
        return True

    def receive(self, body: bytes) -> int:
        """A push: kept, answered at once, read later."""
        for hint in connector.hints(body, {}):
            self.hints.setdefault((hint.entity, hint.id), hint)
        return 204

    def take(self, parcel: Delivery) -> None:
        """What a parcel says."""
        settings = settings_at(self.clock(), **self.values)
        if not parcel.body:
            return
        for found in connector.translate(parcel.body, settings, parcel.context):
            self.parked += found.parked
            for stay in found.reservations:
                _merge(self.reservations, stay.number, stay)
            for profile in found.profiles:
                if profile.kind == "person":
                    _merge(self.profiles, profile.source_id, profile)

    def until_quiet(self, turns: int = 400) -> None:
        """Poll until a turn comes to its end."""
        for _ in range(turns):
            if self.poll():
                return
            self.clock.instant += timedelta(seconds=31)
        raise AssertionError("Mews never let a fetch come to its end")

    def differences(self) -> list[str]:
        """Field by field, the mirror against the truth; guests only those of known stays."""
        truth = self.pms.truth
        here = {n: s for n, s in truth.reservations.items() if n in self.reservations}
        guests = {g.profile for s in here.values() for g in s.guests}
        guests |= self.profiles.keys()
        people = {id: p for id, p in truth.profiles.items() if id in guests}
        return differences(self.reservations, truth.reservations, LEFT_OUT) + differences(
            self.profiles, people, LEFT_OUT
        )


def _merge(known: dict[str, Any], key: str, record: Any) -> None:
    before = known.get(key)
    if before is None or record.modified_at >= before.modified_at:
        known[key] = record
