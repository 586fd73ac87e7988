"""Groups on their way out: handed over one message after the other, each begun in the journal first.

While one group is on the wire the next can be made ready: who waits for a mail server's word has
nothing else to do.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import connection, transaction

from staytrue.hotel import scope
from staytrue.kit import collecting, database
from staytrue.messages import gate, leases, outlets, turns
from staytrue.messages.carriers.base import Carrier, Outcome, Outgoing, Result
from staytrue.messages.claims import Claimed
from staytrue.messages.journal import BEGUN, SETTLED, Journal
from staytrue.messages.kinds import State
from staytrue.messages.leases import Held
from staytrue.messages.models import Outlet

LOOK_LASTS = timedelta(seconds=1)
"""A last look counts so long: what a slow carrier keeps waiting is looked at again."""
_TURN_SECONDS = 0.0005
"""So long the wire waits for whoever computes; Python's own five milliseconds are two mails."""


@dataclass(frozen=True)
class Leaving:
    """A message that was written and may leave, and by which outlet."""

    claimed: Claimed
    outgoing: Outgoing
    outlet: Outlet
    slots: tuple[str, ...]


@dataclass
class Lines:
    """The open lines to carriers."""

    _open: dict[int, tuple[object, Carrier]] = field(default_factory=dict)

    def to(self, outlet: Outlet) -> Carrier:
        """The open line of an outlet; a new one where it was set up anew."""
        told = (outlet.carrier, outlet.settings, outlet.sealed)
        known = self._open.get(outlet.pk)
        if known is not None and known[0] == told:
            return known[1]
        if known is not None:
            known[1].close()
        carrier = outlets.opened(outlet)
        self._open[outlet.pk] = (told, carrier)
        return carrier

    def close(self) -> None:
        """Hang up everywhere."""
        for _, carrier in self._open.values():
            carrier.close()
        self._open.clear()


@dataclass
class Departure:
    """A group on its way out: under which lease, and when it was looked at last.

    Who lost the lease, or was stopped, hands nothing more over: the next holder frees the rest.
    `ends` is what carriers said; `back` how many a later look gave back.
    """

    group: Sequence[Leaving]
    worker: str
    held: Held
    looked_at: datetime
    clock: Callable[[], datetime]
    lines: Lines
    ends: list[tuple[Leaving, Outcome]] = field(default_factory=list)
    back: int = 0

    def go(self) -> None:
        """Give them to their carriers one by one."""
        with Journal(settings.HOME) as journal:
            for outlet_id in dict.fromkeys(each.outlet.pk for each in self.group):
                self._go_by([each for each in self.group if each.outlet.pk == outlet_id], journal)

    def _go_by(self, group: Sequence[Leaving], journal: Journal) -> None:
        carrier = self.lines.to(group[0].outlet)
        left = deque(group)
        while left and (now := self.clock()) < self.held.until_at:
            if now - self.looked_at > LOOK_LASTS:
                left = self._looked_at_again(left, now, journal)
            elif (outcome := self._handed_over(left[0], carrier, journal)) is not None:
                self.ends.append((left.popleft(), outcome))
            else:
                return

    def _handed_over(self, each: Leaving, carrier: Carrier, journal: Journal) -> Outcome | None:
        """What the carrier says; None where the lease is another's by now."""
        name = str(each.outgoing.public_id)
        journal.write(BEGUN, [{"message": name}], self.clock(), durable=False)
        # Asked behind the line: whoever took the lease meanwhile has either read that line and
        # left the message alone, or is seen here.
        if not leases.holds(self.held.fence, self.clock()):
            return None
        (outcome,) = carrier.hand_over([each.outgoing])
        end = turns.end_of(outcome.result, each.claimed.attempt, self.clock())
        # One that may leave again must be known to be free before it does.
        journal.write(
            SETTLED, [{"message": name, "state": end.state}], self.clock(),
            durable=outcome.result == Result.RETRY,
        )  # fmt: skip
        return outcome

    def _looked_at_again(
        self, left: Sequence[Leaving], now: datetime, journal: Journal
    ) -> deque[Leaving]:
        """Those of these that may still leave; a guest who said no meanwhile gets nothing."""
        held = leases.take(self.worker, now)
        if held is None or held.is_new:
            return deque()
        self.held, self.looked_at = held, now
        with transaction.atomic(durable=True), scope.everything():
            database.wait_for_disk()
            claims = [each.claimed for each in left]
            may = gate.last_looks(claims, now, State.HANDED_OVER)
            free = [each.message for each in claims if each.message.state == State.HELD]
            lines = [{"message": str(each.public_id), "state": State.HELD} for each in free]
            journal.write(SETTLED, lines, now)
        self.back += len(left) - len(may)
        return deque(each for each in left if each.claimed.message.pk in may)


class Departures:
    """Groups leave in their order; `settle` is told of each what became of it, once it is out."""

    def __init__(self, settle: Callable[[Departure], None]) -> None:
        self._settle = settle
        self._out: deque[tuple[Departure, Future[None]]] = deque()
        self._until_the_end = ExitStack()
        self._wire: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._until_the_end:
            self._settled_to(0)

    def send(self, group: Departure, *, is_waited_for: bool) -> None:
        """Let this group leave. One that need not be waited for leaves by a thread of its own; back
        when only it is still on its way.
        """
        if is_waited_for:
            self._settled_to(0)
            try:
                group.go()
            finally:
                # Whatever broke it, what is known of the others is kept.
                self._settle(group)
            return
        if self._wire is None:
            self._wire = self._until_the_end.enter_context(_wire())
        self._out.append((group, self._wire.submit(group.go)))
        self._settled_to(1)

    def _settled_to(self, most: int) -> None:
        while len(self._out) > most:
            group, out = self._out.popleft()
            try:
                out.result()
            finally:
                self._settle(group)


@contextmanager
def _wire() -> Iterator[ThreadPoolExecutor]:
    """A thread that speaks on the wire, with turns often enough for that.

    Letters make no rings, and each search for dead ones would cost the wire its turn.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_SECONDS)
    try:
        with collecting.seldom(), ThreadPoolExecutor(1, "departures") as wire:
            try:
                yield wire
            finally:
                wire.submit(connection.close)
    finally:
        sys.setswitchinterval(before)
