"""The event socket of the simulated Mews: changes of stays at once, nothing again after a break."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from staytrue.lab.pms.mews.script import Told


@dataclass
class Line:
    """One listener."""

    waiting: list[str] = field(default_factory=list)
    closed: int | None = None

    def say(self, message: str) -> list[str]:
        """Nothing that a listener says is answered."""
        del message
        return []

    def events(self) -> list[str]:
        """What was not sent yet."""
        sent, self.waiting = self.waiting, []
        return sent


@dataclass
class Socket:
    """Everybody who listens."""

    client_token: str
    access_token: str
    lines: list[Line] = field(default_factory=list)

    def connect(self, headers: Mapping[str, str]) -> Line | None:
        """A new listener; None where the cookies do not hold the tokens exactly."""
        told = set(headers.get("cookie", "").split("; "))
        if {f"ClientToken={self.client_token}", f"AccessToken={self.access_token}"} - told:
            return None
        self.lines.append(Line())
        return self.lines[-1]

    def take(self, told: Iterable[Told]) -> None:
        """What became different; of guests the socket says nothing."""
        events = [
            {"Type": "Reservation", "Id": one.id, "State": "Confirmed"}
            for one in told
            if one.discriminator == "ServiceOrderUpdated"
        ]
        if events:
            message = json.dumps({"Events": events})
            for line in self.lines:
                line.waiting.append(message)
