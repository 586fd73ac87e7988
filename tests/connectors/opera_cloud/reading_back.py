"""Canonical JSON of a translation, as it is laid beside records written by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from staytrue.connectors.base import Settings, Translated
from staytrue.connectors.opera_cloud.translate import translate

READ_AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
WORDS = {
    "hotel_id": "BIO",
    "languages": "S=es, E=en",
    "channels": "WEB=website, OTA=ota",
    "segments": "LEI=leisure, COR=business",
    "boards": "BBF=BB",
    "payments": "INV=transfer",
    "room_codes": "1000",
    "tax_codes": "1900",
}


def settings(**values: Any) -> Settings:
    """The settings of Hotel Sirga's connection."""
    return Settings("BIO", "Europe/Madrid", "ES", "EUR", READ_AT, {**WORDS, **values})


UNTOLD = Settings("HOTEL1", "Europe/Madrid", "ES", "EUR", READ_AT)
"""A house of which nothing is known but its zone."""


def plain(value: Any) -> Any:
    """Builtins with amounts as strings, without what is missing; zero is not missing."""
    if isinstance(value, msgspec.Struct):
        value = msgspec.structs.asdict(value)
    if isinstance(value, dict):
        pairs = {name: plain(inner) for name, inner in value.items()}
        return {
            name: inner
            for name, inner in pairs.items()
            if inner is not None and inner is not False and inner not in ([], {})
        }
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return msgspec.to_builtins(value)


def read(payload: bytes, house: Settings, context: Iterable[bytes] = ()) -> dict[str, Any]:
    """All that a body says, in the shape of the expected files."""
    answers: list[Translated] = list(translate(payload, house, list(context)))
    return {
        "profiles": [plain(found) for one in answers for found in (*one.profiles, *one.glimpses)],
        "reservations": [plain(found) for one in answers for found in one.reservations],
        "parked": [plain(found) for one in answers for found in one.parked],
        "hints": [plain(found) for one in answers for found in one.hints],
    }


def answers(
    body: dict[str, Any], house: Settings | None = None, *context: dict[str, Any]
) -> list[Translated]:
    """What a body says."""
    sides = [json.dumps(side).encode() for side in context]
    return list(translate(json.dumps(body).encode(), house or settings(), sides))
