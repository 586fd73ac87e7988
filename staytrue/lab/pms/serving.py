"""The frame of every simulated PMS: a real HTTP server around a function from request to reply."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class Request:
    """What a client asked. Header names are in small letters."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def to(
        cls, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Request:
        """A request as it would come over the wire to this target."""
        parts = urlsplit(target)
        low = {name.lower(): value for name, value in (headers or {}).items()}
        return cls(method, parts.path, tuple(parse_qsl(parts.query)), low, body)

    def said(self, name: str) -> str | None:
        """The first value of a query field."""
        return next((value for known, value in self.query if known == name), None)


@dataclass(frozen=True)
class Reply:
    """What the PMS answers."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Application = Callable[[Request], Reply]


def caller(url: str) -> Callable[[bytes], int]:
    """How a PMS calls us: posts a body there and gives the status, 0 where nobody answered."""
    at = urlsplit(url)

    def post(body: bytes) -> int:
        line = HTTPConnection(at.hostname or "", at.port, timeout=_PATIENCE_SECONDS)
        try:
            line.request("POST", at.path, body, {"content-type": "application/json"})
            return line.getresponse().status
        except OSError:
            return 0
        finally:
            line.close()

    return post


class Served:
    """A PMS on a free port of this machine, one request at a time, so that chance stays seeded."""

    def __init__(self, application: Application) -> None:
        self.lock = threading.Lock()
        """Whoever moves the PMS from another side holds it meanwhile."""

        lock = self.lock

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body leave together: apart, the second waits 40 ms for news of the first.
            wbufsize = -1
            disable_nagle_algorithm = True

            def _answer(self) -> None:
                size = int(self.headers.get("content-length") or 0)
                body = self.rfile.read(size)
                request = Request.to(self.command, self.path, dict(self.headers.items()), body)
                with lock:
                    reply = application(request)
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(reply.body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(reply.body)

            do_GET = do_POST = do_PUT = do_HEAD = _answer  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: a simulated year is a million lines."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def authority(self) -> str:
        """Host and port, as an administrator would allow them for a connection."""
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self.authority}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
