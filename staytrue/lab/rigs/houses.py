"""Simulated PMSs as a rig needs them: what is true, how they are asked, how they call us."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from msgspec.structs import replace

from staytrue.connectors.base import Http
from staytrue.hotel.records import Profile, Reservation
from staytrue.kit.http import Response
from staytrue.lab.bookings import World
from staytrue.lab.pms.mews import ACCESS_TOKEN, CLIENT_TOKEN, Mews
from staytrue.lab.pms.opera_cloud import OperaCloud
from staytrue.lab.pms.opera_cloud.folios import bill
from staytrue.lab.pms.serving import Application, Reply, Request
from staytrue.lab.pms.sql_views import ALL as SQL_QUIRKS
from staytrue.lab.pms.sql_views import MAPPING, Fonda
from staytrue.lab.pms.sql_views import Quirk as SqlQuirk
from staytrue.lab.pms.sql_views.housing import Housing
from staytrue.lab.pms.sql_views.relay import Relay

Post = Callable[[bytes], int]
Now = Callable[[], datetime]
ADDRESS = "http://pms.lab"


@dataclass
class Clock:
    """Virtual time as our clock tells it, which may be wrong; a PMS has its own, `true`."""

    instant: datetime
    wrong_by: timedelta = timedelta()

    def __call__(self) -> datetime:
        return self.instant + self.wrong_by

    def true(self) -> datetime:
        """What every right clock tells."""
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
    """One hotel's PMS in a rig. `apart` are fields the truth does not tell.

    What the PMS deleted is not among its reservations: a true mirror has it out of sight.
    `whole_within` is how long we may need to find a change of which nothing tells.
    """

    dialect: str
    whole_within: timedelta
    apart: Mapping[str, frozenset[str]]

    def settings(self) -> dict[str, Any]: ...

    def http(self) -> Http: ...

    def push(self, post: Post) -> None: ...

    def rest(self) -> None: ...

    def back_up(self) -> None: ...

    def restore(self) -> None: ...

    def revoke(self, *, is_revoked: bool) -> None: ...

    def renumber(self) -> dict[str, str]: ...

    def reservations(self, at: datetime) -> dict[str, Reservation]: ...

    def profiles(self, at: datetime) -> dict[str, Profile]: ...


@dataclass
class MewsHouse:
    """A house on the simulated Mews."""

    world: World
    clock: Now
    seed: int = 1
    more: dict[str, Any] = field(default_factory=dict)
    dialect: str = "mews"
    whole_within: timedelta = timedelta()
    apart: Mapping[str, frozenset[str]] = field(default_factory=dict)

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

    def back_up(self) -> None:
        """The PMS makes its backup."""
        self.pms.back_up()

    def restore(self) -> None:
        """The PMS goes back to its backup."""
        self.pms.restore()

    def revoke(self, *, is_revoked: bool) -> None:
        """The hotel takes our access away, or gives it back."""
        self.pms.is_revoked = is_revoked

    def renumber(self) -> dict[str, str]:
        """The PMS gives the house another code; what a person has to enter then."""
        return {"enterprise_id": self.pms.renumber()}

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
    clock: Now
    seed: int = 1
    more: dict[str, Any] = field(default_factory=dict)
    dialect: str = "opera_cloud"
    whole_within: timedelta = timedelta()
    apart: Mapping[str, frozenset[str]] = field(default_factory=dict)
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

    def back_up(self) -> None:
        """The PMS makes its backup."""
        self.pms.back_up()

    def restore(self) -> None:
        """The PMS goes back to its backup."""
        self.pms.restore()

    def revoke(self, *, is_revoked: bool) -> None:
        """The hotel takes our access away, or gives it back."""
        self.pms.is_revoked = is_revoked

    def renumber(self) -> dict[str, str]:
        """The PMS gives the house another code; what a person has to enter then."""
        return {"hotel_id": self.pms.renumber()}

    def rest(self) -> None:
        """Its story goes on; the truth is taken at the last look."""

    def reservations(self, at: datetime) -> dict[str, Reservation]:
        """What is so in it."""
        book = self.pms.book
        told = {number: book.stay_at(number, at) for number in book.truth(at)}
        return {
            number: replace(held.stay, folio=bill(book, number, held, at))
            for number, held in told.items()
            if held
        }

    def profiles(self, at: datetime) -> dict[str, Profile]:
        """Who its guests are; of a merge only its event names the survivor, so those it told."""
        told, guests = self.pms.merges_told(), self.pms.book.profile_truth(at)
        for victim, (survivor, when) in self.pms.book.merged.items():
            if when <= at and victim in told and victim in guests:
                guests[victim] = replace(guests[victim], merged_into=survivor)
        return guests


@dataclass
class SqlHouse:
    """A house whose PMS is read from its own database, over a line that can be cut."""

    world: World
    clock: Now
    housing: Housing
    relay: Relay
    seed: int = 1
    quirks: frozenset[SqlQuirk] = SQL_QUIRKS
    dialect: str = "sql_views"
    # Everything is looked at once a night.
    whole_within: timedelta = timedelta(days=1)
    # What orders versions is ours, not the PMS's.
    apart: Mapping[str, frozenset[str]] = field(
        default_factory=lambda: dict.fromkeys(("reservation", "profile"), frozenset({"version"}))
    )

    def __post_init__(self) -> None:
        self.pms = Fonda(
            self.world, self.clock, self.housing.connect, reader=self.housing.reader,
            relay=self.relay, seed=self.seed, quirks=self.quirks,
        )  # fmt: skip

    def settings(self) -> dict[str, Any]:
        """What a person would enter to connect it."""
        return {
            "dsn": self.housing.dsn(self.relay.authority),
            "views": MAPPING,
            "property_value": self.world.house.code,
        }

    def http(self) -> Http:
        """A database is not asked this way."""
        return Wire(lambda _: Reply(404))

    def push(self, post: Post) -> None:
        """A database never calls: it only lives on."""
        del post
        self.pms.tick()

    def back_up(self) -> None:
        """The PMS makes its backup."""
        self.pms.back_up()

    def restore(self) -> None:
        """The PMS goes back to its backup."""
        self.pms.restore()

    def revoke(self, *, is_revoked: bool) -> None:
        """The hotel takes our login away, or gives it back."""
        self.housing.revoke(is_revoked=is_revoked)

    def renumber(self) -> dict[str, str]:
        """The PMS gives the house another code; what a person has to enter then."""
        return {"property_value": self.pms.renumber()}

    def rest(self) -> None:
        """From now on nothing happens in the hotel, and nothing befalls its readers."""
        self.pms.rest()

    def reservations(self, at: datetime) -> dict[str, Reservation]:
        """What is so in it."""
        del at
        truth = self.pms.truth
        return {key: one for key, one in truth.reservations.items() if key not in truth.gone}

    def profiles(self, at: datetime) -> dict[str, Profile]:
        """Who its guests are."""
        del at
        return self.pms.truth.profiles
