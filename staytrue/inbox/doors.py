"""Who may call us, how it shows that it is who it says, and for which connection its call is kept.

One door per connection that is pushed; where a PMS has one address for all houses of an integration,
what comes to the door of one is kept for the one it is about. Looked up on a connection of its own,
at most once in some seconds, so that a call costs no query and a web thread no place at the database.
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any, NamedTuple

import msgspec
import psycopg
import structlog

from staytrue.connectors import registry
from staytrue.inbox.models import Connection
from staytrue.inbox.secrets import hook_hash, opened
from staytrue.kit import clock, database, signing
from staytrue.kit.errors import Misconfigured

IN_ADDRESS = "secret in the address"
SIGNED = "standard webhooks"
SIGNING_SECRET = "signing_secret"  # noqa: S105 - the name of the setting
"""The setting with the sender's secret; two with a blank between while the sender changes it."""
BODY_BYTES = 1 << 20

_FRESH_SECONDS = 5.0
# What does not fit is looked up again, in case that it was changed; but not for every stranger.
_AGAIN_SECONDS = 1.0
# Compared with where there is no connection, so that a stranger finds out nothing by the time.
_NOBODYS_HASH = hook_hash(secrets.token_urlsafe())
_NOBODYS_KEYS = (secrets.token_bytes(),)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Pushes:
    """What a dialect's manifest says of its pushes."""

    proof: str = ""
    body_bytes: int = BODY_BYTES
    own_numbers: tuple[str, ...] = ()
    setting: str = ""
    places: tuple[str, ...] = ()
    shared_by: tuple[str, ...] = ()

    def houses_in(self, body: bytes) -> set[str]:
        """The houses a call says it is about, by the PMS's own code."""
        if not self.places:
            return set()
        try:
            said = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            # It is kept, and the worker says that nobody can read it.
            return set()
        found = (_at(said, place.split(".")) for place in self.places)
        return {one for one in found if isinstance(one, str)}


@dataclass(frozen=True)
class Door:
    """One connection as its PMS reaches it. A stranger stands before one that nothing opens."""

    connection_id: int = 0
    hook_hash: str = _NOBODYS_HASH
    keys: tuple[bytes, ...] = _NOBODYS_KEYS
    pushes: Pushes = Pushes()
    house: str = ""
    beside: Mapping[str, int] = field(default_factory=dict)

    def opens_with(self, secret: str) -> bool:
        """Whether this is the secret of the address."""
        return hmac.compare_digest(hook_hash(secret), self.hook_hash)

    def is_signed(self, event_id: str, seconds: str, signatures: str, body: bytes) -> bool:
        """Whether the PMS signed this."""
        return signing.is_signed(self.keys, event_id, seconds, signatures, body)

    def kept_for(self, body: bytes) -> int:
        """The connection this call is about: ours, another of the integration, or 0 for none."""
        if not (self.house or self.beside):
            return self.connection_id
        named = self.pushes.houses_in(body)
        if named <= {self.house}:
            return self.connection_id
        other = self.beside.get(next(iter(named)), 0) if len(named) == 1 else 0
        # Before its own house is known, a call about a stranger may be about it.
        return other or (0 if self.house else self.connection_id)


NOWHERE = Door()


