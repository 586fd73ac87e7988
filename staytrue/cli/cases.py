"""Cases for `list` and `show`: what the desk answers for, as the house sees it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from staytrue.cli.frame import ACTOR, property_named
from staytrue.desk import canonical
from staytrue.kit.errors import Forbidden, Refused
from staytrue.staff.access import house_access

COLUMNS = ("id", "property", "kind", "state", "owner_role", "department", "due_at", "reservation")


def every(code: str | None, state: str | None, limit: int | None) -> Iterator[dict[str, Any]]:
    """Cases in the order of their opening, of one hotel if named."""
    hotels = [property_named(code).pk] if code else None
    yield from canonical.every(house_access(ACTOR), hotels, state, limit)


def one(key: str) -> dict[str, Any]:
    """A case by its number, with its whole history."""
    if not key.isascii() or not key.isdigit():
        raise click.UsageError("a case is shown by its number")
    try:
        return canonical.one(house_access(ACTOR), int(key))
    except Forbidden as error:
        raise Refused(f"There is no case {key}.", "not_found", key=key) from error
