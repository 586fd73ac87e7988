"""Simulated PMSs as a rig needs them: what is true, how they are asked, how they call us."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from staytrue.connectors.base import Http
from staytrue.hotel.records import Profile, Reservation
from staytrue.kit.http import Response
from staytrue.lab.bookings import World
from staytrue.lab.pms.mews import ACCESS_TOKEN, CLIENT_TOKEN, Mews
from staytrue.lab.pms.opera_cloud import OperaCloud
from staytrue.lab.pms.serving import Application, Request

Post = Callable[[bytes], int]
ADDRESS = "http://pms.lab"


@dataclass
class Clock:
    """Virtual time."""

    instant: datetime

    def __call__(self) -> datetime:
        return self.instant


class Wire:
    """The far side without a socket: requests go straight into the simulated server."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Response:
        """The reply, as the safe client would give it."""
        reply = self.application(Request.to(method, url, headers, body))
        low = {name.lower(): value for name, value in reply.headers.items()}
        return Response(reply.status, low, b"" if method == "HEAD" else reply.body, 0.0)


class House(Protocol):
    """One hotel's PMS in a rig. `apart` are fields the truth does not tell."""

    dialect: str
    apart: Mapping[str, frozenset[str]]

    def settings(self) -> dict[str, Any]: ...

    def http(self) -> Http: ...

    def push(self, post: Post) -> None: ...

    def rest(self) -> None: ...

    def reservations(self, at: datetime) -> dict[str, Reservation]: ...

    def profiles(self, at: datetime) -> dict[str, Profile]: ...


_WORDS = frozenset({"custom", "source_channel", "source_segment", "source_payment", "source_board"})


@dataclass
class MewsHouse:
    """A house on the simulated Mews."""

    world: World
    clock: Clock
    seed: int = 1
    more: dict[str, Any] = field(default_factory=dict)
    dialect: str = "mews"
    # What a record keeps of the PMS's own words the truth does not spell out.
    apart: Mapping[str, frozenset[str]] = field(
        default_factory=lambda: {"reservation": _WORDS, "profile": _WORDS}
    )

    def __post_init__(self) -> None:
        self.pms = Mews(self.world, self.clock, seed=self.seed, **self.more)

    def settings(self) -> dict[str, Any]:
        """What a person would enter to connect it."""
        return {"client_token": CLIENT_TOKEN, "access_token": ACCESS_TOKEN, "base_url": ADDRESS}

    def http(self) -> Http:
        """The way to it."""
        return Wire(self.pms.application)

    def push(self, post: Post) -> None:
        """Its calls to us that are due."""
        self.pms.push(post)

    def rest(self) -> None:
        """From now on nothing happens in the hotel."""
        self.pms.rest()

    def reservations(self, at: datetime) -> dict[str, Reservation]:
        """What is so in it."""
        del at
        return self.pms.truth.reservations

    def profiles(self, at: datetime) -> dict[str, Profile]:
        """Who its guests are."""
        del at
        return self.pms.truth.profiles


@dataclass
class OperaHouse:
    """A house on the simulated OPERA Cloud."""

    world: World
    clock: Clock
    seed: int = 1
    more: dict[str, Any] = field(default_factory=dict)
    dialect: str = "opera_cloud"
    # Of a merge only the event tells the survivor; the bill has tests of its own.
    apart: Mapping[str, frozenset[str]] = field(
        default_factory=lambda: {
            "reservation": frozenset({"folio"}),
            "profile": frozenset({"merged_into"}),
        }
    )
    ends_at: datetime | None = None

    def __post_init__(self) -> None:
        self.pms = OperaCloud(self.world, self._now, seed=self.seed, **self.more)

    def _now(self) -> datetime:
        return self.clock()

    def settings(self) -> dict[str, Any]:
        """What a person would enter to connect it."""
        return {**self.pms.settings_values(), "base_url": ADDRESS, "days_ahead": "188"}

    def http(self) -> Http:
        """The way to it."""
        return Wire(self.pms.answer)

    def push(self, post: Post) -> None:
        """OPERA never calls."""

    def rest(self) -> None:
        """Its story goes on; the truth is taken at the last look."""

    def reservations(self, at: datetime) -> dict[str, Reservation]:
        """What is so in it."""
        return self.pms.book.truth(at)

    def profiles(self, at: datetime) -> dict[str, Profile]:
        """Who its guests are."""
        return self.pms.book.profile_truth(at)
