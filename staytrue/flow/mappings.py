"""Which mapping a connection reads a file by."""

from __future__ import annotations

from pathlib import Path

from staytrue.inbox.models import Connection
from staytrue.kit.errors import Refused


def name(link: Connection, path: Path) -> str | None:
    """The mapping the connection's settings give this file: one for all, or by name pattern."""
    given = link.settings.get("mappings") or {}
    for pattern, name in given.items():
        if path.match(pattern):
            return str(name)
    name = link.settings.get("mapping")
    return str(name) if name else None


def of(link: Connection, path: Path) -> str:
    """The same, or a refusal that says how to name one."""
    if found := name(link, path):
        return found
    raise Refused(
        f"No mapping is set for {path.name} on {link.name}. Name one with --mapping, or set it "
        "with: staytrue connect … --set mapping=NAME.",
        code="no_mapping",
    )
