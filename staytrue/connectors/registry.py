"""Finds connectors: one folder each, or an installed package's entry point."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from importlib.metadata import entry_points
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Protocol

from staytrue.connectors.base import WHOLE, Line, Live, Settings, Share, Translated
from staytrue.kit.errors import Refused

_HERE = Path(__file__).parent
GROUP = "staytrue.connectors"


class Source(Protocol):
    """A spooled delivery, opened: its lines, and what they say."""

    def lines(self, share: Share = WHOLE) -> Iterator[Line]:
        """The raw records; those of other shares may be left out, where that saves work."""
        ...

    def ids_in(self, line: Line) -> Iterable[str]: ...

    def key_of(self, line: Line) -> str | None: ...

    def translate(self, lines: Iterable[Line]) -> Iterator[Translated]: ...


class Connector(Protocol):
    """What the line asks of a connector's package."""

    def open_spool(self, spool: Path, mapping: str, settings: Settings) -> Source: ...


def names() -> list[str]:
    """Every connector there is, in alphabetical order."""
    folders = [path.parent.name for path in _HERE.glob("*/manifest.toml")]
    return sorted({*folders, *_installed()})


@cache
def _installed() -> dict[str, str]:
    """What packages brought, looked up once: the look reads a file of every package there is."""
    return {found.name: found.value for found in entry_points(group=GROUP)}


def _package(name: str) -> str:
    """The module of a connector, or a refusal that lists the ones there are."""
    if name not in names():
        known = ", ".join(names())
        raise Refused(f"There is no connector named {name}. There are: {known}.",
                      code="no_connector", name=name)  # fmt: skip
    return _installed().get(name) or f"{__package__}.{name}"


def load(name: str) -> Connector:
    """The package of a connector, or a refusal that lists the ones there are."""
    connector: Connector = importlib.import_module(_package(name))
    return connector


def live(name: str) -> Live | None:
    """What speaks with a PMS that lives; None where only files are read."""
    found: Live | None = getattr(importlib.import_module(_package(name)), "connector", None)
    return found if isinstance(found, Live) else None


def folder(name: str) -> Traversable:
    """Where a connector's manifest and samples lie, be it one of ours or an installed one."""
    return resources.files(_package(name))


def manifest(name: str) -> dict[str, Any]:
    """A connector's facts: name, vendor, capabilities, fields, settings, limits."""
    return tomllib.loads(folder(name).joinpath("manifest.toml").read_text(encoding="utf-8"))
