"""Many callers of one web server at once, for the benches: prepared requests over kept connections.

One thread and bare sockets, because the caller shares the machine with what it measures.
"""

from __future__ import annotations

import re
import selectors
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from staytrue.kit import clock
from staytrue.kit.errors import Refused

_ANSWER_BYTES = 65_536
_PATIENCE_SECONDS = 15.0
_GOOD = b"HTTP/1.1 200 "
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n(?:.*\r\n)*\r\n", re.IGNORECASE)


@dataclass
class Ran:
    """How long all of them took, and each from the instant it was due to its answer.

    `answered_at` is when each came back, by its number, on the clock that only runs forward.
    """

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    answered_at: dict[int, float] = field(default_factory=dict)

    def percentile(self, share: float) -> float:
        """Seconds within which this share was answered."""
        return sorted(self.waits)[max(0, round(share * len(self.waits)) - 1)]


@dataclass(eq=False)
class _Caller:
    """One kept connection, and the request it waits for."""

    line: socket.socket
    number: int = 0
    since: float = 0.0
    said: bytes = b""

    def is_answered(self) -> bool:
        """Take what came; whether that is the whole answer. Anything but a good one ends the run."""
        piece = self.line.recv(_ANSWER_BYTES)
        self.said += piece
        if not piece or not self.said.startswith(_GOOD[: len(self.said)]):
            raise Refused(f"The server answered: {self.said[:100]!r}", "bench_broken")
        head = _LENGTH.search(self.said)
        return head is not None and len(self.said) >= head.end() + int(head[1])


def call(
    port: int,
    request: Callable[[int], bytes],
    count: int,
    *,
    callers: int,
    rate: float | None = None,
) -> Ran:
    """Send requests 0 to `count`: as fast as they are answered, or `rate` a second.

    At a rate they are due by the clock: what finds no free caller waits, and that counts.
    """
    ran = Ran()
    due = iter([number / rate if rate else 0.0 for number in range(count)])
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        free = [_Caller(stack.enter_context(_line(port))) for _ in range(callers)]
        following: float | None = next(due)
        number = 0
        started = clock.monotonic()
        while len(ran.waits) < count:
            now = clock.monotonic() - started
            while free and following is not None and following <= now:
                caller = free.pop()
                caller.number, caller.said = number, b""
                caller.since = following if rate else now
                caller.line.sendall(request(number))
                selector.register(caller.line, selectors.EVENT_READ, caller)
                number, following = number + 1, next(due, None)
            patience = following - now if free and following is not None else None
            for caller in _answered(selector, patience):
                ran.answered_at[caller.number] = at = clock.monotonic()
                ran.waits.append(at - started - caller.since)
                selector.unregister(caller.line)
                free.append(caller)
        ran.seconds = clock.monotonic() - started
    return ran


def _line(port: int) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def _answered(selector: selectors.BaseSelector, patience: float | None) -> Iterator[_Caller]:
    """Who has its answer, within the time until the next request is due."""
    found = selector.select(_PATIENCE_SECONDS if patience is None else max(0.0, patience))
    if not found and patience is None:
        raise Refused("The server did not answer.", "bench_broken")
    callers: list[_Caller] = [key.data for key, _ in found]
    return (caller for caller in callers if caller.is_answered())
