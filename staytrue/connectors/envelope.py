"""How parcels of a live PMS are kept: their text with its context, one part a line, no cards."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Iterator
from hashlib import blake2b
from typing import Any

import msgspec

from staytrue.connectors.base import Delivery
from staytrue.kit.cards import mask_cards, may_hold_cards_in_json
from staytrue.kit.scrubbing import MASK, may_name_secrets, names_secret, scrubbed

_JSON_STARTS = ("{", "[")


class Part(msgspec.Struct):
    """One parcel as kept: what its body holds, the body, and the side entities beside it."""

    object: str
    body: bytes
    context: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, parcel: Delivery) -> Part:
        """A parcel without its bookmark."""
        return cls(parcel.object, parcel.body, parcel.context)


def pack(parts: Iterable[Part], own_numbers: Collection[str] = ()) -> tuple[bytes, int]:
    """The parts as lines of JSON that a person can read, and how many card numbers were masked.

    `own_numbers` are endings of field names whose values the PMS made itself: they may look like
    card numbers and stay, because records are matched by them.
    """
    lines, total = [], 0
    ends = tuple(own_numbers)
    for part in parts:
        texts = []
        for body in (part.body, *part.context):
            text, found = _masked(body, ends)
            texts.append(text)
            total += found
        lines.append(json.dumps({"object": part.object, "bodies": texts}, ensure_ascii=False))
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogatepass"), total


def without_cards(body: bytes, own_numbers: Collection[str] = ()) -> bytes:
    """One body as it may be kept."""
    return _bytes(_masked(body, tuple(own_numbers))[0])


def without_secrets(body: bytes) -> bytes:
    """A call as it may be kept: some PMSs send new credentials of ours in one."""
    text = body.decode("utf-8", "surrogateescape")
    # Hardly any call has one, so most are not read here. An escape may hide a name.
    if not may_name_secrets(text) and "\\u" not in text:
        return body
    try:
        read = json.loads(text, parse_float=_Digits, parse_int=_Digits, object_pairs_hook=_unique)
        hidden = _without_secrets(read)
        kept = text if hidden == read else _dumped(hidden)
    except (ValueError, RecursionError):
        # Not understood, or understood in two ways: what looks like a secret goes.
        kept = scrubbed(text)
    return kept.encode("utf-8", "surrogateescape")


def unpack(kept: bytes) -> Iterator[Part]:
    """The parts of a kept delivery."""
    for line in kept.decode("utf-8", "surrogatepass").split("\n"):
        if line:
            said = json.loads(line)
            body, *context = (_bytes(text) for text in said["bodies"])
            yield Part(said["object"], body, tuple(context))


def hash_of(parts: Iterable[Part]) -> str:
    """BLAKE2 over the original bytes, in hexadecimal digits."""
    digest = blake2b(digest_size=16)
    for part in parts:
        for body in (part.object.encode(), part.body, *part.context):
            digest.update(len(body).to_bytes(8, "big"))
            digest.update(body)
    return digest.hexdigest()


def _bytes(text: str | dict[str, str]) -> bytes:
    return b64decode(text["base64"]) if isinstance(text, dict) else text.encode()


def _masked(body: bytes, ends: tuple[str, ...]) -> tuple[str | dict[str, str], int]:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        # Nobody can read it, so nobody can mask it for certain: its digits go.
        text, found = mask_cards(body.decode("latin-1"))
        return {"base64": b64encode(text.encode("latin-1", "replace")).decode()}, found
    if not may_hold_cards_in_json(body):
        return text, 0
    if text.lstrip().startswith(_JSON_STARTS):
        try:
            read = json.loads(
                text, parse_float=_Digits, parse_int=_Digits, object_pairs_hook=_unique
            )
            value, found = _mask(read, "", ends)
        except (ValueError, RecursionError):
            # Not understood, or understood in two ways: it stays as it is, without its cards.
            return mask_cards(text)
        return (_dumped(value) if found else text), found
    return mask_cards(text)


class _Digits(str):
    """A number as written: its digits are read like any text, and written without quotes."""

    __slots__ = ()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise ValueError
    return named


def _mask(value: Any, name: str, ends: tuple[str, ...]) -> tuple[Any, int]:
    if isinstance(value, str):
        if ends and name.endswith(ends):
            return value, 0
        masked, found = mask_cards(value, phone="hone" in name)
        return (masked, found) if found else (value, 0)
    if isinstance(value, dict):
        pairs = {key: _mask(inner, key, ends) for key, inner in value.items()}
        return {key: inner for key, (inner, _) in pairs.items()}, sum(n for _, n in pairs.values())
    if isinstance(value, list):
        items = [_mask(inner, name, ends) for inner in value]
        return [inner for inner, _ in items], sum(found for _, found in items)
    return value, 0


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: MASK if names_secret(name) and inner else _without_secrets(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_without_secrets(inner) for inner in value]
    return value


def _dumped(value: Any) -> str:
    """JSON again, with every number as it was written."""
    if isinstance(value, _Digits):
        return str.__str__(value)
    if isinstance(value, dict):
        inner = ",".join(f"{json.dumps(key)}:{_dumped(item)}" for key, item in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{','.join(_dumped(item) for item in value)}]"
    return json.dumps(value, ensure_ascii=False)
