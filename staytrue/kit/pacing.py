"""How often a server is asked: its limit of calls, our patience after failures, a rest when it is down.

Nothing here reads a clock or throws dice: instants and chance come from the caller.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from staytrue.kit.errors import Misconfigured, Refused, Temporary
from staytrue.kit.http import Client, Response

# Whoever made a call and has not come back within this time was killed; no call takes so long.
LONGEST = timedelta(minutes=2)


def backoff(
    attempt: int,
    chance: float,
    *,
    first: float = 1.0,
    most: float = 300.0,
    retry_after: float | None = None,
) -> float:
    """Seconds before the next try after `attempt` failed ones: doubling, half of it by chance.

    `chance` lies in [0, 1). What the server itself asked for is never undercut.
    """
    whole = min(most, first * 2.0 ** min(attempt - 1, 32))
    return max(whole / 2 + chance * whole / 2, retry_after or 0.0)


@dataclass
class Calls:
    """Calls that still count: when those under way began, when the others ended, a wish for rest."""

    under_way: list[datetime] = field(default_factory=list)
    ended: list[datetime] = field(default_factory=list)
    held_until: datetime | None = None

    def begin(self, now: datetime) -> None:
        """A call leaves."""
        self.under_way.append(now)

    def end(self, begun: datetime, now: datetime) -> None:
        """A call was answered, or nobody waits for it any more."""
        if begun in self.under_way:
            self.under_way.remove(begun)
        self.ended.append(now)

    def forget(self, now: datetime, window: timedelta) -> None:
        """Leave out what counts no more; what a clock that ran far ahead noted is taken for new."""
        lost = [begun + LONGEST for begun in self.under_way if begun + LONGEST <= now]
        self.under_way = [begun for begun in self.under_way if begun + LONGEST > now]
        ended = (now if end > now + window else end for end in (*self.ended, *lost))
        self.ended = sorted(end for end in ended if end + window > now)


Counted = Callable[[], AbstractContextManager[Calls]]
"""Gives the calls that count to one caller at a time, and keeps what it made of them."""


def counted_here() -> Counted:
    """Calls of this process only."""
    calls, lock = Calls(), threading.Lock()

    @contextmanager
    def counted() -> Iterator[Calls]:
        with lock:
            yield calls

    return counted


@dataclass(frozen=True)
class Allowance:
    """At most so many calls in any window of so many seconds, as the server counts them.

    The server notes a call somewhere between our sending and its answer; so a call weighs from
    its beginning until one window after its end, and no clock or delay can break the limit.
    `reserve` calls are kept for urgent ones (a look at one stay before a message leaves).
    """

    calls: int
    seconds: float
    reserve: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.reserve < self.calls:
            raise Misconfigured(
                f"Of {self.calls} calls, {self.reserve} cannot be kept for urgent ones.",
                "allowance",
            )

    def wait(self, calls: Calls, now: datetime, *, is_urgent: bool = False) -> float:
        """Seconds until a call may begin; 0 when it may begin now."""
        window = timedelta(seconds=self.seconds)
        calls.forget(now, window)
        most = self.calls if is_urgent else self.calls - self.reserve
        over = len(calls.under_way) + len(calls.ended) - most
        if over < 0:
            return 0.0
        if over < len(calls.ended):
            return (calls.ended[over] + window - now).total_seconds()
        # Only calls under way stand in the way; how long they take nobody knows.
        return 1.0


class Breaker:
    """Rests after several failures in a row, then lets one call through to see whether it is over."""

    def __init__(
        self, *, failures: int = 5, rest_seconds: float = 30.0, rest_most: float = 900.0
    ) -> None:
        self.failures, self.rest_seconds, self.rest_most = failures, rest_seconds, rest_most
        self._failed = 0
        self._rests_until: datetime | None = None
        self._is_trying = False

    def state(self, now: datetime) -> str:
        """`closed` (all is well), `open` (resting) or `half-open` (one call finds out)."""
        if self._rests_until is None:
            return "closed"
        return "open" if now < self._rests_until else "half-open"

    def wait(self, now: datetime) -> float:
        """Seconds until a call may begin; 0 when it may begin now."""
        if self._rests_until is None:
            return 0.0
        left = (self._rests_until - now).total_seconds()
        # While one call finds out, the others wait for its news.
        return max(left, 1.0 if self._is_trying else 0.0)

    def begin(self) -> None:
        """A call leaves."""
        self._is_trying = self._rests_until is not None

    def succeeded(self) -> None:
        """The server answered sensibly: no more rest."""
        self._failed, self._rests_until, self._is_trying = 0, None, False

    def failed(self, now: datetime) -> None:
        """The server did not answer, or said that it cannot."""
        self._failed += 1
        self._is_trying = False
        if self._failed >= self.failures:
            longer = 2.0 ** min(self._failed - self.failures, 32)
            rest = min(self.rest_most, self.rest_seconds * longer)
            self._rests_until = now + timedelta(seconds=rest)


class Pace:
    """What all callers with one credential keep to together; safe between threads.

    `busy_seconds` is how long a server is left alone that is busy and does not say how long;
    `counted` is where the calls are counted, by this process only if nothing is said.
    """

    def __init__(
        self,
        allowance: Allowance,
        breaker: Breaker | None = None,
        *,
        busy_seconds: float = 5.0,
        counted: Counted | None = None,
    ) -> None:
        self.allowance, self.breaker = allowance, breaker or Breaker()
        self.busy_seconds = busy_seconds
        self._counted = counted or counted_here()
        self._lock = threading.Lock()

    def wait(self, now: datetime, *, is_urgent: bool = False) -> float:
        """Seconds until a call may begin; 0 when it may begin now."""
        with self._lock, self._counted() as calls:
            return self._wait(calls, now, is_urgent=is_urgent)

    def ask(
        self,
        send: Callable[[], Response],
        clock: Callable[[], datetime],
        *,
        is_urgent: bool = False,
    ) -> Response:
        """Send now and give the answer, whatever its status; else `Temporary` with `retry_after`.

        Never waits itself: the caller knows whether to sleep, to queue or to give up.
        """
        begun = self._begin(clock, is_urgent=is_urgent)
        is_well, hold = False, 0.0
        try:
            answer = send()
            # One that counts our calls, or refuses them, is well.
            is_well = answer.status < 500 and answer.status not in (408, 425)
            if answer.status in (429, 503):
                hold = answer.retry_after(clock()) or (self.busy_seconds if is_well else 0.0)
            return answer
        except (Misconfigured, Refused):
            is_well = True
            raise
        finally:
            self._end(begun, clock, hold, is_well=is_well)

    def _wait(self, calls: Calls, now: datetime, *, is_urgent: bool) -> float:
        held = (calls.held_until - now).total_seconds() if calls.held_until else 0.0
        room = self.allowance.wait(calls, now, is_urgent=is_urgent)
        return max(held, self.breaker.wait(now), room)

    def _begin(self, clock: Callable[[], datetime], *, is_urgent: bool) -> datetime:
        with self._lock, self._counted() as calls:
            # Not before: whoever counted meanwhile would seem to come from the future.
            now = clock()
            seconds = self._wait(calls, now, is_urgent=is_urgent)
            if seconds <= 0:
                calls.begin(now)
                self.breaker.begin()
                return now
        raise Temporary(
            f"The other side may be asked again in {seconds:.0f} seconds.",
            "pace",
            retry_after=seconds,
        )

    def _end(
        self, begun: datetime, clock: Callable[[], datetime], hold: float, *, is_well: bool
    ) -> None:
        with self._lock:
            if is_well:
                self.breaker.succeeded()
            else:
                self.breaker.failed(clock())
            with self._counted() as calls:
                now = clock()
                calls.end(begun, now)
                if hold:
                    until = now + timedelta(seconds=hold)
                    calls.held_until = max(until, calls.held_until or until)


class PacedClient:
    """A client that keeps to a pace: what a connector is given as its way out."""

    def __init__(
        self,
        client: Client,
        pace: Pace,
        clock: Callable[[], datetime],
        *,
        is_urgent: bool = False,
    ) -> None:
        self._client, self._pace, self._clock, self._is_urgent = client, pace, clock, is_urgent

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Response:
        """As `Client.request`; `Temporary` with `retry_after` where it is not yet our turn."""

        def send() -> Response:
            return self._client.request(method, url, headers=headers, body=body)

        return self._pace.ask(send, self._clock, is_urgent=self._is_urgent)
