"""Finds connectors: one folder each, or an installed package's entry point."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from staytrue.connectors.base import Line, Settings, Translated
from staytrue.kit.errors import Refused

_HERE = Path(__file__).parent


class Source(Protocol):
    """A spooled delivery, opened: its lines, and what they say."""

    def lines(self) -> Iterator[Line]: ...

    def ids_in(self, line: Line) -> Iterable[str]: ...

    def translate(self, lines: Iterable[Line]) -> Iterator[Translated]: ...


class Connector(Protocol):
    """What the line asks of a connector's package."""

    def open_spool(self, spool: Path, mapping: str, settings: Settings) -> Source: ...


def names() -> list[str]:
    """Every connector there is, in alphabetical order."""
    folders = [path.parent.name for path in _HERE.glob("*/manifest.toml")]
    return sorted({*folders, *(found.name for found in _installed())})


def _installed() -> list[Any]:
    return list(entry_points(group="staytrue.connectors"))


def load(name: str) -> Connector:
    """The package of a connector, or a refusal that lists the ones there are."""
    if name not in names():
        known = ", ".join(names())
        raise Refused(f"There is no connector named {name}. There are: {known}.",
                      code="no_connector", name=name)  # fmt: skip
    found = next((entry.value for entry in _installed() if entry.name == name), None)
    connector: Connector = importlib.import_module(found or f"{__package__}.{name}")
    return connector


def manifest(name: str) -> dict[str, Any]:
    """A connector's facts: name, vendor, capabilities, settings, limits."""
    load(name)
    path = _HERE / name / "manifest.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
