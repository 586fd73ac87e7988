"""The simulated Mews as a server: credentials, limits, faults of the network, and the answers."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timedelta
from random import Random
from typing import Any

from staytrue.lab.bookings import World
from staytrue.lab.pms.mews.answers import Answers, Rejected
from staytrue.lab.pms.mews.books import Books
from staytrue.lab.pms.mews.pushes import LOST, Post, Pushes
from staytrue.lab.pms.mews.quirks import ALL, Quirk
from staytrue.lab.pms.mews.script import Script, Truth
from staytrue.lab.pms.mews.socket import Socket
from staytrue.lab.pms.serving import Reply, Request

ROOT = "/api/connector/v1/"
CLIENT_TOKEN, ACCESS_TOKEN = "lab-client", "lab-access"
BEHIND = timedelta(minutes=97)
BURST, PROXY = 0.01, 0.002


class Mews:
    """One house on the Connector API. `application` is what `serving.Served` serves."""

    def __init__(
        self,
        world: World,
        now: Callable[[], datetime],
        *,
        seed: int = 1,
        quirks: frozenset[Quirk] = ALL,
        calls: int = 200,
        seconds: float = 30,
        lost: float = LOST,
        script: type[Script] = Script,
    ) -> None:
        self.now, self.seed, self.quirks = now, seed, quirks
        self.limit, self.window = calls, timedelta(seconds=seconds)
        behind = BEHIND if Quirk.CLOCK_BEHIND in quirks else timedelta()
        self.books = Books(seed, behind)
        self.script = script(world, seed, quirks, self.books)
        self.answers = Answers(self.books, too_heavy=Quirk.TOO_HEAVY in quirks)
        enterprise = self.books.id("enterprise", world.house.code)
        self.pushes = Pushes(enterprise, seed, quirks, lost)
        self.socket = Socket(CLIENT_TOKEN, ACCESS_TOKEN)
        self.is_revoked = False
        self.ends_at: datetime | None = None
        self._moved = (b"", b"")
        self.asked: list[tuple[datetime, str, int]] = []
        self._recent: deque[datetime] = deque()

    @property
    def truth(self) -> Truth:
        """What is so in the PMS now."""
        self._play()
        return self.script.truth

    def rest(self) -> None:
        """From now on nothing happens in the hotel any more; what is under way still arrives."""
        self.ends_at = self.now()

    def back_up(self) -> None:
        """Every table as it is now goes to the safe."""
        self._play()
        self._safe = deepcopy(self.script.state())

    def restore(self) -> None:
        """A disk died: the tables are what they were at the backup, and what came since is lost."""
        self._play()
        self.script.restore(deepcopy(self._safe))

    def renumber(self) -> str:
        """The house moves to another enterprise of the chain, bookings and all; its new id."""
        old, new = self.pushes.enterprise, self.books.id("enterprise", "another")
        self._moved, self.pushes.enterprise = (old.encode(), new.encode()), new
        return new

    def revoke(self) -> None:
        """The hotel takes the connection's token away."""
        self.is_revoked = True

    def change(self, number: str, **facts: Any) -> bytes:
        """Something else is written on a stay now; the call that tells it, to be made by the caller."""
        self._play()
        id = self.script.change(number, self.now(), **facts)
        self.script.told.clear()
        return self.pushes.message([("ServiceOrderUpdated", id)])

    def push(self, post: Post) -> int:
        """Send the pushes that are due now; how many messages left."""
        self._play()
        return self.pushes.send(post, self.now())

    def application(self, request: Request) -> Reply:
        """One request, whatever becomes of it."""
        self._play()
        now = self.now()
        reply = self._faults(request, now) or self._answer(request, now)
        self.asked.append((now, request.path.removeprefix(ROOT), reply.status))
        return reply

    def _play(self) -> None:
        self.script.play(min(self.now(), self.ends_at or self.now()))
        told, self.script.told = self.script.told, []
        self.pushes.take(told)
        self.socket.take(told)

    def _faults(self, request: Request, now: datetime) -> Reply | None:
        """What comes before anybody reads the question."""
        minute = Random(f"{self.seed}:{now:%Y%m%d%H%M}").random()
        if minute < BURST and Quirk.SERVER_ERRORS in self.quirks:
            return _said(503, "Try again later.")
        if minute > 1 - PROXY and Quirk.PROXY_PAGES in self.quirks:
            return Reply(200, b"<html><body>Please log in.</body></html>")
        if request.method == "GET" and request.path.startswith("/exports/"):
            return self._file(now)
        if request.method != "POST" or not request.path.startswith(ROOT):
            return _said(404, "Not found.")
        if Quirk.RATE_LIMIT in self.quirks:
            while self._recent and now - self._recent[0] >= self.window:
                self._recent.popleft()
            if len(self._recent) >= self.limit:
                left = self.window - (now - self._recent[0])
                wait = {"Retry-After": str(int(left.total_seconds()) + 1)}
                return _said(429, "Too many requests.", wait)
            self._recent.append(now)
        return None

    def _answer(self, request: Request, now: datetime) -> Reply:
        try:
            question: dict[str, Any] = json.loads(request.body)
        except ValueError:
            return _said(400, "Invalid JSON.")
        tokens = (question.get("ClientToken"), question.get("AccessToken"))
        if self.is_revoked or tokens != (CLIENT_TOKEN, ACCESS_TOKEN) or not question.get("Client"):
            return _said(401, "Invalid ClientToken or AccessToken.")
        try:
            found = self.answers.to(request.path.removeprefix(ROOT), question, now)
        except Rejected as problem:
            return _said(problem.status, str(problem))
        host = request.headers.get("host", "")
        for export in found.get("Exports", []):
            for file in export["Files"]:
                file["Url"] = f"http://{host}{file['Url']}"
        body = json.dumps(found).encode()
        body = body.replace(*self._moved) if all(self._moved) else body
        return Reply(200, body, {"content-type": "application/json"})

    def _file(self, now: datetime) -> Reply:
        rows = self.books.rows("Reservations", now)
        return Reply(200, b"".join(json.dumps(row).encode() + b"\n" for row in rows))


def _said(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    body = json.dumps({"Message": message, "RequestId": "lab", "Details": None}).encode()
    return Reply(status, body, headers or {})
