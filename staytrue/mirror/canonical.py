"""A mirrored row → the canonical record as people and machines read it (DESIGN section 13). Pure.

Rows come as `to_jsonb` gives them: instants in UTC as text, amounts as exact text. They leave with
instants in the hotel's own zone, amounts with two decimals, and codes instead of surrogate ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from staytrue.mirror.columns import AMOUNTS, INSTANTS
from staytrue.mirror.rows import amount_text

RESERVATION_FIELDS = (
    "number", "leg", "property", "group_number", "status", "source_status", "status_origin",
    "arrival_on", "departure_on", "nights", *INSTANTS, "adults", "children", "infants",
    "room_number", "room_category", "rate_code", "board", "source_board", "channel",
    "source_channel", "source", "segment", "source_segment", *AMOUNTS, "currency",
    "tax_included", "payment_method", "source_payment", "extras", "folio", "version", "guests",
    "notes", "custom",
)  # fmt: skip

PROFILE_FIELDS = (
    "source_id", "kind", "title", "first_name", "last_name", "second_last_name", "birth_date",
    "language", "nationality", "country", "emails", "phones", "addresses", "loyalty",
    "card_token", "vip", "consents", "merged_into", "deleted", "anonymised", "modified_at",
    "version", "notes", "custom",
)  # fmt: skip

# What we guess of it: beside the PMS's own word, never instead.
DERIVED_FIELDS = ("derived_segment",)
SIGHT_FIELDS = ("seen_on", "out_of_sight_since", "out_of_sight_cause")

# What moves without anything being different: left out of differences.
VERSION_FIELDS = frozenset({"modified_at", "version"})


@dataclass(frozen=True)
class House:
    """What rendering needs to know of a property."""

    code: str
    zone: str


def local_instant(text: str | None, zone: str) -> str | None:
    """An instant as text → the same instant as the hotel's clocks show it."""
    if text is None:
        return None
    return datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).isoformat()


def reservation(row: Mapping[str, Any], house: House) -> dict[str, Any]:
    """The canonical record of a reservation row, sight included."""
    record = {field: row.get(field) for field in RESERVATION_FIELDS}
    record["property"] = house.code
    days = row.get("day_only") or ()
    for field in INSTANTS:
        text = local_instant(row.get(field), house.zone)
        record[field] = text[:10] if text and field in days else text
    for field in AMOUNTS:
        record[field] = _amount(row.get(field))
    record |= {field: row.get(field) for field in (*DERIVED_FIELDS, *SIGHT_FIELDS)}
    record["out_of_sight_since"] = local_instant(row.get("out_of_sight_since"), house.zone)
    return record


def profile(row: Mapping[str, Any], house: House) -> dict[str, Any]:
    """The canonical record of a profile row."""
    record = {field: row.get(field) for field in PROFILE_FIELDS}
    record["modified_at"] = local_instant(row.get("modified_at"), house.zone)
    return record


def _amount(value: Any) -> str | None:
    return None if value is None else amount_text(Decimal(str(value)))


def precision(value: str | None) -> str | None:
    """How exactly an instant of a record is known: "instant", or "day" where the PMS told no more."""
    if value is None:
        return None
    return "day" if len(value) == len("2026-05-21") else "instant"


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Field → [before, after] of everything that differs; nothing where only version marks do."""
    diff = {name: [before.get(name), now] for name, now in after.items() if before.get(name) != now}
    return diff if diff.keys() - VERSION_FIELDS else {}


def undo(record: Mapping[str, Any], diffs: Sequence[Mapping[str, Any] | None]) -> dict[str, Any]:
    """A record as it was before these differences, newest first."""
    earlier = dict(record)
    for diff in diffs:
        for field, (before, _) in (diff or {}).items():
            earlier[field] = before
    return earlier
