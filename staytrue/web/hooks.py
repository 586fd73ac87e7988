"""Where PMSs call us: a bare function in front of Django that keeps the call and answers.

`/hooks/CONNECTION/SECRET` for those that sign nothing, `/hooks/CONNECTION` for those that sign.
Nothing of a body is believed: it is kept, and what it hints at is read at the PMS. A call about
another house than the connection's is kept for the one that shares its integration, else refused.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple
from wsgiref.types import StartResponse

import psycopg
import structlog

from staytrue.inbox.doors import Door, Doors
from staytrue.inbox.notifications import arrived
from staytrue.inbox.writer import Writer
from staytrue.kit import clock, paths, signing
from staytrue.kit.errors import StaytrueError

PREFIX = "/hooks/"
BODY_SECONDS = 5.0
_SHORT_BYTES = 1 << 14
CALLS_AT_ONCE = 64
"""As many threads has the server, and as many bodies are read at once."""
RETRY_SECONDS = 10

_TYPES = re.compile(r"(application|text)/([\w.-]+\+)?(json|xml)\s*(;.*)?", re.IGNORECASE)
# What may help to understand a call later. Never one that could hold a secret.
_KEPT = {
    "CONTENT_TYPE": "content-type",
    "HTTP_USER_AGENT": "user-agent",
    "HTTP_WEBHOOK_TIMESTAMP": "webhook-timestamp",
}
_KEPT_LENGTH_MOST = 200
_FAREWELL_SECONDS = 0.2

Environ = dict[str, Any]
Site = Callable[[Environ, StartResponse], Any]
"""A WSGI application: Django's."""

log = structlog.get_logger(__name__)


class _No(Exception):
    """The answer to a call that is not kept."""

    def __init__(self, status: HTTPStatus, reading: Future[bytes] | None = None) -> None:
        super().__init__(status.phrase)
        self.status = status
        self.reading = reading


class _Proven(NamedTuple):
    """A call of somebody we know."""

    door: Door
    body: bytes
    event_id: str | None = None


@dataclass
class _Farewell:
    """An answer after which the server hangs up on a body that does not end.

    Its last byte is promised and never comes: granian has no limit of time for a body and closes
    a connection only for such a fault. The pause lets the answer out before.
    """

    text: bytes
    reading: Future[bytes]

    def __iter__(self) -> Iterator[bytes]:
        yield self.text
        wait([self.reading], timeout=_FAREWELL_SECONDS)

    def close(self) -> None:
        """WSGI's form; there is nothing to close."""


