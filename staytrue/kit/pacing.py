"""How often a server is asked: its limit of calls, our patience after failures, a rest when it is down.

Nothing here reads a clock or throws dice: instants and chance come from the caller.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from staytrue.kit.errors import Misconfigured, Refused, Temporary
from staytrue.kit.http import Client, Response


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


class Allowance:
    """At most so many calls in any window of so many seconds, as the server counts them.

    The server notes a call somewhere between our sending and its answer; so a call weighs from
    its beginning until one window after its end, and no clock or delay can break the limit.
    `reserve` calls are kept for urgent ones (a look at one stay before a message leaves).
    """

    def __init__(self, calls: int, seconds: float, *, reserve: int = 0) -> None:
        if not 0 <= reserve < calls:
            raise Misconfigured(
                f"Of {calls} calls, {reserve} cannot be kept for urgent ones.", "allowance"
            )
        self.calls, self.reserve = calls, reserve
        self.window = timedelta(seconds=seconds)
        self._under_way = 0
        self._ended: deque[datetime] = deque(maxlen=calls)

    def wait(self, now: datetime, *, is_urgent: bool = False) -> float:
        """Seconds until a call may begin; 0 when it may begin now."""
        while self._ended and self._ended[0] + self.window <= now:
            self._ended.popleft()
        most = self.calls if is_urgent else self.calls - self.reserve
        over = self._under_way + len(self._ended) - most
        if over < 0:
            return 0.0
        if over < len(self._ended):
            return (self._ended[over] + self.window - now).total_seconds()
        # Only calls under way stand in the way; how long they take nobody knows.
        return 1.0

    def begin(self) -> None:
        """A call leaves."""
        self._under_way += 1

    def end(self, now: datetime) -> None:
        """A call was answered, or nobody waits for it any more."""
        self._under_way -= 1
        self._ended.append(now)


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

    `busy_seconds` is how long a server is left alone that is busy and does not say how long.
    """

    def __init__(
        self, allowance: Allowance, breaker: Breaker | None = None, *, busy_seconds: float = 5.0
    ) -> None:
        self.allowance, self.breaker = allowance, breaker or Breaker()
        self.busy_seconds = busy_seconds
        self._held_until: datetime | None = None
        self._lock = threading.Lock()

    def wait(self, now: datetime, *, is_urgent: bool = False) -> float:
        """Seconds until a call may begin; 0 when it may begin now."""
        with self._lock:
            return self._wait(now, is_urgent=is_urgent)

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
        with self._lock:
            seconds = self._wait(clock(), is_urgent=is_urgent)
            if seconds > 0:
                raise Temporary(
                    f"The other side may be asked again in {seconds:.0f} seconds.",
                    "pace",
                    retry_after=seconds,
                )
            self.allowance.begin()
            self.breaker.begin()
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
            self._ended(clock(), hold, is_well=is_well)

    def _wait(self, now: datetime, *, is_urgent: bool) -> float:
        held = (self._held_until - now).total_seconds() if self._held_until else 0.0
        return max(held, self.breaker.wait(now), self.allowance.wait(now, is_urgent=is_urgent))

    def _ended(self, now: datetime, hold: float, *, is_well: bool) -> None:
        with self._lock:
            self.allowance.end(now)
            if is_well:
                self.breaker.succeeded()
            else:
                self.breaker.failed(now)
            if hold:
                until = now + timedelta(seconds=hold)
                self._held_until = max(until, self._held_until or until)


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
