"""A mirror in a dictionary of what is read from views, ordered and held as the line does it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from staytrue.connectors.base import Bookmark, Delivery, Hint, Settings
from staytrue.connectors.sql_views import connector
from staytrue.hotel.codes import FINAL
from staytrue.hotel.records import Parked, Profile, Reservation
from staytrue.kit.errors import Misconfigured, Temporary
from staytrue.kit.http import Client
from staytrue.lab.pms.sql_views import MAPPING, Fonda
from tests.lab.pms.follower import Clock, differences

NO_WEB = Client()
# What orders versions is ours, not the PMS's.
APART = {"version"}


@dataclass
class Mirror:
    """What was read, the newest version of each. A refusal leaves it as it is."""

    pms: Fonda
    clock: Clock
    values: dict[str, Any]
    bookmark: Bookmark = field(default_factory=dict)
    reservations: dict[str, Reservation] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    out_of_sight: set[str] = field(default_factory=set)
    parked: list[Parked] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    refusals: list[Misconfigured] = field(default_factory=list)
    kept: int = 0

    def settings(self, **values: Any) -> Settings:
        """The settings of the connection at this moment."""
        given = {"views": MAPPING, **self.values, **values}
        return Settings("BIO", "Europe/Madrid", "ES", "EUR", self.clock(), given)

    def poll(self) -> bool:
        """One turn; whether it came to its end. Who asks goes on where it stood."""
        self.pms.tick()
        try:
            for parcel in connector.fetch(self.bookmark, NO_WEB, self.settings(), self.clock()):
                self.take(parcel)
                self.bookmark = parcel.bookmark or self.bookmark
        except Temporary as busy:
            self.met[busy.code] += 1
            return False
        except Misconfigured as refusal:
            self.met[refusal.code] += 1
            self.refusals.append(refusal)
            return False
        return True

    def read(self, *hints: Hint) -> None:
        """Look these up."""
        for parcel in connector.read_all(hints, NO_WEB, self.settings()):
            self.take(parcel)

    def sweep(self, days: int) -> None:
        """Look at all who are near."""
        today = self.clock().date()
        first, last = today - timedelta(days=days), today + timedelta(days=days)
        for parcel in connector.sweep(first, last, NO_WEB, self.settings(), self.clock()):
            self.take(parcel)

    def take(self, parcel: Delivery) -> None:
        """What a parcel says, and what it does not say where it is whole."""
        if not parcel.body:
            return
        self.kept += len(parcel.body)
        shown = set()
        for found in connector.translate(parcel.body, self.settings(), parcel.context):
            self.parked += found.parked
            for stay in found.reservations:
                key = f"{stay.number}/{stay.leg}"
                shown.add(key)
                self._merge(self.reservations, key, stay)
            for profile in found.profiles:
                self._merge(self.profiles, profile.source_id, profile)
        self.out_of_sight -= shown
        scope = connector.scope_of(parcel.body)
        if scope.first and scope.last:
            self.out_of_sight |= {
                key
                for key, stay in self.reservations.items()
                if scope.first <= stay.arrival_on <= scope.last
                and stay.status not in FINAL
                and key not in shown
            }

    def a_day(self, step: timedelta = timedelta(minutes=20)) -> None:
        """From the first poll of a morning to the evening: no night puts anything right."""
        assert self.poll()
        end = self.clock() + timedelta(hours=13)
        while self.clock() < end:
            self.clock.instant += step
            self.poll()
        self.pms.rest()
        self.clock.instant += step
        assert self.poll()

    def live(self, days: float, step: timedelta) -> None:
        """Some days of polls, and a night after the hotel fell asleep."""
        end = self.clock() + timedelta(days=days)
        while self.clock() < end:
            self.clock.instant += step
            self.poll()
        self.pms.rest()
        for _ in range(3):
            self.clock.instant += timedelta(hours=12)
            assert self.poll()

    def differences(self) -> list[str]:
        """Field by field, the mirror against the truth; what the PMS deleted is out of sight."""
        truth = self.pms.truth
        here = {key: one for key, one in truth.reservations.items() if key not in truth.gone}
        ours = {key: one for key, one in self.reservations.items() if key not in truth.gone}
        unseen = self.out_of_sight ^ (truth.gone & self.reservations.keys())
        return [
            *differences(ours, here, APART),
            *differences(self.profiles, truth.profiles, APART),
            *(f"{key}: in sight or not" for key in sorted(unseen)),
        ]

    def _merge(self, known: dict[str, Any], key: str, record: Any) -> None:
        before = known.get(key)
        if before is None or self._mark(record) >= self._mark(before):
            known[key] = record

    def _mark(self, record: Any) -> tuple[int, datetime]:
        """What the merge orders versions by: older never wins."""
        return record.version or 0, record.modified_at or self.clock()
