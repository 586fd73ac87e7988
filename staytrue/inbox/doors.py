"""Who may call us, and how it shows that it is who it says: one door per connection that is pushed.

Looked up on a connection of its own, at most once in some seconds, so that a call costs no query
and a web thread no place at the database.
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

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

    def opens_with(self, secret: str) -> bool:
        """Whether this is the secret of the address."""
        return hmac.compare_digest(hook_hash(secret), self.hook_hash)

    def is_signed(self, event_id: str, seconds: str, signatures: str, body: bytes) -> bool:
        """Whether the PMS signed this."""
        return signing.is_signed(self.keys, event_id, seconds, signatures, body)

    def is_foreign(self, body: bytes) -> bool:
        """Whether the call is about another house than the one this connection is for."""
        return bool(self.house) and not self.pushes.houses_in(body) <= {self.house}


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
        )
        found = {row[1]: _door(*row) for row in rows}
        return {name: door for name, door in found.items() if door}


def _door(
    id: int, name: str, dialect: str, hashed: str, sealed: str, settings: dict[str, Any]
) -> Door | None:
    pushes = _pushes(dialect)
    house = str(settings.get(pushes.setting) or "")
    if pushes.proof == IN_ADDRESS and hashed:
        return Door(connection_id=id, hook_hash=hashed, pushes=pushes, house=house)
    if pushes.proof == SIGNED and (keys := _keys(id, name, sealed)):
        return Door(connection_id=id, keys=keys, pushes=pushes, house=house)
    return None


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
