"""Outgoing HTTP that cannot be led astray: resolve once, check, connect to exactly that address.

No redirects, TLS always verified, one limit of time over the whole request, limits of size counted
while reading. httpcore speaks the protocol; the sockets below it are ours (`kit.wire`).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import httpcore
import msgspec

from staytrue.kit import clock
from staytrue.kit.addresses import Resolver, Target, parse, system_resolver
from staytrue.kit.errors import Misconfigured, Temporary
from staytrue.kit.wire import Budget, CheckedNetwork, Dial, budget, too_large, trust

_REDIRECTS = {300, 301, 302, 303, 305, 307, 308}
_RETRY_AFTER_MAX = 86_400.0


@dataclass(frozen=True)
class Limits:
    """What one answer may cost. A body is counted as it comes and again as it unfolds."""

    body_bytes: int = 32 << 20
    head_bytes: int = 128 << 10
    connect_seconds: float = 10.0
    connections: int = 8


@dataclass(frozen=True)
class Response:
    """An answer, read to its end. Header names are in small letters."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    seconds: float

    def retry_after(self, now: datetime) -> float | None:
        """The seconds that the server asks us to wait, if it says so."""
        text = self.headers.get("retry-after", "").strip()
        if re.fullmatch(r"\d{1,9}", text):
            return min(float(text), _RETRY_AFTER_MAX)
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
        return min(max(seconds, 0.0), _RETRY_AFTER_MAX)

    def usable(self, now: datetime) -> Self:
        """The answer, unless its status tells to wait (408, 425, 429, 5xx) or to stop (401, 403)."""
        if self.status in (401, 403):
            raise Misconfigured(
                f"The other side refused our credentials ({self.status}). Enter them again, or ask "
                "whose they are whether they still hold.",
                "http_credentials",
                status=self.status,
            )
        if self.status in (408, 425, 429) or self.status >= 500:
            raise Temporary(
                f"The other side cannot answer now ({self.status}). It will be asked again.",
                "http_busy" if self.status == 429 else "http_status",
                status=self.status,
                retry_after=self.retry_after(now),
            )
        return self


class Client:
    """Speaks to the servers of one connection, over connections that it keeps open.

    `allow_private`: exact `host:port`s in the own network, allowed by an administrator for this
    connection. `ca_pem`: trust this authority and no other. `timeout`: seconds for a whole
    request, from the name to the last byte. May be used by several threads.
    """

    def __init__(
        self,
        *,
        allow_private: frozenset[str] = frozenset(),
        ca_pem: str | None = None,
        timeout: float = 30.0,
        limits: Limits = Limits(),
        ports: frozenset[int] = frozenset(),
        resolve: Resolver = system_resolver,
        dial: Dial | None = None,
    ) -> None:
        self.allow_private = allow_private
        self.timeout = timeout
        self.limits = limits
        self.ports = ports
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust(ca_pem),
            max_connections=limits.connections,
            keepalive_expiry=30.0,
            network_backend=CheckedNetwork(allow_private, resolve, dial),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close what is kept open."""
        self._pool.close()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        json: Any = None,
    ) -> Response:
        """One request and its whole answer, whatever its status; a redirect is an error.

        Raises Misconfigured (address, certificate, redirect), Temporary (time, network) or
        Refused (answer too large).
        """
        target = parse(url, self.allow_private, ports=self.ports)
        sent = {"host": target.name, "user-agent": "Staytrue", "accept-encoding": "gzip"}
        if json is not None:
            body, sent["content-type"] = msgspec.json.encode(json), "application/json"
        if body or method in ("POST", "PUT", "PATCH"):
            sent["content-length"] = str(len(body))
        sent.update({name.lower(): value for name, value in (headers or {}).items()})
        started = clock.monotonic()
        mark = budget.set(
            Budget(started + self.timeout, self.limits.connect_seconds, self.limits.head_bytes)
        )
        try:
            return self._answer(target, method, sent, body, started)
        finally:
            budget.reset(mark)

    def _answer(
        self, target: Target, method: str, headers: dict[str, str], body: bytes, started: float
    ) -> Response:
        url = httpcore.URL(
            scheme=target.scheme.encode(),
            host=target.host.encode(),
            port=target.port,
            target=target.path.encode(),
        )
        try:
            wire = [
                (name.encode("ascii"), text.encode("latin-1")) for name, text in headers.items()
            ]
            patience = {"timeout": {"pool": self.timeout}}
            with self._pool.stream(
                method, url, headers=wire, content=body or None, extensions=patience
            ) as answer:
                budget.get().is_head = False
                told = _headers(answer.headers)
                if answer.status in _REDIRECTS:
                    raise _redirected(target, answer.status)
                encoding = told.get("content-encoding", "").strip().lower()
                content = _content(answer.iter_stream(), encoding, self.limits.body_bytes)
        except (httpcore.LocalProtocolError, UnicodeEncodeError):
            # Its text would hold the header's value, which may be a secret.
            raise Misconfigured(
                f"The request to {target.authority} cannot be sent: a header or the method holds "
                "characters that HTTP does not allow. Enter the credentials again.",
                "http_request",
            ) from None
        except httpcore.TimeoutException:
            raise _temporary(target, "gave no whole answer in time", "http_timeout") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, zlib.error, OSError) as problem:
            what = f"broke the conversation off ({type(problem).__name__})"
            raise _temporary(target, what, "http_broken") from None
        return Response(answer.status, told, content, clock.monotonic() - started)


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    told: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("ascii").lower(), value.decode("latin-1")
        told[key] = f"{told[key]}, {text}" if key in told else text
    return told


def _content(chunks: Iterable[bytes], encoding: str, most: int) -> bytes:
    """The body unfolded; a bomb is stopped at the limit, before it takes the memory."""
    unfold = zlib.decompressobj(wbits=47) if encoding in ("gzip", "x-gzip", "deflate") else None
    if unfold is None and encoding not in ("", "identity"):
        raise Misconfigured(f"The answer is packed in a way nobody asked for ({encoding[:20]!r}).",
                            "http_encoding")  # fmt: skip
    body, received = bytearray(), 0
    for chunk in chunks:
        received += len(chunk)
        body += unfold.decompress(chunk, most + 1 - len(body)) if unfold else chunk
        if max(received, len(body)) > most:
            raise too_large("body", most)
        if unfold and unfold.unused_data:
            raise httpcore.RemoteProtocolError
    if unfold and received and not unfold.eof:
        raise httpcore.RemoteProtocolError
    return bytes(body)


def _redirected(target: Target, status: int) -> Misconfigured:
    return Misconfigured(
        f"{target.authority} answered with a redirect ({status}), which Staytrue never follows. "
        "Enter the address at which it really answers.",
        "http_redirect",
        host=target.host,
        status=status,
    )


def _temporary(target: Target, what: str, code: str) -> Temporary:
    return Temporary(
        f"{target.authority} {what}. It will be asked again.",
        code,
        host=target.host,
        retry_after=None,
    )
