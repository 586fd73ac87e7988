"""The pushes of the simulated Mews: ids only, minutes late, some lost, doubled or out of order."""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from staytrue.lab.pms.mews.books import Row
from staytrue.lab.pms.mews.quirks import Quirk
from staytrue.lab.pms.mews.script import Told
from staytrue.lab.streams import stream

LOST, DOUBLED, LATE = 0.05, 0.03, 0.1
BATCH = timedelta(minutes=1)
PATIENCE = 3
AGAIN = timedelta(minutes=5)
Post = Callable[[bytes], int]


class Pushes:
    """What is still to be pushed, in the order in which it will be."""

    def __init__(self, enterprise: str, seed: int, quirks: frozenset[Quirk], lost: float) -> None:
        self.enterprise, self.quirks, self.lost = enterprise, quirks, lost
        self._rng = stream(seed, "mews pushes")
        self._waiting: list[tuple[datetime, int, str, str]] = []
        self._count = 0
        self._again: list[tuple[datetime, int, bytes]] = []
        self.discarded = 0

    def take(self, told: Iterable[Told]) -> None:
        """What became different is to be pushed some minutes later."""
        rng = self._rng
        for one in told:
            is_lost, is_double, is_late = (rng.random() for _ in range(3))
            wait = timedelta(seconds=rng.randrange(120, 300))
            if Quirk.PUSHES_OUT_OF_ORDER not in self.quirks:
                wait = timedelta(minutes=2)
            if is_late < LATE and Quirk.PUSHES_LATE in self.quirks:
                wait += timedelta(minutes=rng.randrange(10, 72 * 60))
            if is_lost < self.lost and Quirk.PUSHES_LOST in self.quirks:
                continue
            times = 2 if is_double < DOUBLED and Quirk.PUSHES_DOUBLED in self.quirks else 1
            for again in range(times):
                self._count += 1
                due = one.at + wait * (again + 1)
                heapq.heappush(self._waiting, (due, self._count, one.discriminator, one.id))

    def due(self, now: datetime) -> Iterator[bytes]:
        """Messages to send by now, each with the events of about one minute."""
        while self._waiting and self._waiting[0][0] <= now:
            last = self._waiting[0][0] + BATCH
            events: list[tuple[str, str]] = []
            while self._waiting and self._waiting[0][0] <= min(last, now):
                events.append(heapq.heappop(self._waiting)[2:])
            yield self.message(events)

    def message(self, events: Iterable[tuple[str, str]]) -> bytes:
        """A call that tells of these: what kind of thing, and its id."""
        told: list[Row] = [{"Discriminator": word, "Value": {"Id": id}} for word, id in events]
        message = {"EnterpriseId": self.enterprise, "IntegrationId": "lab", "Events": told}
        return json.dumps(message).encode()

    def send(self, post: Post, now: datetime) -> int:
        """Post what is due. What is not taken is sent again, and after that given up."""
        again, self._again = self._again, []
        parcels = [(0, body) for body in self.due(now)]
        for due, tries, body in again:
            if due <= now:
                parcels.append((tries, body))
            else:
                self._again.append((due, tries, body))
        for tries, body in parcels:
            if 200 <= post(body) < 300:
                continue
            if tries + 1 >= PATIENCE:
                self.discarded += 1
            else:
                self._again.append((now + AGAIN, tries + 1, body))
        return len(parcels)
