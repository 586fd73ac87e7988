"""How true the mirror is: our record beside the PMS's own, field by field, and what share of them
is equal, with its interval. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from staytrue.hotel.records import Profile, Reservation
from staytrue.kit import shares
from staytrue.mirror import children
from staytrue.mirror.canonical import (
    PROFILE_FIELDS,
    RESERVATION_FIELDS,
    VERSION_FIELDS,
    House,
)
from staytrue.mirror.columns import AMOUNTS
from staytrue.mirror.rows import amount_text, json_text, tidy

Record = Mapping[str, Any]

WINDOWS = ("in_house", "next_7", "next_30", "later", "past")
"""Where a stay is on its way, the most urgent first."""

_KEYS = frozenset({"number", "leg", "property", "source_id"})
# Version marks move without anything being different; who said the state is ours to know.
_NOT_COMPARED = _KEYS | VERSION_FIELDS | {"status_origin"}
COMPARED = {
    "reservation": tuple(name for name in RESERVATION_FIELDS if name not in _NOT_COMPARED),
    "profile": tuple(name for name in PROFILE_FIELDS if name not in _NOT_COMPARED),
}
_STORED_DECIMALS = Decimal("0.0001")
_sorted_json = msgspec.json.Encoder(order="sorted")


def told(record: Reservation | Profile, house: House, day: date) -> dict[str, Any]:
    """A record as it was just read, in the form in which the mirror shows its own."""
    if isinstance(record, Profile) and children.is_child(record, day):
        record = children.minimised(record)
    if isinstance(record, Reservation):
        tidy([*record.extras, *record.folio])
    zone = ZoneInfo(house.zone)
    fields = msgspec.structs.asdict(record)
    shown = {name: _shown(name, value, zone) for name, value in fields.items()}
    return shown | ({"property": house.code} if "property" in shown else {})


def _shown(name: str, value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    if name in AMOUNTS and value is not None:
        return amount_text(value.quantize(_STORED_DECIMALS, rounding=ROUND_HALF_UP))
    # As rows come out of the mirror: what is no whole number stays text.
    return json.loads(json_text(value), parse_float=str)


@dataclass(frozen=True)
class Compared:
    """One record beside the PMS's own: field → (ours, theirs) where they differ.

    `fields` counts those that have a value on either side: two empty ones agree about nothing.
    """

    fields: int
    differing: Mapping[str, tuple[Any, Any]]


def compare(object: str, ours: Record, theirs: Record) -> Compared:
    """Our canonical record beside the PMS's, as `told` gives it; the order of a list means nothing.

    A state that we inferred is no difference while the PMS still says what we inferred it from.
    """
    inferred = ours.get("status_origin") == "inferred" and all(
        ours.get(name) == theirs.get(name) for name in ("source_status", "arrival_on")
    )
    fields, differing = 0, {}
    for name in COMPARED[object]:
        mine, his = ours.get(name), theirs.get(name)
        if _is_empty(mine) and _is_empty(his):
            continue
        fields += 1
        if inferred and name == "status":
            continue
        if mine != his and _unordered(mine) != _unordered(his):
            differing[name] = (mine, his)
    return Compared(fields, differing)


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _unordered(value: Any) -> Any:
    if isinstance(value, list):
        return sorted((_unordered(each) for each in value), key=_sorted_json.encode)
    if isinstance(value, dict):
        return {name: _unordered(each) for name, each in value.items()}
    return value


def window_of(status: str, arrival_on: date, today: date) -> str:
    """In which arrival window a stay is."""
    if status == "in_house":
        return "in_house"
    if arrival_on < today or status == "checked_out":
        return "past"
    if arrival_on <= today + timedelta(days=7):
        return "next_7"
    return "next_30" if arrival_on <= today + timedelta(days=30) else "later"


@dataclass(frozen=True)
class Share:
    """So many equal of so many compared; `is_whole` where all there are were compared."""

    equal: int
    of: int
    is_whole: bool = False

    @property
    def value(self) -> float | None:
        """The share; nothing where nothing was compared."""
        return self.equal / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies; of a whole comparison there is nothing to guess."""
        if self.is_whole and self.value is not None:
            return self.value, self.value
        return shares.interval(self.equal, self.of)

    def __add__(self, more: Share) -> Share:
        return Share(self.equal + more.equal, self.of + more.of, self.is_whole and more.is_whole)