class Hooks:
    """The web entry: calls of PMSs are answered here, everything else by the site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.doors = Doors()
        self.writer = Writer()
        self._readers = ThreadPoolExecutor(CALLS_AT_ONCE, "body")
        self._at_once = deque(range(CALLS_AT_ONCE // 2))

    def __call__(self, environ: Environ, start: StartResponse) -> Any:
        """WSGI."""
        path: str = environ["PATH_INFO"]
        if not path.startswith(PREFIX):
            return self.site(environ, start)
        reading = None
        try:
            self._take(path.removeprefix(PREFIX), environ)
            status = HTTPStatus.OK
        except _No as no:
            status, reading = no.status, no.reading
            log.info("call refused", status=status.value, caller=environ.get("REMOTE_ADDR", ""))
        except (StaytrueError, psycopg.Error) as trouble:
            status = HTTPStatus.SERVICE_UNAVAILABLE
            log.warning("call not kept", trouble=str(trouble))
        return _answer(status, start, reading)

    def _take(self, rest: str, environ: Environ) -> None:
        if environ["REQUEST_METHOD"] != "POST":
            raise _No(HTTPStatus.METHOD_NOT_ALLOWED)
        # WSGI gives the path's bytes as Latin-1.
        name, slash, secret = (
            rest.encode("latin-1", "replace").decode("utf-8", "replace").partition("/")
        )
        name = paths.name_in(name)
        proven = (
            self._by_secret(name, secret, environ) if slash else self._by_signature(name, environ)
        )
        about = proven.door.kept_for(proven.body)
        if not about and self.doors.look_again():
            about = self.doors.named(name).kept_for(proven.body)
        if not about:
            raise _No(HTTPStatus.FORBIDDEN)
        self.writer.keep(
            arrived(
                about,
                proven.body,
                now=clock.now(),
                event_id=proven.event_id,
                headers=_kept_headers(environ),
                own_numbers=proven.door.pushes.own_numbers,
            )
        )

    def _by_secret(self, name: str, secret: str, environ: Environ) -> _Proven:
        door = self.doors.named(name)
        if not door.opens_with(secret) and not (
            self.doors.look_again() and (door := self.doors.named(name)).opens_with(secret)
        ):
            raise _No(HTTPStatus.NOT_FOUND)
        return _Proven(door, self._body(door, environ, is_known=True))

    def _by_signature(self, name: str, environ: Environ) -> _Proven:
        event_id, seconds, signatures = (
            environ.get(f"HTTP_WEBHOOK_{part}", "") for part in ("ID", "TIMESTAMP", "SIGNATURE")
        )
        if not (
            signing.is_well_formed(event_id, signatures) and signing.is_near(seconds, clock.now())
        ):
            raise _No(HTTPStatus.UNAUTHORIZED)
        door = self.doors.named(name)
        body = self._body(door, environ, is_known=False)
        shown = (event_id, seconds, signatures, body)
        if not door.is_signed(*shown) and not (
            self.doors.look_again() and (door := self.doors.named(name)).is_signed(*shown)
        ):
            raise _No(HTTPStatus.UNAUTHORIZED)
        return _Proven(door, body, event_id)

    def _body(self, door: Door, environ: Environ, *, is_known: bool) -> bytes:
        """The whole body within its limits of size and time."""
        encoding = environ.get("HTTP_CONTENT_ENCODING", "identity")
        if encoding != "identity" or not _TYPES.fullmatch(environ.get("CONTENT_TYPE", "")):
            raise _No(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        length = environ.get("CONTENT_LENGTH") or ""
        # Without a length it comes in chunks; one byte more than allowed tells that it is too long.
        expected = int(length) if length.isdecimal() else None
        asked = door.pushes.body_bytes + 1 if expected is None else expected
        if expected is not None and expected > door.pushes.body_bytes:
            raise _No(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        is_short = expected is not None and expected <= _SHORT_BYTES
        body = self._read(environ["wsgi.input"].read, asked, at_once=is_known and is_short)
        if len(body) > door.pushes.body_bytes:
            raise _No(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if not body or (expected is not None and len(body) < expected):
            raise _No(HTTPStatus.BAD_REQUEST)
        return body

    def _read(self, read: Callable[[int], bytes], asked: int, *, at_once: bool) -> bytes:
        """So many bytes, or all there are; in another thread, if they may not end.

        A short body of somebody we know came with its head, and the other thread would cost a
        quarter of all speed. Where it stops in the middle all the same, at most half of the
        server's threads are held by that.
        """
        if at_once:
            try:
                place = self._at_once.pop()
            except IndexError:
                return self._read(read, asked, at_once=False)
            try:
                return read(asked)
            finally:
                self._at_once.append(place)
        reading = self._readers.submit(read, asked)
        try:
            return reading.result(BODY_SECONDS)
        except TimeoutError:
            if reading.cancel():
                # Not its fault: it waited behind others that do not end.
                raise _No(HTTPStatus.SERVICE_UNAVAILABLE) from None
            raise _No(HTTPStatus.REQUEST_TIMEOUT, reading) from None


def _kept_headers(environ: Environ) -> dict[str, str]:
    return {
        name: value[:_KEPT_LENGTH_MOST]
        for key, name in _KEPT.items()
        if (value := environ.get(key)) and value.isprintable()
    }


def _answer(
    status: HTTPStatus, start: StartResponse, reading: Future[bytes] | None
) -> Iterable[bytes]:
    text = f"{status.phrase}\n".encode()
    headers = [
        ("content-type", "text/plain; charset=utf-8"),
        ("content-length", str(len(text) + (reading is not None))),
        ("cache-control", "no-store"),
    ]
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append(("retry-after", str(RETRY_SECONDS)))
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append(("allow", "POST"))
    start(f"{status.value} {status.phrase}", headers)
    return [text] if reading is None else _Farewell(text, reading)
