"""Guessing passwords and codes: slowed, then blocked, then told to the administrators.

Wrong tries are counted in the database, so that it does not matter which process is asked. Only
hashes say what was tried: an address nobody has is counted exactly like a member's.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import connection
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from staytrue.hotel import scope
from staytrue.kit.errors import Refused
from staytrue.staff import audit
from staytrue.staff.actions import NewAsk, open_asks, settle_asks
from staytrue.staff.models import Ask, Member, SignInTry

COOKIE = "__Host-known" if settings.HTTPS else "staytrue_known"
KIND, PREFIX = "sign_in_guessed", "sign_in:"
FIRST_WAIT = timedelta(seconds=30)
"""After the first try too many; it doubles with each further one, up to the block."""
BLOCK = timedelta(hours=1)
FORGOTTEN = timedelta(days=1)
"""After so long without a wrong try the count begins anew, and the ask closes."""
_SALT = "staytrue.known"
_YEAR = timedelta(days=366)
_KNOWN_MAX = 50


@dataclass(frozen=True)
class Limit:
    """From which wrong try on one waits, and from which on one is blocked."""

    waits_from: int
    blocked_from: int

    def wait(self, tries: int) -> timedelta:
        """How long nothing is tried again after so many wrong ones."""
        if tries >= self.blocked_from:
            return BLOCK
        over = tries - self.waits_from
        return FIRST_WAIT * 2**over if over >= 0 else timedelta(0)


ACCOUNT = Limit(5, 10)
NETWORK = Limit(30, 35)
"""A whole desk may sit behind one network: computers known to a member are not counted by it."""


@dataclass(frozen=True)
class Try:
    """One count that a try adds to: of an account, a second factor or a network."""

    what: str
    key: str
    limit: Limit


def of_password(request: HttpRequest, address: str, network: str) -> list[Try]:
    """What a password for this address counts for.

    On a computer on which the address signed in before it is a count of its own: nobody outside
    can lock a member out there.
    """
    account, (device, known) = _mark("account", address.strip().lower()), _known(request)
    if account in known:
        return [Try("account", _mark(account, device), ACCOUNT)]
    return [Try("account", account, ACCOUNT), Try("network", _mark("network", network), NETWORK)]


def of_factor(member_id: int) -> list[Try]:
    """What a code or a passkey of this member counts for; who tries it knows the password."""
    return [Try("factor", _mark("factor", str(member_id)), ACCOUNT)]


def begin(tries: Sequence[Try], now: datetime) -> None:
    """Count a try as wrong until `passed`; Refused while one of them waits.

    The rows stay locked until the transaction ends: two tries at one moment count as two.
    """
    counts = [_held(each.key, now) for each in tries]
    if waits := [until for _, until in counts if until > now]:
        raise Refused("Too many wrong tries. Try again later.", "sign_in_waits", until=max(waits))
    for each, (count, _) in zip(tries, counts, strict=True):
        wait = each.limit.wait(count + 1)
        _write(each.key, count + 1, now, now + wait)


def passed(tries: Sequence[Try], now: datetime) -> None:
    """It was right: his own count is gone, that of his network is as before."""
    for each in tries:
        if each.what == "network":
            count, _ = _held(each.key, now)
            _write(each.key, max(count - 1, 0), now, now)
        else:
            SignInTry.objects.filter(key=each.key).delete()


def failed(tries: Sequence[Try], now: datetime, member: Member | None, network: str) -> None:
    """It was wrong; at the block the audit says so and the administrators are asked to look."""
    for each in tries:
        count, until = _held(each.key, now)
        if count < each.limit.blocked_from:
            continue
        facts = {"by": each.what, "network": network, "count": count}
        if count == each.limit.blocked_from:
            audit.record("sign_in_blocked", f"member:{member.pk}" if member else "", facts=facts)
        told = {"name": member.name if member else "", "until": until.isoformat()}
        with scope.everything():
            open_asks([_ask(each, facts | told)], now)


def is_used(member_id: int, code: str, now: datetime) -> bool:
    """Whether this was the last code that opened for him; from here on it is.

    Asked while his count is held, so that of two processes one opens.
    """
    (counted,) = of_factor(member_id)
    # The count that `passed` removes is another row than the one that keeps his last code.
    key, used = _mark(counted.key, "last"), _mark(counted.key, code)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO sign_in_try (key, tries, last_at, until_at, used)
            VALUES (%s, 0, %s, %s, %s)
            ON CONFLICT (key) DO UPDATE SET used = excluded.used, last_at = excluded.last_at
              WHERE sign_in_try.used <> excluded.used
            """,
            [key, now, now, used],
        )
        return bool(cursor.rowcount == 0)


def remember(request: HttpRequest, response: HttpResponse, address: str) -> None:
    """Let this computer be known as one on which this address signed in."""
    device, known = _known(request)
    account = _mark("account", address.lower())
    told = [account, *(each for each in known if each != account)][:_KNOWN_MAX]
    value = signing.dumps({"id": device or secrets.token_urlsafe(16), "of": told}, salt=_SALT)
    response.set_cookie(COOKIE, value, max_age=int(_YEAR.total_seconds()), path="/",
                        secure=settings.HTTPS, httponly=True, samesite="Lax")  # fmt: skip


def forget(now: datetime) -> None:
    """Counts without a wrong try for a day go, and what was asked because of them closes."""
    with scope.everything():
        SignInTry.objects.filter(Q(last_at__lt=now - FORGOTTEN) & Q(until_at__lt=now)).delete()
        kept = {f"{PREFIX}{key}" for key in SignInTry.objects.values_list("key", flat=True)}
        _close_all_but(kept, now)


def _close_all_but(kept: Collection[str], now: datetime) -> None:
    opened = Ask.objects.filter(key__startswith=PREFIX, closed_at=None)
    asks = [
        NewAsk(each.key, each.kind, each.role_id, None, each.facts, each.link)
        for each in opened.filter(key__in=kept)
    ]
    settle_asks(PREFIX, asks, "quiet", now)


def _ask(of: Try, facts: dict[str, object]) -> NewAsk:
    return NewAsk(f"{PREFIX}{of.key}", KIND, "administrator", None, facts, "/audit/")


def _held(key: str, now: datetime) -> tuple[int, datetime]:
    """So many wrong tries and until when nothing is tried; the row is locked from here on."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO sign_in_try (key, tries, last_at, until_at, used)
            VALUES (%s, 0, %s, %s, '')
            ON CONFLICT (key) DO UPDATE SET key = excluded.key
            RETURNING CASE WHEN last_at < %s AND until_at < %s THEN 0 ELSE tries END, until_at
            """,
            [key, now, now, now - FORGOTTEN, now],
        )
        count, until = cursor.fetchone()
    return int(count), until


def _write(key: str, tries: int, now: datetime, until: datetime) -> None:
    SignInTry.objects.filter(key=key).update(tries=tries, last_at=now, until_at=until)


def _known(request: HttpRequest) -> tuple[str, list[str]]:
    """What the cookie says: which computer this is, and which addresses signed in on it."""
    try:
        told = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_YEAR)
    except signing.BadSignature:
        return "", []
    return str(told["id"]), [str(each) for each in told["of"]]


def _mark(what: str, value: str) -> str:
    """A keyed hash: who reads the table learns no address and no code."""
    return salted_hmac(f"staytrue.try.{what}", value, algorithm="sha256").hexdigest()[:40]
