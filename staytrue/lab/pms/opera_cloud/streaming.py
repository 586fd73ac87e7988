"""OPERA's event stream as its server keeps it: one reader, seven days, an offset to go on from.

Free of sockets like the far side: each message in gives messages out, or a code to close with.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta

from staytrue.lab.pms.opera_cloud.bodies import Json
from staytrue.lab.pms.opera_cloud.simulator import OperaCloud
from staytrue.lab.pms.opera_cloud.timeline import Event

KEPT = timedelta(days=7)
REMEMBERED = timedelta(hours=24)
_OFFSET = re.compile(r'offset:"(\d+)"')


@dataclass
class Line:
    """One connection of a reader."""

    server: Stream
    is_open: bool = False
    place: int | None = None
    closed: int | None = None

    def say(self, message: str) -> list[str]:
        """What the server answers to a message; events come by `events`."""
        said = json.loads(message)
        if said["type"] == "connection_init":
            if not self.server.knows(said["payload"].get("Authorization", "")):
                self.closed = 4401
                return []
            self.is_open = True
            return [json.dumps({"type": "connection_ack"})]
        if said["type"] == "ping":
            return [json.dumps({"type": "pong"})]
        if said["type"] == "subscribe" and self.is_open:
            found = _OFFSET.search(said["payload"]["query"])
            # Without an offset the server goes on where it was, for a day.
            self.place = int(found[1]) if found else self.server.remembered()
        return []

    def events(self) -> list[str]:
        """Every event that is ready, the one at the asked offset once more."""
        if self.closed or self.place is None:
            return []
        messages = self.server.messages(self.place)
        self.place += len(messages)
        return messages


@dataclass
class Stream:
    """The stream of one chain."""

    opera: OperaCloud
    line: Line | None = None
    sent: int = 0

    def connect(self) -> Line:
        """A new reader; who read before is cut off."""
        if self.line:
            self.line.closed = 4409
        self.line = Line(self)
        return self.line

    def knows(self, authorization: str) -> bool:
        """Whether this token opens the stream."""
        return self.opera.is_token(authorization.removeprefix("Bearer "))

    def remembered(self) -> int:
        """Where the server thinks the reader is; after a day it has forgotten."""
        last = self.opera.timeline.events[self.sent - 1].ready_at if self.sent else None
        if last is None or self.opera.now() - last > REMEMBERED:
            return self._ready()
        return self.sent

    def messages(self, place: int) -> list[str]:
        """Events from this offset on that are ready and not yet thrown away."""
        events = self.opera.timeline.events
        oldest = self.opera.now() - KEPT
        found = [
            (offset, events[offset])
            for offset in range(place, self._ready())
            if events[offset].ready_at >= oldest
        ]
        self.sent = max(self.sent, self._ready())
        return [json.dumps(self._message(offset, event)) for offset, event in found]

    def _ready(self) -> int:
        return self.opera.events_ready()

    def _message(self, offset: int, event: Event) -> Json:
        local = event.at.astimezone(self.opera.book.zone)
        details = [
            # The stream writes blank values as empty text; the queue leaves them out.
            {"elementName": name, "oldValue": old or "", "newValue": new or ""}
            for name, old, new in event.elements
        ]
        return {
            "id": "1",
            "type": "next",
            "payload": {
                "data": {
                    "newEvent": {
                        "metadata": {"offset": str(offset), "uniqueEventId": event.id},
                        "moduleName": event.module,
                        "eventName": event.action,
                        "primaryKey": event.key,
                        "timestamp": f"{local:%Y-%m-%d %H:%M:%S}",
                        "hotelId": None if event.module == "Profile" else self.opera.hotel,
                        "publisherId": "1",
                        "actionInstanceId": event.id,
                        "detail": details,
                    }
                }
            },
        }
