"""A simulated PMS as the suite sees it, and the few ways in which the suite disturbs it.

Whoever writes one needs nothing of ours but canonical records: its truth is laid beside the mirror.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from staytrue.connectors.contract.vocabulary import Situation
from staytrue.hotel.records import Profile, Reservation
from staytrue.kit.http import Response

Truth = tuple[Mapping[str, Reservation], Mapping[str, Profile]]
"""What a perfect mirror holds: stays by number (a further leg by number/leg), guests by source id."""


class House(Protocol):
    """One hotel on a simulated PMS in virtual time. It answers requests itself.

    `values` are the settings of a connection to it, `plays` the situations that it can play.
    The same situations give the same house, call by call.
    """

    code: str
    zone: str
    country: str
    currency: str
    values: Mapping[str, Any]
    plays: Collection[str]

    @property
    def now(self) -> datetime: ...

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = ..., body: bytes = ...
    ) -> Response: ...

    def wait(self, span: timedelta) -> None:
        """Time passes, and what happens in the hotel meanwhile happens."""

    def truth(self) -> Truth:
        """What is so in the PMS now."""

    def touched(self, situation: str) -> Collection[str]:
        """The keys of the records that met this situation until now."""

    def pushes(self) -> Sequence[tuple[bytes, Mapping[str, str]]]:
        """Body and headers of each push sent since the last time this was asked."""

    def expire(self) -> None:
        """Every sign-in made until now ends."""

    def revoke(self) -> None:
        """The hotel takes the access away."""


Simulator = Callable[[frozenset[Situation]], House]
"""Makes a fresh house that plays these situations, beside an ordinary day."""


class Busy:
    """Refuses one call as too many, and all that follow until the seconds it told have passed."""

    SECONDS = 20

    def __init__(self, house: House, at_call: int) -> None:
        self.house, self.at_call = house, at_call
        self.calls = 0
        self.hasty = 0
        self._until: datetime | None = None

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        """The house's answer, or the refusal."""
        self.calls += 1
        now = self.house.now
        if self.calls == self.at_call:
            self._until = now + timedelta(seconds=self.SECONDS)
        elif self._until and now < self._until:
            self.hasty += 1
        if self._until and now < self._until:
            return Response(429, {"retry-after": str(self.SECONDS)}, b"{}", 0.0)
        return self.house.request(method, url, headers=headers, body=body)


class Forgetful:
    """Ends every sign-in just before one call."""

    def __init__(self, house: House, at_call: int) -> None:
        self.house, self.at_call = house, at_call
        self.calls = 0

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        """The house's answer."""
        self.calls += 1
        if self.calls == self.at_call:
            self.house.expire()
        return self.house.request(method, url, headers=headers, body=body)
