"""The capability sheet of a connector: what is proven, and which fields the PMS holds and sends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from staytrue.connectors.contract.manifest import Fields, Manifest
from staytrue.connectors.contract.results import Result, State
from staytrue.connectors.contract.vocabulary import BASIC, EDITION, FIELDS, PROVEN, TOLD


def sheet_of(
    name: str,
    manifest: Manifest,
    results: Iterable[Result],
    seen: Mapping[str, set[str]],
) -> dict[str, Any]:
    """The sheet as JSON. The same connector gives the same sheet, byte by byte."""
    states = {one.capability: one.state for one in results}
    said = BASIC | PROVEN
    return {
        "connector": name,
        "name": manifest.name,
        "vendor": manifest.vendor,
        "kind": manifest.kind,
        "status": manifest.status,
        "fragile": manifest.fragile_because if manifest.fragile else False,
        "tested_with": f"conformance suite, edition {EDITION}",
        "must": {name: states[name] is State.PASSED for name in BASIC},
        "proven": {
            name: said[name] for name in PROVEN if states[name] is State.PASSED
        },
        "not_claimed": {
            name: said[name] for name in PROVEN if states[name] is not State.PASSED
        },
        "told": {name: manifest.capabilities[name] for name in TOLD
                 if name in manifest.capabilities},
        "limits": manifest.limits,
        "fields": {
            object: {name: _field(name, manifest.fields.get(object, Fields()), seen.get(object))
                     for name in names}
            for object, names in FIELDS.items()
        },
    }  # fmt: skip


def _field(name: str, fields: Fields, seen: set[str] | None) -> dict[str, Any]:
    """Whether the PMS has it, whether it comes to us, and whether the run saw it (null: no run)."""
    return {
        "held": name in fields.sent or name in fields.held,
        "sent": name in fields.sent,
        "seen": None if seen is None else name in seen,
    }
