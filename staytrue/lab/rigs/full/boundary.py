"""What crossed our boundary inwards: every answer and file that came whole, read by readers of its own.

Nothing of the product reads here. What a PMS showed is laid beside the truth: which version was that?
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from staytrue.connectors.base import Http
from staytrue.hotel.codes import Status
from staytrue.kit.http import Response
from staytrue.lab.files import Delivery
from staytrue.lab.rigs.knowledge import Knowledge
from staytrue.lab.rigs.world import Hotel, Truth

_MEWS = {
    "Inquired": Status.INQUIRY, "Requested": Status.WAITLIST, "Optional": Status.OPTION,
    "Confirmed": Status.CONFIRMED, "Started": Status.IN_HOUSE, "Processed": Status.CHECKED_OUT,
    "Canceled": Status.CANCELLED,
}  # fmt: skip
_OPERA = {
    "Requested": Status.OPTION, "Waitlisted": Status.WAITLIST, "Reserved": Status.CONFIRMED,
    "InHouse": Status.IN_HOUSE, "CheckedOut": Status.CHECKED_OUT, "Cancelled": Status.CANCELLED,
    "NoShow": Status.NO_SHOW,
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """How a PMS showed one booking: its status and its days, as text."""

    status: Status
    arrival_on: str
    departure_on: str


@dataclass
class Boundary:
    """Writes down what came, in versions of the truth; `strange` is what matches none."""

    truth: Truth
    knowledge: Knowledge = field(default_factory=Knowledge)
    last: dict[tuple[str, str], datetime] = field(default_factory=dict)
    strange: list[str] = field(default_factory=list)
    answers: int = 0

    def note(self, hotel: Hotel, number: str, at: datetime, shown: Shown) -> None:
        """A booking was shown so: it is the newest version by now that looks like it."""
        life = hotel.world.bookings.get(number)
        if life is None:
            self.strange.append(f"{hotel.code} {number}: nobody booked it")
            return
        for version in reversed(range(len(life.versions))):
            began, _, stay = life.versions[version]
            days = stay.arrival_on.isoformat(), stay.departure_on.isoformat()
            if began <= at and (stay.status, *days) == (
                shown.status, shown.arrival_on, shown.departure_on,
            ):  # fmt: skip
                self.knowledge.learn((hotel.code, number), at, version)
                self.last[hotel.code, number] = at
                return
        self.strange.append(f"{hotel.code} {number}: shown as {shown}")

    def answered(self, hotel: Hotel, at: datetime, body: bytes) -> None:
        """A whole answer of a living PMS."""
        try:
            told = json.loads(body)
        except ValueError:
            return
        self.answers += 1
        self.knowledge.read(hotel.code, at, at)
        for number, shown in _rows(told, hotel.house.zone):
            self.note(hotel, number, at, shown)

    def laid(self, hotel: Hotel, at: datetime, made: Delivery) -> None:
        """Whole files lie where we look."""
        self.knowledge.read(hotel.code, at, made.made_at)
        for stay in made.stays:
            days = stay.arrival_on.isoformat(), stay.departure_on.isoformat()
            self.note(hotel, stay.number, at, Shown(stay.status, *days))


@dataclass
class Watched:
    """A way to a PMS on which every answer that comes whole is written down."""

    http: Http
    hotel: Hotel
    boundary: Boundary
    now: Callable[[], datetime]

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
        if answer.status == 200 and answer.body.startswith((b"{", b"[")):
            self.boundary.answered(self.hotel, self.now(), answer.body)
        return answer


def _rows(told: Any, zone: ZoneInfo) -> Iterator[tuple[str, Shown]]:
    """Every booking that an answer shows, with its number."""
    for row in _objects(told):
        if "ScheduledStartUtc" in row and row.get("State") in _MEWS:
            status = _MEWS[row["State"]]
            if status == Status.CANCELLED and row.get("CancellationReason") == "NoShow":
                status = Status.NO_SHOW
            days = (_local(row[name], zone) for name in ("ScheduledStartUtc", "ScheduledEndUtc"))
            yield str(row["Number"]), Shown(status, *days)
        elif "roomStay" in row and row.get("reservationStatus") in _OPERA:
            number = next(
                (each["id"] for each in row.get("reservationIdList", ())
                 if each.get("type") == "Reservation"), None,
            )  # fmt: skip
            if number:
                stay = row["roomStay"]
                days = (str(stay[name]) for name in ("arrivalDate", "departureDate"))
                yield number, Shown(_OPERA[row["reservationStatus"]], *days)


def _local(instant: str, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(instant).astimezone(zone).date().isoformat()


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from _objects(inner)
