"""Expected records, read into the canonical types so that they compare by meaning."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from staytrue.connectors.base import Settings, Translated
from staytrue.connectors.mews.translate import translate
from staytrue.mirror.rows import json_text

SHARED = Path(__file__).parents[4] / "shared" / "pms" / "samples" / "mews"
EXPECTED = Path(__file__).parent / "expected"
OWN = Path(__file__).parents[3] / "staytrue" / "connectors" / "mews" / "samples"
HOUSE = Settings("HOTEL", "UTC", "", "", datetime(2026, 6, 1, tzinfo=UTC))
KINDS = ("reservations", "profiles", "hints")
USUAL = {"leg": "1", "status_origin": "pms", "kind": "person", "channel": "other"}
AMOUNTS = {"amount", "room_amount", "quantity"}


def load(path: Path) -> Any:
    """A JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def translated(payload: Any, context: Iterable[Any] = (), settings: Settings = HOUSE) -> Translated:
    """All that an answer says, as one."""
    whole = Translated(0, 0)
    beside = [json.dumps(one).encode() for one in context]
    for part in translate(json.dumps(payload).encode(), settings, beside):
        whole.reservations += part.reservations
        whole.profiles += part.profiles
        whole.parked += part.parked
        whole.hints += part.hints
        whole.findings += part.findings
    return whole


def plain(value: Any) -> Any:
    """A record as JSON without what is missing or usual; amounts compare by value."""
    if isinstance(value, dict):
        told = {name: _amount(name, plain(inner)) for name, inner in value.items()}
        return {
            name: inner
            for name, inner in told.items()
            if inner not in (None, [], {}, False) and USUAL.get(name) != inner
        }
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def _amount(name: str, value: Any) -> Any:
    return Decimal(value) if name in AMOUNTS and value is not None else value


def said(found: Translated) -> dict[str, Any]:
    """What was found, as plain JSON."""
    return {name: plain(json.loads(json_text(getattr(found, name)))) for name in KINDS}


def assert_says(found: Translated, expected: dict[str, Any]) -> None:
    """The records are exactly the expected ones; parked parts agree in reason and key."""
    assert said(found) == {name: plain(expected.get(name, [])) for name in KINDS}
    parked = [{"code": part.code, "key": part.key} for part in found.parked]
    assert parked == expected.get("parked", [])
