"""The simulated PMS on the stage of the conformance suite: a small house that plays what is asked.

Each house has a database of its own on the running embedded server; the oldest go first.
"""

from __future__ import annotations

import atexit
import os
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from staytrue.hotel.records import Profile, Reservation
from staytrue.kit.http import Response
from staytrue.lab.pms.sql_views.fonda import MAPPING, Fonda
from staytrue.lab.pms.sql_views.housing import Housing
from staytrue.lab.pms.sql_views.quirks import Quirk
from staytrue.lab.pms.sql_views.script import Script
from staytrue.lab.pms.sql_views.tables import Row
from staytrue.lab.pms.stage import SOON, Clock, opening, small_world

PLAYS = frozenset({"late commits", "merges", "deletions", "lost notifications"})
OPEN_MAX = 4
PASSWORD = "invented-for-the-stage"  # noqa: S105 - of a database that lives for minutes
_numbers = count(1)
_open: deque[ExitStack] = deque()


class StagedScript(Script):
    """Plays each situation to many, so that a small house shows it within a day."""

    situations: frozenset[str] = frozenset()

    def stage(self, situations: frozenset[str], opens_at: datetime) -> None:
        """What happens once the suite looks."""
        self.situations = situations
        self.met: dict[str, set[str]] = {}
        known = [id for id, life in self.world.profiles.items() if life.first_at < opens_at]
        for place, (one, other) in enumerate(zip(known[:6:2], known[1:6:2], strict=True)):
            at = opens_at + SOON + place * SOON / 2
            if "merges" in situations:
                self._plan(at, "merge", (one, other))
                self._meet("merges", one)
            if "deletions" in situations:
                self._plan(at, "strike", one)
                self._meet("deletions", one)

    def _meet(self, situation: str, key: str) -> None:
        self.met.setdefault(situation, set()).add(key)

    def _put(self, table: str, row: Row, at: datetime) -> None:
        super()._put(table, row, at)
        if "late commits" in self.situations and table == "guest":
            self._meet("late commits", str(row["guest_no"]))

    def _ends_at(self, at: datetime) -> datetime | None:
        return at + timedelta(minutes=9) if "late commits" in self.situations else None


class StagedHouse:
    """One fresh house. What the suite may ask of it stands in `connectors.contract.simulated`."""

    zone, country, currency, plays = "Europe/Madrid", "ES", "EUR", PLAYS

    def __init__(self, situations: frozenset[str]) -> None:
        world = small_world()
        name = f"staged_{os.getpid()}_{next(_numbers)}"
        self.housing = Housing(name, f"{name}_reader", PASSWORD)
        self.code = world.house.code
        self.clock = Clock(opening(world, situations))
        stack = ExitStack()
        stack.enter_context(self.housing.made())
        quirks = frozenset({Quirk.SECONDS, Quirk.WALL_TIME, Quirk.FOREIGN_ROWS})
        self.pms = stack.enter_context(
            Fonda(world, self.clock, self.housing.connect, reader=self.housing.reader,
                  quirks=quirks, script=StagedScript)
        )  # fmt: skip
        _open.append(stack)
        while len(_open) > OPEN_MAX:
            _open.popleft().close()
        self._script.stage(situations, self.clock())
        self.values: Mapping[str, Any] = {
            "dsn": self.housing.dsn(),
            "views": MAPPING,
            "allow_private": [str(self.housing.socket.parent)],
        }

    @property
    def _script(self) -> StagedScript:
        assert isinstance(self.pms.script, StagedScript)  # noqa: S101 - made so above
        return self.pms.script

    @property
    def now(self) -> datetime:
        """Virtual time."""
        return self.clock()

    def request(self, *_: object, **__: object) -> Response:
        """Nobody answers: there is a database and nothing else."""
        return Response(404, {}, b"", 0.0)

    def wait(self, span: timedelta) -> None:
        """Time passes in the hotel."""
        self.clock.instant += span
        self.pms.tick()

    def truth(self) -> tuple[dict[str, Reservation], dict[str, Profile]]:
        """What is so in the PMS now; a first line stands under its number alone."""
        truth = self.pms.truth
        stays = {key.removesuffix("/1"): one for key, one in truth.reservations.items()}
        return stays, dict(truth.profiles)

    def touched(self, situation: str) -> set[str]:
        """Whom this situation met."""
        return self._script.met.get(situation, set())

    def pushes(self) -> Sequence[tuple[bytes, Mapping[str, str]]]:
        """A database never calls."""
        return []

    def expire(self) -> None:
        """There is no sign-in that ends."""

    def revoke(self) -> None:
        """The hotel takes the login away."""
        self.housing.revoke()


def close_all() -> None:
    """Leave nothing behind on the server."""
    while _open:
        _open.pop().close()


atexit.register(close_all)
