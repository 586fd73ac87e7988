"""Sealed secrets: credentials that can be opened only in the row they were sealed for.

Each secret has a data key of its own, wrapped by the installation's key, which the database never
holds. Losing that key loses credentials, which are entered again, and no guest's data.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from staytrue.kit.errors import Misconfigured
from staytrue.kit.home import own_secret
from staytrue.kit.scrubbing import remember

SETTING = "STAYTRUE_SEALING_KEY"
SETTING_BEFORE = "STAYTRUE_SEALING_KEY_BEFORE"
KEPT_AS = "sealing"
"""The name of the key among the home's secrets."""

_FORM = b"\x01"
_ID, _NONCE, _KEY, _TAG = 8, 12, 32, 16
# A sealed secret: form, id of the wrapping key, nonce and wrapped data key, nonce and text.
_WRAPPED_AT = len(_FORM) + _ID
_TEXT_AT = _WRAPPED_AT + _NONCE + _KEY + _TAG
_SHORTEST_KEY = 32
_NAME = re.compile(r"[a-z_][a-z0-9_]*")


class Keyring:
    """The key that seals today, and those of before, which still open."""

    def __init__(self, current: str, *before: str) -> None:
        self._current = _Wrapping(current)
        self._by_id = {key.id: key for key in (*map(_Wrapping, before), self._current)}

    def seal(self, text: str, *, table: str, row: int | str, field: str) -> bytes:
        """The secret, sealed for this field of this row."""
        place = _place(table, row, field)
        data_key = os.urandom(_KEY)
        head = _FORM + self._current.id
        return head + self._current.wrap(data_key, place) + _encrypt(data_key, text.encode(), place)

    def open_(self, sealed: bytes, *, table: str, row: int | str, field: str) -> str:
        """The secret again; from here on no log of this process will hold it."""
        place = _place(table, row, field)
        data_key = self._data_key(sealed, place)
        text = _decrypt(data_key, bytes(sealed)[_TEXT_AT:], place).decode()
        remember(text)
        return text

    def rotate(self, sealed: bytes, *, table: str, row: int | str, field: str) -> bytes:
        """The same secret under the current key; its own text is not touched."""
        if self.is_current(sealed):
            return bytes(sealed)
        place = _place(table, row, field)
        wrapped = self._current.wrap(self._data_key(sealed, place), place)
        return _FORM + self._current.id + wrapped + bytes(sealed)[_TEXT_AT:]

    def is_current(self, sealed: bytes) -> bool:
        """Whether the current key seals it."""
        return _key_id(sealed) == self._current.id

    def _data_key(self, sealed: bytes, place: bytes) -> bytes:
        key = self._by_id.get(_key_id(sealed))
        if key is None:
            raise Misconfigured(
                "The key that sealed this secret is not here. Put it back (secrets/"
                f"{KEPT_AS} in the home, or {SETTING_BEFORE}), or enter the credentials again; no "
                "guest's data is lost.",
                "sealing_key_lost",
            )
        return key.unwrap(bytes(sealed)[_WRAPPED_AT:_TEXT_AT], place)


def keyring(home: Path, environ: Mapping[str, str] = os.environ) -> Keyring:
    """The keys of an installation: from the environment, else made in the home at first need."""
    named = environ.get(SETTING, "").strip()
    before = environ.get(SETTING_BEFORE, "").split()
    if not named:
        return Keyring(own_secret(home, KEPT_AS), *before)
    # Who moves the key out of the home still opens what was sealed before.
    kept = [own_secret(home, KEPT_AS)] if (home / "secrets" / KEPT_AS).exists() else []
    return Keyring(named, *before, *kept)


class _Wrapping:
    """A key that wraps data keys; it is never used for anything else."""

    def __init__(self, text: str) -> None:
        if len(text) < _SHORTEST_KEY:
            raise Misconfigured(
                f"{SETTING} is too short: it needs {_SHORTEST_KEY} characters drawn at random.",
                "sealing_key_short",
            )
        derive = HKDF(SHA256(), _KEY, salt=None, info=b"staytrue: sealed secrets")
        self._key = derive.derive(text.encode())
        self.id = hashlib.sha256(b"staytrue: key id" + self._key).digest()[:_ID]

    def wrap(self, data_key: bytes, place: bytes) -> bytes:
        return _encrypt(self._key, data_key, b"key of " + place)

    def unwrap(self, wrapped: bytes, place: bytes) -> bytes:
        return _decrypt(self._key, wrapped, b"key of " + place)


def _place(table: str, row: int | str, field: str) -> bytes:
    # Names that may hold no colon, so that no two places are spelled alike.
    if not (_NAME.fullmatch(table) and _NAME.fullmatch(field)):
        raise ValueError(f"{table}:{field} names no field")
    return f"{table}:{row}:{field}".encode()


def _key_id(sealed: bytes) -> bytes:
    sealed = bytes(sealed)
    if not sealed.startswith(_FORM) or len(sealed) < _TEXT_AT + _NONCE + _TAG:
        raise _broken()
    return sealed[len(_FORM) : _WRAPPED_AT]


def _encrypt(key: bytes, text: bytes, place: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, text, place)


def _decrypt(key: bytes, sealed: bytes, place: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place)
    except InvalidTag:
        raise _broken() from None


def _broken() -> Misconfigured:
    return Misconfigured(
        "This secret was sealed for another place or has been changed, so it is not used. Enter "
        "the credentials again.",
        "sealed_elsewhere",
    )
