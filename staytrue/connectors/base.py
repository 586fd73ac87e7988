"""The frame every connector stands in: what it yields, and what its translation answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

import msgspec

from staytrue.hotel.records import Parked, Profile, Reservation


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
    values: dict[str, Any] = field(default_factory=dict)


class Line(msgspec.Struct):
    """One raw record of a delivery: its line (1-based, as a person would count in the file), its
    raw text as kept (card numbers already masked) and its hash (8 bytes, signed)."""

    number: int
    raw: str
    hash: int
    values: Any


class Finding(msgspec.Struct):
    """Something a person should know of a record that was nevertheless taken: an unknown word, two
    dates that disagree. `code` and the equal facts are counted; nothing is hidden by them."""

    code: str
    line: int
    facts: dict[str, Any] = {}


class Translated(msgspec.Struct):
    """What one raw record says: records to merge, and parts that were not understood."""

    line: int
    hash: int
    reservations: list[Reservation] = []
    profiles: list[Profile] = []
    parked: list[Parked] = []
    findings: list[Finding] = []
    skipped: str | None = None


@dataclass(frozen=True)
class Scope:
    """What a complete delivery allows to conclude from an absent row.

    `full`: every booking of the PMS that is not final; `window`: bookings whose arrival lies in
    [first, last]; `delta`: nothing.
    """

    kind: str = "delta"
    first: date | None = None
    last: date | None = None


class Translator(Protocol):
    """Pure: raw records in, canonical records out. Known raw hashes are dropped by the caller."""

    def translate(self, lines: Iterable[Line]) -> Iterator[Translated]: ...
