"""A simulated PMS's websocket: a real server around lines that say what is to be sent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Protocol, Self

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve
from websockets.typing import Subprotocol

LOOK_SECONDS = 0.02


class Line(Protocol):
    """One connection as the PMS sees it: what it answers, what it sends by itself, how it closes."""

    closed: int | None

    def say(self, message: str) -> list[str]: ...

    def events(self) -> list[str]: ...


Connect = Callable[[Mapping[str, str]], Line | None]
"""Headers to a line; None refuses them."""


class ServedSocket:
    """A websocket on a free port of this machine."""

    def __init__(self, connect: Connect, protocol: str | None = None) -> None:
        self._connect = connect
        self._stopping = threading.Event()
        self._lines: dict[int, Line] = {}
        self._server = serve(
            self._talk,
            "127.0.0.1",
            0,
            process_request=self._admitted,
            subprotocols=[Subprotocol(protocol)] if protocol else None,
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def authority(self) -> str:
        """Host and port, as an administrator would allow them."""
        return f"127.0.0.1:{self._server.socket.getsockname()[1]}"

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"ws://{self.authority}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._thread.join()

    def _admitted(self, wire: ServerConnection, request: Request) -> Response | None:
        line = self._connect({name.lower(): said for name, said in request.headers.raw_items()})
        if line is None:
            return wire.respond(HTTPStatus.UNAUTHORIZED, "unknown\n")
        self._lines[id(wire)] = line
        return None

    def _talk(self, wire: ServerConnection) -> None:
        line = self._lines.pop(id(wire))
        try:
            while not self._stopping.is_set():
                for message in line.events():
                    wire.send(message)
                if line.closed is not None:
                    wire.close(line.closed)
                    return
                try:
                    said = wire.recv(timeout=LOOK_SECONDS)
                except TimeoutError:
                    continue
                for answer in line.say(said if isinstance(said, str) else said.decode()):
                    wire.send(answer)
        except ConnectionClosed:
            return
