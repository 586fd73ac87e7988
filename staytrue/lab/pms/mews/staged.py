"""The simulated Mews on the stage of the conformance suite: a small house that plays what is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from staytrue.hotel.records import Profile, Reservation
from staytrue.kit.http import Response
from staytrue.lab.bookings import World
from staytrue.lab.pms.mews.books import Books, Row, utc
from staytrue.lab.pms.mews.quirks import Quirk
from staytrue.lab.pms.mews.script import Script
from staytrue.lab.pms.mews.server import ACCESS_TOKEN, CLIENT_TOKEN, Mews
from staytrue.lab.pms.stage import SOON, Clock, absent, answered, opening, small_world

PLAYS = frozenset(
    {"late commits", "late postings", "merges", "deletions", "no-shows", "untidy notifications"}
)
LATE_BY = timedelta(minutes=9)
SEED = 5


class StagedScript(Script):
    """Plays each situation to many, so that a small house shows it within a day."""

    situations: frozenset[str]
    opens_at: datetime

    def __init__(self, world: World, seed: int, quirks: frozenset[Quirk], books: Books) -> None:
        self.met: dict[str, set[str]] = {}
        super().__init__(world, seed, quirks, books)

    def stage(self, situations: frozenset[str], opens_at: datetime) -> None:
        """What happens once the suite looks."""
        self.situations, self.opens_at = situations, opens_at
        known = [id for id, life in self.world.profiles.items() if life.first_at < opens_at]
        at = opens_at + SOON
        for place, (one, other) in enumerate(zip(known[:6:2], known[1:6:2], strict=True)):
            if "merges" in situations:
                self._plan(at + place * SOON / 2, "merge", (one, other))
            if "deletions" in situations:
                self._plan(at + place * SOON / 2, "deletion", one)

    def _meet(self, situation: str, key: str) -> None:
        self.met.setdefault(situation, set()).add(key)

    def _merge(self, at: datetime, pair: tuple[str, str]) -> None:
        super()._merge(at, pair)
        self._meet("merges", self.books.id("customer", pair[0]))

    def _deletion(self, at: datetime, profile: str) -> None:
        """The desk deletes a guest for good."""
        id = self.books.id("customer", profile)
        row = self.books.newest("Customers", id) or {}
        gone = {"IsActive": False, "ActivityState": "Deleted",
                "DeletedUtc": utc(at - self.books.behind)}  # fmt: skip
        self.books.put("Customers", {**row, **gone}, at)
        self.truth.profiles[id] = replace(
            self.truth.profiles[id], deleted=True, modified_at=self._dated("Customers", id)
        )
        self._meet("deletions", id)

    def _plan_late(self, at: datetime, number: str) -> None:
        if "late postings" in getattr(self, "situations", ()):
            self._plan(at + SOON, "late", number)

    def _late(self, at: datetime, number: str) -> None:
        super()._late(at, number)
        self._meet("late postings", number)

    def _put(self, table: str, row: Row, at: datetime, extra: Row | None = None) -> None:
        """Guests are written down by a slow transaction, where that is asked for."""
        is_late = "late commits" in getattr(self, "situations", ()) and table == "Customers"
        before = self.books.newest(table, row["Id"]) or {}
        row = {**(extra or {}), **row}
        if before and all(before.get(name) == value for name, value in row.items()):
            return
        self.books.put(table, row, at, at + LATE_BY if is_late else at)
        if is_late and at > self.opens_at:
            self._meet("late commits", row["Id"])


class StagedHouse:
    """One fresh house. What the suite may ask of it stands in `connectors.contract.simulated`."""

    zone, country, currency, plays = "Europe/Madrid", "ES", "EUR", PLAYS

    def __init__(self, situations: frozenset[str]) -> None:
        world = small_world()
        quirks = set()
        if "untidy notifications" in situations:
            quirks = {Quirk.PUSHES_DOUBLED, Quirk.PUSHES_OUT_OF_ORDER}
        self.clock = Clock(opening(world, situations))
        self.world, self.opens_at, self.code = world, self.clock(), world.house.code
        self.pms = Mews(world, self.clock, seed=SEED, quirks=frozenset(quirks), script=StagedScript)
        # The past is played before anything is staged in it.
        self.pms.script.play(self.opens_at)
        self.script.stage(situations, self.opens_at)
        self.values: dict[str, Any] = {
            "client_token": CLIENT_TOKEN, "access_token": ACCESS_TOKEN,
            "base_url": "http://mews.lab", "past_days": 60, "ahead_days": 120,
            "enterprise_id": self.pms.books.id("enterprise", self.code),
        }  # fmt: skip

    @property
    def script(self) -> StagedScript:
        """The play, as it was made above."""
        assert isinstance(self.pms.script, StagedScript)  # noqa: S101
        return self.pms.script

    @property
    def now(self) -> datetime:
        """Virtual time."""
        return self.clock()

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        """One call."""
        return answered(self.pms.application, method, url, headers, body)

    def wait(self, span: timedelta) -> None:
        """Time passes."""
        self.clock.instant += span

    def truth(self) -> tuple[dict[str, Reservation], dict[str, Profile]]:
        """What is so now."""
        truth = self.pms.truth
        return dict(truth.reservations), dict(truth.profiles)

    def touched(self, situation: str) -> set[str]:
        """Who met it."""
        if situation == "no-shows":
            return absent(self.world, self.opens_at, self.clock())
        return self.script.met.get(situation, set())

    def pushes(self) -> Sequence[tuple[bytes, Mapping[str, str]]]:
        """What was posted since the last time."""
        sent: list[tuple[bytes, Mapping[str, str]]] = []

        def take(body: bytes) -> int:
            sent.append((body, {}))
            return 204

        self.pms.push(take)
        return sent

    def expire(self) -> None:
        """Mews's tokens never end."""

    def revoke(self) -> None:
        """The hotel takes the token away."""
        self.pms.revoke()
