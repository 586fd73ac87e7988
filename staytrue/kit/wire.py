"""The sockets below `kit.http`: connected to checked addresses only, every wait cut by what is left."""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpcore

from staytrue.kit import clock
from staytrue.kit.addresses import Resolver, addresses_of
from staytrue.kit.errors import Misconfigured, Refused

Dial = Callable[[str, int, float], socket.socket]
"""Connects to one checked address within so many seconds."""


@dataclass
class Budget:
    """What one request may still use: seconds, and bytes until its head is read."""

    until: float
    connect_seconds: float
    head_bytes: int
    is_head: bool = True
    received: int = 0

    def seconds(self) -> float:
        """What is left of the request's time."""
        left = self.until - clock.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left

    def count(self, size: int) -> None:
        """Cut the head at its limit; the body is counted by whoever unfolds it."""
        self.received += size
        if self.is_head and self.received > self.head_bytes:
            raise too_large("head", self.head_bytes)


# httpcore hands no request down to its streams; the thread that asks is the one that reads.
budget: ContextVar[Budget] = ContextVar("budget")


class CheckedNetwork(httpcore.NetworkBackend):
    """Connects to checked addresses only; the name stays what TLS and Host speak of."""

    def __init__(self, allowed: frozenset[str], resolve: Resolver, dial: Dial | None) -> None:
        self._allowed, self._resolve, self._dial = allowed, resolve, dial or _dial

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """The first of the name's addresses that answers; all of them were checked before."""
        mine = budget.get()
        for address in addresses_of(host, port, self._allowed, self._resolve):
            try:
                wire = self._dial(address, port, min(mine.seconds(), mine.connect_seconds))
            except OSError:
                continue
            return _Stream(wire, host)
        raise httpcore.ConnectError


class _Stream(httpcore.NetworkStream):
    def __init__(self, wire: socket.socket, host: str) -> None:
        self._wire, self._host = wire, host

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        mine = budget.get()
        self._wire.settimeout(mine.seconds())
        try:
            data = self._wire.recv(max_bytes)
        except TimeoutError:
            raise httpcore.ReadTimeout from None
        except OSError:
            raise httpcore.ReadError from None
        mine.count(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = memoryview(buffer)
        try:
            while left:
                self._wire.settimeout(budget.get().seconds())
                left = left[self._wire.send(left) :]
        except TimeoutError:
            raise httpcore.WriteTimeout from None
        except OSError:
            raise httpcore.WriteError from None

    def close(self) -> None:
        self._wire.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            self._wire.settimeout(budget.get().seconds())
            wire = ssl_context.wrap_socket(self._wire, server_hostname=self._host)
        except ssl.SSLCertVerificationError as problem:
            self.close()
            raise untrusted(self._host, problem.verify_message) from None
        except TimeoutError:
            self.close()
            raise httpcore.ConnectTimeout from None
        except OSError:
            self.close()
            raise httpcore.ConnectError from None
        return _Stream(wire, self._host)

    def get_extra_info(self, info: str) -> Any:
        if info != "is_readable":
            return None
        # Before it reuses a kept connection the pool asks whether the other side closed it.
        asked = select.poll()
        asked.register(self._wire, select.POLLIN)
        return bool(asked.poll(0))


def trust(ca_pem: str | None) -> ssl.SSLContext:
    """Whom TLS believes: the public authorities, or one private authority and no other."""
    if ca_pem is None:
        return httpcore.default_ssl_context()
    try:
        context = ssl.create_default_context(cadata=ca_pem)
    except (ssl.SSLError, ValueError):
        raise Misconfigured(
            "The stored authority is not a certificate in PEM form. Paste the whole text, from "
            "-----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.",
            "http_authority",
        ) from None
    # An intermediate authority of the house may be pinned without its root.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def too_large(part: str, most: int) -> Refused:
    """The one sentence for an answer beyond its limit."""
    return Refused(
        f"The {part} of the answer is larger than {most >> 10} KB, so it was not read to its end. "
        "Ask for less at once.",
        "http_too_large",
        part=part,
        limit=most,
    )


def _dial(address: str, port: int, seconds: float) -> socket.socket:
    wire = socket.create_connection((address, port), timeout=seconds)
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return wire


def untrusted(host: str, reason: str) -> Misconfigured:
    """The one sentence for a certificate that nobody vouches for."""
    return Misconfigured(
        f"The certificate of {host} is not trusted: {reason}. Have it renewed, or store the house's "
        "own authority for this connection.",
        "http_certificate",
        host=host,
        reason=reason,
    )
