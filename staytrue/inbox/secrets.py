"""What a connection keeps to itself: secret settings sealed to its row, the address it is called at.

Nobody reads a secret again but the line that uses it; pages and the command line show that it is
there. The key lies outside the database (`kit.secrets`).
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings

from staytrue.connectors.fields import secret_names
from staytrue.inbox.models import Connection
from staytrue.kit.errors import Misconfigured
from staytrue.kit.scrubbing import MASK, remember
from staytrue.kit.secrets import Keyring, keyring

TABLE = "connection"
_HOOK_BYTES = 32


def put_settings(link: Connection, values: Mapping[str, Any], manifest: Mapping[str, Any]) -> None:
    """Change these settings and leave the others; a secret one is sealed, one of None goes."""
    plain, sealed = split(link.pk, values, secret_names(manifest))
    gone = values.keys()
    link.settings = {k: v for k, v in link.settings.items() if k not in gone} | plain
    link.sealed = {k: v for k, v in link.sealed.items() if k not in gone} | sealed
    link.save(update_fields=["settings", "sealed"])


def split(
    row: int, values: Mapping[str, Any], secret: Collection[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Settings apart: those that may be read, and the secret ones sealed for this row."""
    given = {name: value for name, value in values.items() if value is not None}
    plain = {name: value for name, value in given.items() if name not in secret}
    hidden = {name: str(given[name]) for name in given if name in secret}
    if not hidden:
        return plain, {}
    keys = keyring(settings.HOME)
    for text in hidden.values():
        remember(text)
    return plain, {name: _seal(keys, row, name, text) for name, text in hidden.items()}


def opened(link: Connection) -> dict[str, Any]:
    """All settings, secrets opened; Misconfigured where the key or the row is not theirs."""
    values: dict[str, Any] = dict(link.settings)
    if not link.sealed:
        return values
    keys = keyring(settings.HOME)
    for name, sealed in link.sealed.items():
        try:
            values[name] = keys.open_(_bytes(sealed), table=TABLE, row=link.pk, field=name)
        except Misconfigured as trouble:
            raise Misconfigured(
                f"The setting {name} of {link.name} cannot be opened. {trouble.sentence}",
                trouble.code,
                connection=link.name,
                setting=name,
            ) from None
    return values


def readable(link: Connection) -> dict[str, Any]:
    """All settings that open; a secret whose key is lost is left out, so that it can be replaced."""
    try:
        return opened(link)
    except Misconfigured:
        return dict(link.settings)


def masked(link: Connection) -> dict[str, Any]:
    """All settings as a person may see them: of a secret only that it is there."""
    return {**link.settings, **dict.fromkeys(link.sealed, MASK)}


def rotate(link: Connection) -> int:
    """Seal with the key of today what an earlier one sealed; returns how many secrets changed."""
    keys = keyring(settings.HOME)
    fresh = {
        name: b64encode(keys.rotate(_bytes(text), table=TABLE, row=link.pk, field=name)).decode()
        for name, text in link.sealed.items()
    }
    changed = len(fresh.items() - link.sealed.items())
    if changed:
        link.sealed = fresh
        link.save(update_fields=["sealed"])
    return changed


def new_hook(link: Connection) -> str:
    """A new secret for the address at which the PMS calls us, told this once; the old one ends."""
    secret = secrets.token_urlsafe(_HOOK_BYTES)
    remember(secret)
    link.hook_hash = hook_hash(secret)
    link.save(update_fields=["hook_hash"])
    return secret


def hook_hash(secret: str) -> str:
    """What is kept of such a secret: it is long and drawn at random, so one plain hash will do."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _seal(keys: Keyring, row: int, name: str, text: str) -> str:
    return b64encode(keys.seal(text, table=TABLE, row=row, field=name)).decode()


def _bytes(sealed: str) -> bytes:
    try:
        return b64decode(sealed, validate=True)
    except ValueError:
        # What is no sealed secret at all is told like one that was changed.
        return b""
