"""Outgoing websockets under the rules of `kit.http`: checked address, TLS always, limits of size.

One message is read whole or refused; nothing is unpacked, because a small one could unfold.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from websockets.exceptions import (
    ConnectionClosed,
    InvalidStatus,
    WebSocketException,
)
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from staytrue.kit.addresses import Resolver, Target, addresses_of, parse, system_resolver
from staytrue.kit.errors import Misconfigured, Temporary
from staytrue.kit.wire import trust, untrusted

MESSAGE_BYTES = 1 << 20
OPEN_SECONDS = 10.0
# The protocol's own sign of life: a line that is dead without a word is noticed.
PING_SECONDS = 20.0


class Closed(Temporary):
    """The other side closed; `code` says why, 1000 is a plain end."""

    def __init__(self, target: str, code: int) -> None:
        super().__init__(f"{target} closed the stream ({code}). It is opened again.", "ws_closed")
        self.close_code = code


class Line:
    """One open websocket."""

    def __init__(self, wire: ClientConnection, target: Target) -> None:
        self._wire, self._target = wire, target

    def heard(self, seconds: float) -> str | bytes | None:
        """The next message; None when none came in this time."""
        try:
            return self._wire.recv(timeout=seconds)
        except TimeoutError:
            return None
        except ConnectionClosed as end:
            raise self._closed(end) from None

    def say(self, message: str) -> None:
        """Send a text."""
        try:
            self._wire.send(message)
        except ConnectionClosed as end:
            raise self._closed(end) from None

    def _closed(self, end: ConnectionClosed) -> Closed:
        return Closed(self._target.authority, end.rcvd.code if end.rcvd else 1006)


@contextmanager
def open_line(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    protocol: str | None = None,
    allow_private: frozenset[str] = frozenset(),
    ca_pem: str | None = None,
    resolve: Resolver = system_resolver,
) -> Iterator[Line]:
    """A websocket to `wss://…`; `ws://` only to a machine an administrator allowed."""
    scheme, mark, rest = url.partition("://")
    if scheme not in ("ws", "wss") or not mark:
        raise Misconfigured("The address of the stream must begin with wss://.", "address_wrong",
                            why="it must begin with wss://")  # fmt: skip
    target = parse(f"{scheme.replace('ws', 'http', 1)}://{rest}", allow_private)
    wire = _connected(target, allow_private, resolve)
    with ExitStack() as held:
        held.callback(wire.close)
        try:
            line = held.enter_context(
                connect(
                    f"{scheme}://{target.name}{target.path}",
                    sock=wire,
                    ssl=trust(ca_pem) if scheme == "wss" else None,
                    server_hostname=target.host if scheme == "wss" else None,
                    additional_headers=dict(headers or {}),
                    subprotocols=[Subprotocol(protocol)] if protocol else None,
                    compression=None,
                    max_size=MESSAGE_BYTES,
                    open_timeout=OPEN_SECONDS,
                    ping_interval=PING_SECONDS,
                    user_agent_header="Staytrue",
                    proxy=None,
                )
            )
        except ssl.SSLCertVerificationError as problem:
            raise untrusted(target.host, problem.verify_message) from None
        except InvalidStatus as answer:
            raise _refused(target, answer.response.status_code) from None
        except (OSError, WebSocketException) as problem:
            raise _away(target, type(problem).__name__) from None
        yield Line(line, target)


def _connected(target: Target, allowed: frozenset[str], resolve: Resolver) -> socket.socket:
    """A socket to the first checked address that answers."""
    for address in addresses_of(target.host, target.port, allowed, resolve):
        try:
            return socket.create_connection((address, target.port), timeout=OPEN_SECONDS)
        except OSError:
            continue
    raise _away(target, "ConnectError")


def _refused(target: Target, status: int) -> Misconfigured | Temporary:
    if status in (401, 403):
        return Misconfigured(
            f"{target.authority} refused our credentials for its stream ({status}). Enter them "
            "again, or ask whether they still hold.",
            "http_credentials",
            status=status,
        )
    return _away(target, f"status {status}")


def _away(target: Target, what: str) -> Temporary:
    return Temporary(
        f"The stream of {target.authority} cannot be opened now ({what}). It is tried again.",
        "stream_away",
        host=target.host,
        retry_after=None,
    )
