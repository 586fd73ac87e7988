"""What SMS gateways tell us, proven by their own signatures: a guest's text, or that he blocked us. Pure.

Twilio signs the whole address with its sorted fields by HMAC-SHA1 under the account's token
(twilio.com/docs/usage/security). Vonage sends a JWT (HS256 under the signature secret) that names
the SHA-256 of the body (developer.vonage.com/en/messages/concepts/signed-webhooks); a block is code
9 there (…/opt-out-assist/guides/messaging-opted-out-numbers), 21610 at Twilio.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

TEXT_MOST = 2_000
BLOCKED = {
    "twilio": frozenset({"21610"}),
    "vonage": frozenset({"9"}),
    "telnyx": frozenset({"40300"}),
}
"""What a gateway says instead of taking a text for somebody who told it to stop."""
_SCHEMES = {"twilio": "twilio", "vonage": "vonage", "nexmo": "vonage"}


class Unsigned(Exception):
    """It does not come from the gateway, or was changed on its way."""


@dataclass(frozen=True)
class Call:
    """One call to our hook, as it came."""

    url: str
    headers: Mapping[str, str]
    fields: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Heard:
    """A guest's text, or (`is_blocked`) the gateway's word that he stopped us there; `key` is its own."""

    key: str
    number: str
    words: str = ""
    is_blocked: bool = False


def gateway_of(address: str) -> str:
    """The gateway behind an Apprise address, where we know what it says."""
    return _SCHEMES.get(address.partition("://")[0].lower(), "")


def heard(gateway: str, secret: str, call: Call) -> Heard | None:
    """What a call says; nothing where it is about something else. `Unsigned` where it is forged."""
    prove, read = _READERS[gateway]
    prove(secret, call)
    try:
        return read(call)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        # Signed, and yet nothing we can read.
        return None


def twilio_signature(secret: str, url: str, fields: Mapping[str, str]) -> str:
    """What Twilio writes into X-Twilio-Signature."""
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.digest(secret.encode(), signed.encode(), "sha1")).decode()


def vonage_token(secret: str, body: bytes, **claims: Any) -> str:
    """The JWT by which Vonage signs a body."""
    told = claims | {"payload_hash": hashlib.sha256(body).hexdigest()}
    parts = [_packed(json.dumps(each).encode()) for each in ({"alg": "HS256", "typ": "JWT"}, told)]
    signed = ".".join(parts)
    return f"{signed}.{_packed(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


def _prove_twilio(secret: str, call: Call) -> None:
    expected = twilio_signature(secret, call.url, call.fields)
    if not _same(expected, call.headers.get("X-Twilio-Signature", "")):
        raise Unsigned


def _read_twilio(call: Call) -> Heard | None:
    told = call.fields
    if told.get("ErrorCode", "") in BLOCKED["twilio"]:
        return Heard(f"{told['MessageSid']}:blocked", told["To"], is_blocked=True)
    if "Body" not in told:
        return None
    # Twilio's own list of words may know one that ours does not.
    is_stop = told.get("OptOutType", "").upper() == "STOP"
    return Heard(told["MessageSid"], told["From"], told["Body"][:TEXT_MOST], is_stop)


def _prove_vonage(secret: str, call: Call) -> None:
    scheme, _, token = call.headers.get("Authorization", "").partition(" ")
    signed, _, signature = token.rpartition(".")
    expected = _packed(hmac.digest(secret.encode(), signed.encode(), "sha256"))
    if scheme.lower() != "bearer" or not _same(expected, signature):
        raise Unsigned
    try:
        head, claims = (json.loads(_unpacked(part)) for part in signed.split("."))
        algorithm, hashed = head["alg"], str(claims["payload_hash"])
    except (ValueError, TypeError, KeyError, binascii.Error):
        raise Unsigned from None
    # The letter of the algorithm is the caller's; only the one we computed with counts.
    if algorithm != "HS256" or not _same(hashlib.sha256(call.body).hexdigest(), hashed):
        raise Unsigned


def _read_vonage(call: Call) -> Heard | None:
    told = json.loads(call.body)
    error = told.get("error") or {}
    codes = {str(told.get("err-code", "")), str(error.get("title", ""))}
    if codes & BLOCKED["vonage"]:
        number = told.get("msisdn") or told["to"]
        key = told.get("message_uuid") or told["messageId"]
        return Heard(f"{key}:blocked", str(number), is_blocked=True)
    if told.get("channel") != "sms" or "text" not in told:
        return None
    return Heard(str(told["message_uuid"]), str(told["from"]), str(told["text"])[:TEXT_MOST])


_READERS: Mapping[str, tuple[Callable[[str, Call], None], Callable[[Call], Heard | None]]] = {
    "twilio": (_prove_twilio, _read_twilio),
    "vonage": (_prove_vonage, _read_vonage),
}
LISTENED = tuple(_READERS)
"""Gateways whose hook we answer; of the others nothing comes back."""


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))


def _packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