class Doors:
    """All doors of the house by the connection's name, kept for a few seconds."""

    def __init__(self) -> None:
        self._known: dict[str, Door] = {}
        self._looked: float | None = None
        self._looking = threading.Lock()
        self._line: psycopg.Connection[Any] | None = None

    def named(self, name: str) -> Door:
        """The door of a connection, or one that nothing opens. psycopg's errors pass."""
        if self._age() > _FRESH_SECONDS:
            self._look()
        return self._known.get(name, NOWHERE)

    def look_again(self) -> bool:
        """Whether doors were looked up anew, because what somebody showed did not fit."""
        if self._age() <= _AGAIN_SECONDS:
            return False
        self._look()
        return True

    def close(self) -> None:
        """Leave the database."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _age(self) -> float:
        return float("inf") if self._looked is None else clock.monotonic() - self._looked

    def _look(self) -> None:
        before = self._looked
        with self._looking:
            if self._looked != before:
                return
            try:
                self._known = self._all()
            except psycopg.OperationalError:
                self.close()
                # What was known a moment ago still is; whether it can be kept, the writer finds.
                if before is None:
                    raise
            self._looked = clock.monotonic()

    def _all(self) -> dict[str, Door]:
        if self._line is None:
            self._line = database.address("app").connect(autocommit=True)
            self._line.execute("SELECT set_config('staytrue.properties', '*', false)")
        rows = self._line.execute(
            "SELECT id, name, dialect, hook_hash, sealed::text, settings FROM connection"
            " ORDER BY stopped_at IS NOT NULL, id"
        )
        return _doors([_Row(*row) for row in rows])


class _Row(NamedTuple):
    """What is looked up of a connection."""

    id: int
    name: str
    dialect: str
    hook_hash: str
    sealed: str
    settings: dict[str, Any]


def _doors(rows: list[_Row]) -> dict[str, Door]:
    """The door of each that has one, with the houses that share its integration beside it.

    Where two say that they are the same house, what comes to a third is kept for the earlier one
    that is not stopped: nobody takes calls away by entering the house of another.
    """
    found: dict[str, Door] = {}
    integrations: dict[str, dict[str, int]] = {}
    for row in rows:
        pushes = _pushes(row.dialect)
        house = str(row.settings.get(pushes.setting) or "")
        plain = tuple(str(row.settings.get(key) or "").rstrip("/") for key in pushes.shared_by)
        integration = _integration(row.id, row.name, row.dialect, row.sealed, plain)
        beside = integrations.setdefault(integration, {}) if integration else {}
        if house:
            beside.setdefault(house, row.id)
        if door := _door(row, pushes):
            found[row.name] = replace(door, house=house, beside=beside)
    return found


def _door(row: _Row, pushes: Pushes) -> Door | None:
    if pushes.proof == IN_ADDRESS and row.hook_hash:
        return Door(connection_id=row.id, hook_hash=row.hook_hash, pushes=pushes)
    if pushes.proof == SIGNED and (keys := _keys(row.id, row.name, row.sealed)):
        return Door(connection_id=row.id, keys=keys, pushes=pushes)
    return None


@lru_cache(maxsize=1_000)
def _integration(id: int, name: str, dialect: str, sealed: str, plain: tuple[str, ...]) -> str:
    """What connections of one integration have in common; nothing where that cannot be said."""
    told = json.loads(sealed)
    secret = {key: told[key] for key in _pushes(dialect).shared_by if key in told}
    try:
        hidden = opened(Connection(id=id, name=name, sealed=secret))
    except Misconfigured:
        # Its own turn says so to a person; until then it shares nothing.
        return ""
    # What is plain can be guessed: only who showed the same secret shares an address.
    if not any(hidden.values()):
        return ""
    return hook_hash(json.dumps([dialect, plain, sorted(hidden.items())]))


def _at(said: Any, names: list[str]) -> Any:
    """What stands below these names."""
    for name in names:
        said = said.get(name) if isinstance(said, dict) else None
    return said


@cache
def _pushes(dialect: str) -> Pushes:
    if dialect not in registry.names():
        return Pushes()
    facts = registry.manifest(dialect)
    return Pushes(
        proof=facts.get("capabilities", {}).get("push_proof", ""),
        body_bytes=facts.get("limits", {}).get("push_bytes", BODY_BYTES),
        own_numbers=tuple(facts.get("own_numbers", ())),
        setting=str(facts.get("house", "")),
        places=tuple(facts.get("push_house", ())),
        shared_by=tuple(facts.get("push_shared", ())),
    )


@lru_cache(maxsize=1_000)
def _keys(id: int, name: str, sealed: str) -> tuple[bytes, ...]:
    """The keys of a connection that is signed; none where a person must enter them again."""
    row = Connection(id=id, name=name, sealed=json.loads(sealed))
    try:
        return tuple(map(signing.key_of, str(opened(row).get(SIGNING_SECRET, "")).split()))
    except Misconfigured as trouble:
        log.warning("pushes cannot be proven", connection=name, trouble=trouble.sentence)
        return ()
