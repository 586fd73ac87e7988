"""The samples of a connector: payloads, the records written for them by hand, the settings used.

`NAME.ext` is a payload, `NAME.expected.json` what it says, `NAME.context.ext` what it refers to,
`settings.toml` the house they are read for.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources.abc import Traversable
from typing import Any

import msgspec

from staytrue.connectors.base import Settings, Translated
from staytrue.kit.errors import Misconfigured

READ_AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
_AMOUNTS = {"amount", "room_amount", "quantity"}
_USUAL = {"leg": "1", "status_origin": "pms", "kind": "person", "channel": "other"}


@dataclass(frozen=True)
class Sample:
    """One payload with what it must say."""

    name: str
    payload: bytes
    expected: Mapping[str, Any]
    context: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Samples:
    """All samples of a connector, and the settings they are read with."""

    settings: Settings
    all: tuple[Sample, ...] = ()


def samples_of(folder: Traversable) -> Samples:
    """What lies in a connector's folder of samples; none is no error."""
    place = folder.joinpath("samples")
    files = {found.name: found for found in place.iterdir()} if place.is_dir() else {}
    told: dict[str, Any] = {}
    if "settings.toml" in files:
        told = tomllib.loads(files["settings.toml"].read_text(encoding="utf-8"))
    settings = Settings(
        property=told.get("property", "HOTEL"),
        zone=told.get("zone", "UTC"),
        country=told.get("country", ""),
        currency=told.get("currency", ""),
        read_at=READ_AT,
        values=dict(told.get("values", {})),
    )
    payloads = [
        name for name in sorted(files)
        if ".expected." not in name and ".context." not in name and name != "settings.toml"
    ]  # fmt: skip
    return Samples(settings, tuple(_sample(name, files) for name in payloads))


def _sample(name: str, files: Mapping[str, Traversable]) -> Sample:
    stem, dot, ending = name.rpartition(".")
    expected = files.get(f"{stem}.expected.json")
    if expected is None:
        raise Misconfigured(
            f"The sample {name} has no {stem}.expected.json beside it.", "no_expected", name=name
        )
    context = files.get(f"{stem}.context{dot}{ending}")
    return Sample(
        stem,
        files[name].read_bytes(),
        json.loads(expected.read_text(encoding="utf-8")),
        (context.read_bytes(),) if context else (),
    )


def said(translated: Iterable[Translated], expected: Mapping[str, Any]) -> dict[str, Any]:
    """What was translated in the form of an expectation.

    Of parked parts and hints only what the expectation names: their sentences may become better.
    """
    answers = list(translated)
    found: dict[str, list[Any]] = {
        "reservations": [one for answer in answers for one in answer.reservations],
        "profiles": [one for answer in answers for one in (*answer.profiles, *answer.glimpses)],
        "parked": [one for answer in answers for one in answer.parked],
        "hints": [one for answer in answers for one in answer.hints],
    }
    told = {name: [plain(one) for one in records] for name, records in found.items()}
    for name in ("parked", "hints"):
        for place, wanted in enumerate(expected.get(name, ())):
            if place < len(told[name]):
                told[name][place] = {key: told[name][place].get(key) for key in wanted}
    return told


def plain(value: Any, name: str = "") -> Any:
    """A record as JSON without what is missing or usual; amounts compare by value."""
    if isinstance(value, msgspec.Struct):
        value = msgspec.structs.asdict(value)
    if isinstance(value, dict):
        told = {key: plain(inner, key) for key, inner in value.items()}
        return {
            key: inner
            for key, inner in told.items()
            if inner is not None
            and inner is not False
            and inner not in ([], {})
            and _USUAL.get(key) != inner
        }
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if name in _AMOUNTS and value is not None:
        return Decimal(value)
    if isinstance(value, Decimal):
        return value
    return msgspec.to_builtins(value)


def differences(found: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """Where two translations differ, one sentence each."""
    told: list[str] = []
    for kind in ("reservations", "profiles", "parked", "hints"):
        ours = found.get(kind, [])
        theirs = [plain(one) for one in expected.get(kind, [])]
        if len(ours) != len(theirs):
            told.append(f"{len(ours)} {kind} instead of {len(theirs)}")
            continue
        for place, (mine, wanted) in enumerate(zip(ours, theirs, strict=True), 1):
            told += [
                f"{kind} {place}: {name} is {mine.get(name)!r} instead of {wanted.get(name)!r}"
                for name in sorted(mine.keys() | wanted.keys())
                if mine.get(name) != wanted.get(name)
            ]
    return told
