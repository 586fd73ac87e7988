"""A port of this machine that leads to a database's socket, so that the line can be cut."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_BLOCK = 1 << 16


class Relay:
    """Passes bytes both ways. `cut` breaks the next line when so many have come from the server."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._budget: int | None = None
        self.cuts = 0

    @property
    def authority(self) -> str:
        """Host and port, as an administrator would allow them for a connection."""
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self, after: int) -> None:
        """Break the next line after so many bytes of the server."""
        self._budget = after

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # The listener was closed.
            while True:
                client, _ = self._listener.accept()
                # Else small answers wait for one another.
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._path)
                budget, self._budget = self._budget, None
                pumps = ((client, server, None), (server, client, budget))
                for source, target, limit in pumps:
                    given = (source, target, limit)
                    threading.Thread(target=self._pump, args=given, daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, limit: int | None) -> None:
        with suppress(OSError):
            while block := source.recv(_BLOCK):
                if limit is not None:
                    limit -= len(block)
                    if limit < 0:
                        self.cuts += 1
                        break
                target.sendall(block)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
