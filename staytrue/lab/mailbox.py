"""A real IMAP server on this machine (RFC 3501, as much as a reader asks), over TLS.

It can refuse a password, number its mails anew, or fall silent, as far sides do.
"""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from types import TracebackType
from typing import Self, cast

_COMMAND = re.compile(rb"(\S+) (?:UID )?(\w+) ?(.*)", re.DOTALL)
_PARTIAL = re.compile(rb"(\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)")


@dataclass
class Held:
    """One mail in the box: its number, its day, its bytes."""

    uid: int
    day: date
    raw: bytes


@dataclass
class Box:
    """What the server holds and how it behaves, to be changed while it runs."""

    username: str = "stay@sirga.example"
    password: str = "mailbox-secret"  # noqa: S105 - of a server that lives for one test
    folder: str = "INBOX"
    validity: int = 1
    next_uid: int = 1
    is_away: bool = False
    mails: list[Held] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def put(self, raw: bytes, day: date) -> int:
        """One more mail; its number."""
        self.mails.append(Held(self.next_uid, day, raw))
        self.next_uid += 1
        return self.mails[-1].uid

    def renumber(self) -> None:
        """As after a restored backup: other numbers, another validity."""
        self.validity += 1
        self.next_uid = 1
        for each in self.mails:
            each.uid, self.next_uid = self.next_uid, self.next_uid + 1


class MailboxServer:
    """The server while it runs."""

    def __init__(self, tls: ssl.SSLContext, box: Box | None = None) -> None:
        self.box = box or Box()
        self._server = _Server(("127.0.0.1", 0), _Talk)
        self._server.box, self._server.tls = self.box, tls
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    box: Box
    tls: ssl.SSLContext


class _Talk(socketserver.StreamRequestHandler):
    def setup(self) -> None:
        server = cast(_Server, self.server)
        self.box = server.box
        self.request = server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        if self.box.is_away:
            return
        self._say(b"* OK ready")
        while line := self.rfile.readline():
            told = _COMMAND.match(line.rstrip(b"\r\n"))
            if told is None:
                self._say(b"* BAD what?")
                continue
            tag, name, rest = told[1], told[2].decode().upper(), told[3]
            self.box.commands.append(name)
            answer = _ANSWERS.get(name, _Talk.unknown)(self, rest)
            self._say(tag + b" " + answer)
            if name == "LOGOUT":
                return

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")
        self.wfile.flush()

    def unknown(self, _rest: bytes) -> bytes:
        return b"BAD unknown here"

    def capability(self, _rest: bytes) -> bytes:
        self._say(b"* CAPABILITY IMAP4rev1")
        return b"OK done"

    def login(self, rest: bytes) -> bytes:
        name, _, password = rest.decode().partition(" ")
        said = (name.strip('"'), password.strip('"'))
        return b"OK in" if said == (self.box.username, self.box.password) else b"NO wrong"

    def examine(self, rest: bytes) -> bytes:
        if rest.decode().strip('"') != self.box.folder:
            return b"NO no such folder"
        self._say(b"* %d EXISTS" % len(self.box.mails))
        self._say(b"* OK [UIDVALIDITY %d] valid" % self.box.validity)
        self._say(b"* OK [UIDNEXT %d] next" % self.box.next_uid)
        return b"OK [READ-ONLY] opened"

    def search(self, rest: bytes) -> bytes:
        kind, _, what = rest.decode().partition(" ")
        mails = self.box.mails
        if kind == "SINCE":
            day = datetime.strptime(what, "%d-%b-%Y").date()  # noqa: DTZ007 - a day has no zone
            found = [each.uid for each in mails if each.day >= day]
        else:
            low = int(what.partition(":")[0])
            # As RFC 3501 says of `n:*`: the last one is always among them.
            found = [each.uid for each in mails if each.uid >= low or each is mails[-1]]
        self._say(" ".join(["* SEARCH", *map(str, found)]).encode())
        return b"OK done"

    def fetch(self, rest: bytes) -> bytes:
        told = _PARTIAL.match(rest)
        if told is None:
            return b"BAD only a part by its number, and without marking it"
        for number, each in enumerate(self.box.mails, start=1):
            if each.uid == int(told[1]):
                raw = each.raw[: int(told[2])]
                head = b"* %d FETCH (UID %d BODY[]<0> {%d}" % (number, each.uid, len(raw))
                self._say(head + b"\r\n" + raw + b")")
        return b"OK done"

    def logout(self, _rest: bytes) -> bytes:
        self._say(b"* BYE")
        return b"OK bye"


_ANSWERS: dict[str, Callable[[_Talk, bytes], bytes]] = {
    "CAPABILITY": _Talk.capability,
    "LOGIN": _Talk.login,
    "EXAMINE": _Talk.examine,
    "SEARCH": _Talk.search,
    "FETCH": _Talk.fetch,
    "LOGOUT": _Talk.logout,
}
