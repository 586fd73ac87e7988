"""API keys: made once, shown once, kept as a hash; a key may do what its member may do."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from staytrue.kit.errors import Forbidden, Refused
from staytrue.staff.models import ApiKey, Member

_LONGEST = timedelta(days=366)


def make_key(member: Member, name: str, expires_at: datetime, now: datetime) -> tuple[ApiKey, str]:
    """A new key and its text, which is never seen again."""
    if not now < expires_at <= now + _LONGEST:
        raise Refused(
            "A key must expire within a year from now. Choose an earlier day.",
            "api_key_expiry",
        )
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        member=member,
        name=name,
        prefix=prefix,
        hash=_hash(secret),
        created_at=now,
        expires_at=expires_at,
    )
    return key, f"staytrue_{prefix}_{secret}"


def revoke_key(key: ApiKey, now: datetime) -> None:
    """End a key at once; again does nothing."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now)


def member_of(bearer: str, now: datetime) -> Member:
    """The member whose valid key this is; Forbidden says no more than that it is not valid."""
    _mark, _, rest = bearer.partition("staytrue_")
    prefix, _, secret = rest.partition("_")
    key = ApiKey.objects.select_related("member").filter(prefix=prefix).first()
    # A fast hash is right: the secret has 256 random bits. Compared even when there is no such
    # key, so that the time tells nothing.
    is_right = hmac.compare_digest(bytes(key.hash) if key else bytes(32), _hash(secret))
    is_valid = key and key.revoked_at is None and now < key.expires_at and key.member.is_active
    if not (key and is_right and is_valid):
        raise Forbidden(
            "The API key is not valid: unknown, revoked or expired. Ask for a new one.",
            "api_key_invalid",
            object=f"api_key:{key.pk}" if key else "",
        )
    return key.member


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
