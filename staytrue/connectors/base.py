"""The frame every connector stands in: what it yields, and what its translation answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, runtime_checkable

import msgspec

from staytrue.hotel.records import Parked, Profile, Reservation
from staytrue.kit.http import Response


@dataclass(frozen=True)
class Settings:
    """What a translation must know of the house: nothing else reaches it.

    `property` is the property's code, `zone` its IANA zone, `country` ISO alpha-2 (for phone
    numbers), `currency` ISO 4217; `read_at` is the instant of the read, `values` the
    connection's own settings.
    """

    property: str
    zone: str
    country: str
    currency: str
    read_at: datetime
    values: dict[str, Any] = field(default_factory=dict, repr=False)


class Line(msgspec.Struct):
    """One raw record of a delivery: its line (1-based, as a person would count in the file), its
    raw text as kept (card numbers already masked) and its hash (8 bytes, signed).
    """

    number: int
    raw: str
    hash: int
    values: Any


RUN_LINES = 2_000


@dataclass(frozen=True)
class Share:
    """One of several equal parts of a file: every so-many-th run of its lines."""

    number: int = 0
    of: int = 1

    def holds(self, line: int) -> bool:
        """Whether a line (1-based) is of this part."""
        return (line - 1) // RUN_LINES % self.of == self.number

    def misses(self, first: int, last: int) -> bool:
        """Whether no line of a span within one run is of this part."""
        return (first - 1) // RUN_LINES == (last - 1) // RUN_LINES and not self.holds(first)


WHOLE = Share()


class Finding(msgspec.Struct):
    """Something a person should know of a record that was nevertheless taken: an unknown word, two
    dates that disagree. `code` and the equal facts are counted; nothing is hidden by them.
    """

    code: str
    line: int
    facts: dict[str, Any] = {}


class Hint(msgspec.Struct):
    """Something at the PMS became different: only a signal, what is true is read by the id.

    `facts` are what the signal says besides (the event's id, its action): for logs and lag. Of a
    guest whose merge is known, `was_merged_into` is the survivor: a PMS may tell it only once.
    """

    entity: str
    id: str
    facts: dict[str, Any] = {}


class Translated(msgspec.Struct):
    """What one raw record says: records to merge, and parts that were not understood.

    `glimpses` are profiles seen in passing on a reservation. They hold less than the profile's
    own read, so they count only where that profile is not known yet.
    """

    line: int
    hash: int
    reservations: list[Reservation] = []
    profiles: list[Profile] = []
    parked: list[Parked] = []
    findings: list[Finding] = []
    skipped: str | None = None
    hints: list[Hint] = []
    glimpses: list[Profile] = []


@dataclass(frozen=True)
class Scope:
    """What a complete delivery allows to conclude from an absent row.

    `full`: every booking of the PMS that is not final; `window`: bookings whose arrival lies in
    [first, last]; `delta`: nothing.
    """

    kind: str = "delta"
    first: date | None = None
    last: date | None = None


Bookmark = dict[str, Any]
"""How far we have read, as JSON. What it holds is the connector's own affair."""


@dataclass(frozen=True)
class Delivery:
    """One raw parcel, as received. `object` says what the body holds.

    `context` are side entities its translation needs. `bookmark` is where to go on when this
    parcel and all before it are kept; an empty body means that only the bookmark moved on.
    `made_at` is the PMS's own instant of the parcel, where it says one.
    """

    object: str
    body: bytes
    made_at: datetime | None = None
    bookmark: Bookmark | None = None
    context: tuple[bytes, ...] = ()


class Http(Protocol):
    """The one way out, `kit.http.Client` or what paces it. Waiting is never the connector's."""

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = ...,
        body: bytes = ...,
    ) -> Response: ...


@runtime_checkable
class Live(Protocol):
    """What the line asks of a PMS that lives.

    `fetch` yields what is new since the bookmark; each parcel must be kept before the next is
    asked for, because some queues forget what they gave. What a parcel's translation hints at is
    read again; of parcels whose object is among `signals` only the hints are taken, because what
    they tell of a record is less than its own read. `hints` is for what the PMS pushes to us.
    `read` gives one thing as it is now, or None where the PMS has it no more. `check` says what
    works, or raises.
    """

    signals: frozenset[str]

    def fetch(
        self, bookmark: Bookmark, http: Http, settings: Settings, now: datetime
    ) -> Iterator[Delivery]: ...

    def hints(self, body: bytes, headers: Mapping[str, str]) -> list[Hint]: ...

    def read(self, hint: Hint, http: Http, settings: Settings) -> Delivery | None: ...

    def check(self, http: Http, settings: Settings) -> list[str]: ...

    def translate(
        self, payload: bytes, settings: Settings, context: Sequence[bytes] = ()
    ) -> Iterator[Translated]: ...


@runtime_checkable
class ReadsMany(Protocol):
    """A live PMS that answers many hints in few calls: one delivery may hold many records."""

    def read_all(
        self, hints: Sequence[Hint], http: Http, settings: Settings
    ) -> Iterator[Delivery]: ...


@runtime_checkable
class TellsHouse(Protocol):
    """A live PMS that says itself, by its own code, which house its credentials are for."""

    def house(self, http: Http, settings: Settings) -> str: ...


@runtime_checkable
class Sweeps(Protocol):
    """A live PMS that lists the stays of a span of dates: arriving, in house or departing in it.

    Both dates are local dates of the property and belong to the span.
    """

    def sweep(
        self, first: date, last: date, http: Http, settings: Settings, now: datetime
    ) -> Iterator[Delivery]: ...


SHAPE_CHANGED = frozenset({"views_changed", "view_missing", "column_missing"})
"""What stops a PMS that is not built any more as it was, or not as its mapping says."""


@runtime_checkable
class KnowsShape(Protocol):
    """A live PMS whose shape is kept with the bookmark; a person's word lets go of the old one."""

    def accept_shape(self, bookmark: Bookmark) -> Bookmark: ...


@dataclass(frozen=True)
class Call:
    """What a stream told us, kept like a call of the PMS: `hints` reads it later."""

    body: bytes
    event_id: str | None = None


@dataclass(frozen=True)
class Heard:
    """What follows from a message: what to answer, what to keep, and where to go on once it is."""

    say: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    bookmark: Bookmark | None = None


class Stream(Protocol):
    """A conversation over a websocket, free of the socket itself.

    `ping` is what the PMS wants to hear now and then, beyond the protocol's own sign of life.
    `closed` raises what a code of closing means, where it means something.
    """

    address: str
    headers: Mapping[str, str]
    protocol: str | None
    ping: str | None

    def greeting(self) -> tuple[str, ...]: ...

    def received(self, message: str | bytes) -> Heard: ...

    def closed(self, code: int) -> None: ...


@runtime_checkable
class Streams(Protocol):
    """A live PMS that tells of changes over a websocket; None where this connection has none."""

    def stream(self, bookmark: Bookmark, http: Http, settings: Settings) -> Stream | None: ...


class Translator(Protocol):
    """Pure: raw records in, canonical records out. Known raw hashes are dropped by the caller."""

    def translate(self, lines: Iterable[Line]) -> Iterator[Translated]: ...
