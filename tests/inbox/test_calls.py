"""All processes count their calls to a PMS together, and none forgets what another did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import connection, transaction

from staytrue.inbox import calls
from staytrue.kit.errors import Temporary
from staytrue.kit.http import Response
from staytrue.kit.pacing import LONGEST, Allowance, Pace
from tests import databases

pytestmark = pytest.mark.django_db(transaction=True)

START = datetime(2026, 5, 21, 6, tzinfo=UTC)


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.instant = START

    def __call__(self) -> datetime:
        return self.instant

    def turn(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


class Server:
    """Counts calls in any minute as the one who allows them does."""

    def __init__(self, clock: Clock, most: int) -> None:
        self.clock, self.most = clock, most
        self.noted: list[datetime] = []
        self.refused = 0

    def __call__(self) -> Response:
        since = self.clock() - timedelta(minutes=1)
        self.refused += sum(at > since for at in self.noted) >= self.most
        self.noted.append(self.clock())
        self.clock.turn(0.3)
        return Response(200, {}, b"", 0.3)


def process(most: int = 6, credential: str = "one") -> Pace:
    """The pace as a process that has just started keeps it."""
    return Pace(Allowance(most, 60), counted=partial(calls.counted, credential))


def tried(pace: Pace, server: Server) -> str:
    """What came of one try: the status, or why not."""
    try:
        return str(pace.ask(server, server.clock).status)
    except Temporary as told:
        return told.code


def test_processes_that_come_and_go_never_exceed_the_limit_together_and_use_it_fully() -> None:
    clock = Clock()
    server = Server(clock, 6)
    workers = [process(), process(), process()]
    for second in range(300):
        for worker in workers:
            tried(worker, server)
        clock.turn(1)
        if second % 20 == 0:
            # One was killed, and another takes its place.
            workers = [*workers[1:], process()]
    assert server.refused == 0
    minutes = (clock() - START).total_seconds() / 60
    assert len(server.noted) >= 6 * (minutes - 1) * 0.9


def test_a_call_that_a_killed_process_began_counts_as_long_as_any_may_take() -> None:
    clock = Clock()
    server = Server(clock, 1)
    with calls.counted("one") as counted:
        counted.begin(clock())
    clock.turn(90)
    assert tried(process(1), server) == "pace"
    clock.turn(LONGEST.total_seconds() - 30)
    assert tried(process(1), server) == "200"


def test_a_wish_for_rest_is_kept_by_all_and_other_credentials_are_free() -> None:
    clock = Clock()
    busy = Response(429, {"retry-after": "40"}, b"", 0.0)
    assert process().ask(lambda: busy, clock).status == 429
    server = Server(clock, 6)
    assert tried(process(), server) == "pace"
    assert tried(process(credential="two"), server) == "200"
    clock.turn(40)
    assert tried(process(), server) == "200"


def test_calls_stay_counted_where_the_transaction_around_them_comes_to_nothing() -> None:
    clock = Clock()
    server = Server(clock, 1)
    with transaction.atomic():
        assert tried(process(1), server) == "200"
        transaction.set_rollback(True)
    assert tried(process(1), server) == "pace"


def test_a_line_that_broke_between_two_calls_is_opened_anew() -> None:
    clock = Clock()
    server = Server(clock, 6)
    assert tried(process(), server) == "200"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = %s AND pid <> pg_backend_pid()",
            [databases.COPY],
        )
    assert tried(process(), server) == "200"
    with calls.counted("one") as counted:
        assert len(counted.ended) == 2
