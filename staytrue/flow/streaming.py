"""Listens to the streams of PMSs: one thread a stream, each message kept like a call of the PMS.

A stream only says earlier what the search finds anyway, so nothing waits for it: a broken line is
opened again, later each time, and a credential that no longer holds stops the connection.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from datetime import datetime

import structlog
from django.db import Error as AnyDatabaseError
from django.db import close_old_connections, connection

from staytrue.connectors import registry
from staytrue.connectors.base import Heard, Stream, Streams
from staytrue.flow import outgoing, watching
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox import notifications
from staytrue.inbox.models import Connection
from staytrue.kit import clock, merge
from staytrue.kit.errors import Misconfigured, Refused, Temporary
from staytrue.kit.pacing import backoff
from staytrue.kit.sockets import Closed, Line, open_line

BOOKMARK = "stream"
LOOK_SECONDS = 15.0
LISTEN_SECONDS = 1.0
PING_SECONDS = 30.0
# The settings may have changed meanwhile, or an administrator stopped the connection.
SESSION_SECONDS = 3_600.0
_CHANCES = 1_000
logger = structlog.get_logger(__name__)


def streaming_links() -> list[Connection]:
    """Connections whose PMS may have a stream, and that are not stopped."""
    names = [name for name in registry.names() if isinstance(registry.live(name), Streams)]
    with scope.everything():
        links = Connection.objects.select_related("property").filter(lookups_only=False)
        return list(links.filter(dialect__in=names, stopped_at=None).order_by("id"))


def serve(stop: threading.Event) -> None:
    """Keep one ear for each connection that has a stream, until told to stop."""
    ears: dict[int, threading.Thread] = {}
    while not stop.is_set():
        close_old_connections()
        try:
            links = streaming_links()
        except AnyDatabaseError:
            logger.warning("database away", exc_info=True)
            links = []
        ears = {pk: ear for pk, ear in ears.items() if ear.is_alive()}
        for link in links:
            if link.pk not in ears:
                name = f"stream {link.name}"
                ears[link.pk] = threading.Thread(target=_ear, args=(link.pk, stop), name=name)
                ears[link.pk].start()
        stop.wait(LOOK_SECONDS)
    for ear in ears.values():
        ear.join()
    connection.close()


def _ear(pk: int, stop: threading.Event) -> None:
    """Listen to one connection for as long as it is there, not stopped, and has a stream."""
    failed = 0
    try:
        while not stop.is_set():
            close_old_connections()
            with scope.everything():
                links = Connection.objects.select_related("property")
                link = links.filter(pk=pk, stopped_at=None).first()
            if link is None:
                return
            began = clock.monotonic()
            try:
                if not listen(link, stop):
                    return
                failed = 0
            except (Temporary, AnyDatabaseError) as trouble:
                # A line that held for a while begins anew with short pauses.
                failed = 1 if clock.monotonic() - began > LOOK_SECONDS else failed + 1
                logger.info("stream", connection=link.name, trouble=str(trouble))
                chance = secrets.randbelow(_CHANCES) / _CHANCES
                facts = getattr(trouble, "facts", {})
                stop.wait(backoff(failed, chance, retry_after=facts.get("retry_after")))
            except (Misconfigured, Refused) as error:
                watching.stop(link, error, clock.now())
                return
    finally:
        connection.close()


def listen(link: Connection, stop: threading.Event) -> bool:
    """One session of a stream; False when this connection has none, or another listens to it."""
    now = clock.now()
    with scope.everything():
        settings = outgoing.open_settings(link, now)
        http = outgoing.way_out(link, settings.values)
        mark, _at = inbox.bookmark(link, BOOKMARK)
    connector = registry.live(link.dialect)
    stream = connector.stream(mark, http, settings) if isinstance(connector, Streams) else None
    if stream is None:
        return False
    # By its address: some PMSs cut who listened before, so two of ours would cut each other.
    name = f"stream {hashlib.sha256(stream.address.encode()).hexdigest()}"
    with merge.if_nobody_else(name, 0) as alone:
        if not alone:
            return False
        with open_line(
            stream.address,
            headers=stream.headers,
            protocol=stream.protocol,
            allow_private=frozenset(settings.values.get(outgoing.ALLOWED, ())),
            ca_pem=str(settings.values.get(outgoing.AUTHORITY) or "") or None,
        ) as line:
            _converse(link, stream, line, stop)
    return True


def _converse(link: Connection, stream: Stream, line: Line, stop: threading.Event) -> None:
    """Listen until told to stop, until the stream ends, or until the session is old."""
    ends_at = clock.monotonic() + SESSION_SECONDS
    pings_at = clock.monotonic() + PING_SECONDS
    try:
        for greeting in stream.greeting():
            line.say(greeting)
        while not stop.is_set() and clock.monotonic() < ends_at:
            if stream.ping and clock.monotonic() >= pings_at:
                line.say(stream.ping)
                pings_at = clock.monotonic() + PING_SECONDS
            message = line.heard(LISTEN_SECONDS)
            if message is None:
                continue
            heard = stream.received(message)
            keep(link, heard, clock.now())
            for answer in heard.say:
                line.say(answer)
    except Closed as end:
        stream.closed(end.close_code)
        raise


def keep(link: Connection, heard: Heard, now: datetime) -> int:
    """Keep what was told, with where to go on, in one transaction; how much was new."""
    if not heard.calls and heard.bookmark is None:
        return 0
    rows = [
        notifications.arrived(link.pk, call.body, now=now, event_id=call.event_id)
        for call in heard.calls
    ]
    with scope.everything():
        new = notifications.keep_many(rows) if rows else 0
        if heard.bookmark is not None:
            inbox.set_bookmark(link, BOOKMARK, heard.bookmark, now)
    return new
