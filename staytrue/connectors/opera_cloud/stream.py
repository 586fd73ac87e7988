"""The event stream as a conversation of messages: what to say, what came, where to go on.

Free of sockets: whoever owns the websocket passes each message in and sends what comes out. The
stream delivers at least once and takes no acknowledgement, so its place is kept by us.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from staytrue.connectors.base import Bookmark, Call, Delivery, Heard, Settings
from staytrue.connectors.opera_cloud.events import stream_events
from staytrue.connectors.opera_cloud.reading import Json, one, text
from staytrue.connectors.opera_cloud.translate import document
from staytrue.connectors.opera_cloud.words import House
from staytrue.kit.errors import Misconfigured, Temporary, Unreadable

PROTOCOL = "graphql-transport-ws"
SUBSCRIPTION = "1"
REMEMBERED = 500
TAKEN_OVER = 4409
UNAUTHORIZED = frozenset({4401, 4403})

QUERY = (
    "subscription{{newEvent(input:{{{input}}}){{metadata{{offset uniqueEventId}} moduleName eventName"
    " primaryKey timestamp hotelId publisherId actionInstanceId detail{{elementName oldValue newValue"
    " scopeFrom scopeTo elementSequence elementType elementRole}}}}}}"
)


def address(gateway: str, app_key: str) -> str:
    """Where the stream is: the key in it is a hash, so that logs do not hold the real one."""
    scheme, mark, host = gateway.partition("://")
    # A gateway in the own network may be without TLS, where an administrator allowed it.
    socket, host = ("ws" if scheme == "http" else "wss"), host if mark else gateway
    return f"{socket}://{host.rstrip('/')}/subscriptions?key={sha256(app_key.encode()).hexdigest()}"


@dataclass
class Outcome:
    """What a message leads to: messages to send, parcels to keep; `ended` closes the socket."""

    send: list[str] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    ended: bool = False


class Conversation:
    """One connection of the stream, from its greeting to its end."""

    def __init__(self, settings: Settings, token: str, bookmark: Bookmark) -> None:
        self.settings, self.token = settings, token
        self.offset: str | None = bookmark.get("offset")
        self.seen: list[str] = list(bookmark.get("seen") or ())

    def greeting(self) -> str:
        """Must be sent within five seconds of the connection."""
        payload = {
            "Authorization": f"Bearer {self.token}",
            "x-app-key": str(self.settings.values.get("app_key") or ""),
        }
        return json.dumps({"type": "connection_init", "payload": payload})

    def ping(self) -> str:
        """The client has to show that it lives."""
        return json.dumps({"type": "ping"})

    def received(self, message: str | bytes) -> Outcome:
        """What follows from one message. One that is not understood ends the connection."""
        try:
            said = document(message.encode() if isinstance(message, str) else message)
        except Unreadable as problem:
            raise Temporary(f"The stream sent no message. {problem.sentence}", "stream") from None
        kind = text(said, "type")
        if kind == "connection_ack":
            return Outcome(send=[self._subscribe()])
        if kind == "ping":
            return Outcome(send=[json.dumps({"type": "pong"})])
        if kind == "next":
            raw = message.encode() if isinstance(message, str) else message
            return Outcome(deliveries=[kept for one_ in stream_events(said)
                                       if (kept := self._keep(one_, raw))])  # fmt: skip
        if kind == "error":
            detail = text(said, "payload", "message") or "no reason given"
            raise Temporary(f"The stream refused the subscription: {detail[:200]}.", "stream_error")
        # After `complete` the server closes, not we; a pong asks for nothing.
        return Outcome(ended=kind == "complete")

    def closed(self, code: int) -> None:
        """Why the server closed, as the error that says what to do. A plain end is none."""
        if code == TAKEN_OVER:
            raise Misconfigured(
                "Another program reads this event stream with the same application key, and OPERA "
                "Cloud lets only one. Give Staytrue a key of its own, or stop the other one.",
                "stream_taken_over",
            )
        if code in UNAUTHORIZED:
            raise Temporary("The token of the stream ended; it is opened again.", "stream_token")

    def _subscribe(self) -> str:
        said: dict[str, Any] = {"chainCode": self.settings.values.get("chain_code")}
        if self.offset is not None:
            # The server remembers our place for a day only, and repeats the event at the offset.
            said["offset"] = self.offset
        if hotel := self.settings.values.get("hotel_id"):
            said["hotelCode"] = hotel
        given = ",".join(
            f"{name}:{json.dumps(str(value))}" for name, value in said.items() if value
        )
        query = QUERY.format(input=given)
        message = {"id": SUBSCRIPTION, "type": "subscribe", "payload": {"query": query}}
        return json.dumps(message)

    def _keep(self, event: Json, raw: bytes) -> Delivery | None:
        """A parcel, unless this very event came before: the stream repeats itself."""
        metadata = one(event, "metadata")
        unique, offset = text(metadata, "uniqueEventId"), text(metadata, "offset")
        if unique is not None and unique in self.seen:
            return None
        if unique is not None:
            self.seen = [*self.seen, unique][-REMEMBERED:]
        self.offset = offset or self.offset
        bookmark = {"offset": self.offset, "seen": list(self.seen)}
        return Delivery("events", raw, bookmark=bookmark)


class EventStream:
    """The conversation as the line listens to it. Events of other hotels are left out.

    `renew` asks for another token, when the server no longer takes this one.
    """

    protocol = PROTOCOL

    def __init__(
        self, settings: Settings, token: str, bookmark: Bookmark, renew: Callable[[], None]
    ) -> None:
        self.address = address(
            str(settings.values.get("base_url") or ""), str(settings.values.get("app_key") or "")
        )
        self.headers: Mapping[str, str] = {}
        self._talk = Conversation(settings, token, bookmark)
        self._house = House.of(settings)
        self._renew = renew
        self.ping = self._talk.ping()

    def greeting(self) -> tuple[str, ...]:
        """At once: the server waits five seconds for it."""
        return (self._talk.greeting(),)

    def received(self, message: str | bytes) -> Heard:
        """What follows from one message."""
        outcome = self._talk.received(message)
        calls = tuple(
            Call(kept.body, self._talk.seen[-1] if self._talk.seen else None)
            for kept in outcome.deliveries
            if any(map(self._is_ours, stream_events(document(kept.body))))
        )
        mark = outcome.deliveries[-1].bookmark if outcome.deliveries else None
        return Heard(tuple(outcome.send), calls, mark)

    def closed(self, code: int) -> None:
        """What a code of closing means."""
        if code in UNAUTHORIZED:
            self._renew()
        self._talk.closed(code)

    def _is_ours(self, event: Json) -> bool:
        return self._house.is_ours(text(event, "hotelId"))
