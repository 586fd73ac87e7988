"""Virtual time: what happens next, in one order; and the story of every booking as it happens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from heapq import heappop, heappush
from typing import Any

from staytrue.lab.rigs.knowledge import Key

AT_ONCE_MAX = 20_000


class StandsStill(AssertionError):
    """Two things wake each other for ever."""


@dataclass
class Timeline:
    """One heap of events by instant and order of making; nothing sleeps, nothing asks a clock."""

    now: datetime
    steps: int = 0
    _made: int = 0
    _heap: list[tuple[datetime, int, Callable[..., None], tuple[Any, ...]]] = field(
        default_factory=list
    )
    stories: dict[Key, list[tuple[datetime, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _trace: Any = field(default_factory=lambda: blake2b(digest_size=16))

    def at(self, when: datetime, call: Callable[..., None], *given: Any) -> None:
        """Have this happen then, or now if that is over."""
        self._made += 1
        heappush(self._heap, (max(when, self.now), self._made, call, given))

    def run(self, until: datetime) -> None:
        """Let time pass until this instant; who keeps it from passing is found out."""
        at_once = 0
        while self._heap and self._heap[0][0] <= until:
            when, _, call, given = heappop(self._heap)
            at_once = at_once + 1 if when == self.now else 0
            if at_once > AT_ONCE_MAX:
                raise StandsStill(f"Time stands still at {when}: {call.__qualname__}{given}")
            self.now = when
            self.steps += 1
            call(*given)
        self.now = until

    def tell(self, key: Key, what: str) -> None:
        """One more line of a booking's story, and of the trace of all."""
        self.stories[key].append((self.now, what))
        self._trace.update(f"{self.now.isoformat()} {key[0]} {key[1]} {what}\n".encode())

    @property
    def trace(self) -> str:
        """What two runs of one seed have in common."""
        return str(self._trace.hexdigest())
