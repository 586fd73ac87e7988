"""Connect a hotel with its PMS, and change how: an administrator's acts, checked before kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from staytrue.connectors import registry
from staytrue.flow import houses
from staytrue.flow.outgoing import AGREED, check_addresses, pace_of
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.inbox import actions as inbox
from staytrue.inbox import secrets
from staytrue.inbox.models import Connection
from staytrue.kit import paths
from staytrue.kit.errors import Refused
from staytrue.staff import audit

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
# Addresses of our own pages stand where a name would.
_TAKEN = frozenset({"new"})


def connect(
    name: str,
    property: Property,
    dialect: str,
    values: Mapping[str, Any],
    *,
    cadence_seconds: int,
    is_private: bool,
    by: str,
    now: datetime,
    lookups_only: bool = False,
) -> Connection:
    """Link a hotel to its PMS; the worker begins to read at its next round.

    One for look-ups only is never read as a whole: it answers about single stays.
    """
    if not _NAME.fullmatch(name) or name in _TAKEN:
        raise Refused(
            "A connection's name has up to 40 small letters, digits and hyphens, like sirga-mews.",
            "connection_name",
        )
    _check(dialect, values, is_private=is_private)
    with scope.everything(), audit.acting(by, now):
        link = inbox.connect(
            name, property, dialect, dict(values), now=now, cadence_seconds=cadence_seconds,
            lookups_only=lookups_only,
        )  # fmt: skip
        inbox.allow_private(link, is_allowed=is_private)
    return link


def change(
    link: Connection,
    values: Mapping[str, Any],
    *,
    cadence_seconds: int,
    is_private: bool,
    by: str,
    now: datetime,
) -> None:
    """Change settings of a connection; those not named stay as they are."""
    values = houses.without_forgetting(link, values)
    _check(link.dialect, {**secrets.readable(link), **values}, is_private=is_private)
    with scope.everything(), audit.acting(by, now):
        secrets.put_settings(link, values, registry.manifest(link.dialect))
        inbox.promise(link, cadence_seconds)
        inbox.allow_private(link, is_allowed=is_private)


def _check(dialect: str, values: Mapping[str, Any], *, is_private: bool) -> None:
    """What would stop the connection at its first turn is refused before it is kept."""
    check_addresses(values, is_private=is_private)
    pace_of(registry.manifest(dialect), str(values.get(AGREED) or ""))


def tune(
    link: Connection,
    cadence: dict[str, Any],
    objectives: dict[str, Any],
    *,
    by: str,
    now: datetime,
) -> None:
    """How often it is asked, what it must reach and who hears of it; from its next turn on."""
    with scope.everything(), audit.acting(by, now):
        inbox.set_pace(link, cadence)
        inbox.set_objectives(link, objectives)


def new_address(link: Connection, *, by: str, now: datetime) -> str:
    """The path at which the PMS may call from now on, told this once; an earlier one is dead."""
    with scope.everything(), audit.acting(by, now, "new address for the PMS"):
        return f"/hooks/{paths.quoted(link.name)}/{secrets.new_hook(link)}"
