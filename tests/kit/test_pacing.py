"""How often a server is asked, on a virtual clock (reliability rows 30, 31, 37)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.kit.errors import Misconfigured, Refused, StaytrueError, Temporary
from staytrue.kit.http import Client, Response
from staytrue.kit.pacing import LONGEST, Allowance, Breaker, Calls, Pace, PacedClient, backoff
from tests.kit.far_side import body, says, serving

START = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """So many seconds later."""
    return START + timedelta(seconds=seconds)


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def turn(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def answers(status: int, **headers: str) -> Callable[[], Response]:
    """A server that always says the same."""
    return lambda: Response(status, headers, b"", 0.0)


def refusal_of(pace: Pace, clock: Clock, send: Callable[[], Response]) -> StaytrueError:
    with pytest.raises(StaytrueError) as refusal:
        pace.ask(send, clock)
    return refusal.value


@given(
    st.lists(
        st.tuples(st.floats(0, 5), st.floats(0, 4), st.floats(0, 1), st.booleans()), max_size=60
    )
)
def test_no_window_of_the_server_ever_holds_more_calls_than_allowed(calls: list) -> None:
    allowance, counted, now, noted = Allowance(4, 10, reserve=1), Calls(), START, []
    for pause, seconds, share, is_urgent in calls:
        now += timedelta(seconds=pause)
        while wait := allowance.wait(counted, now, is_urgent=is_urgent):
            now += timedelta(seconds=wait)
        begun = now
        counted.begin(begun)
        # The server counts it somewhere between our sending and its answer.
        noted.append(now + timedelta(seconds=seconds * share))
        now += timedelta(seconds=seconds)
        counted.end(begun, now)
    window = timedelta(seconds=10)
    assert all(later - first >= window for first, later in zip(noted, noted[4:], strict=False))


def test_sixty_calls_a_minute_is_used_fully() -> None:
    allowance, calls, now, made = Allowance(60, 60), Calls(), START, 0
    while now < after(600):
        now += timedelta(seconds=allowance.wait(calls, now))
        calls.begin(now)
        calls.end(now, now)
        made += 1
    assert 600 <= made <= 661


def test_urgent_calls_find_room_that_others_left() -> None:
    allowance, calls = Allowance(3, 60, reserve=1), Calls(ended=[START, START])
    assert allowance.wait(calls, after(10)) == 50
    assert allowance.wait(calls, after(10), is_urgent=True) == 0


def test_a_call_under_way_counts_and_one_of_a_killed_process_counts_no_longer_than_any() -> None:
    allowance, calls = Allowance(1, 60), Calls(under_way=[START])
    assert allowance.wait(calls, after(100)) > 0
    assert allowance.wait(calls, START + LONGEST) == 60
    assert allowance.wait(calls, START + LONGEST + timedelta(seconds=60)) == 0


def test_what_a_clock_that_ran_ahead_noted_counts_for_one_window_and_no_longer() -> None:
    allowance, calls = Allowance(1, 60), Calls(ended=[after(600)])
    assert allowance.wait(calls, START) == 60
    assert allowance.wait(calls, after(60)) == 0


def test_an_allowance_of_nothing_is_refused() -> None:
    with pytest.raises(Misconfigured):
        Allowance(2, 60, reserve=2)


def test_patience_doubles_up_to_its_limit_and_never_undercuts_the_server() -> None:
    assert [backoff(attempt, 0.0) for attempt in (1, 2, 3)] == [0.5, 1.0, 2.0]
    assert backoff(3, 0.5) == 3.0
    assert backoff(10_000, 0.999) <= 300
    assert backoff(1, 0.0, retry_after=42) == 42


def test_after_failures_in_a_row_one_call_finds_out() -> None:
    breaker = Breaker(failures=3, rest_seconds=30)
    for second in range(3):
        breaker.begin()
        breaker.failed(after(second))
    assert breaker.state(after(2)) == "open"
    assert breaker.wait(after(12)) == 20
    assert breaker.state(after(32)) == "half-open"
    assert breaker.wait(after(32)) == 0
    breaker.begin()
    assert breaker.wait(after(32)) > 0
    breaker.failed(after(33))
    assert breaker.wait(after(33)) == 60
    breaker.begin()
    breaker.succeeded()
    assert breaker.state(after(33)) == "closed"


def test_a_success_between_failures_starts_the_count_again() -> None:
    breaker = Breaker(failures=2)
    for _ in range(5):
        breaker.failed(START)
        breaker.succeeded()
    assert breaker.wait(START) == 0


def test_a_busy_server_is_left_alone_as_long_as_it_asks() -> None:
    pace, clock = Pace(Allowance(60, 60)), Clock()
    assert pace.ask(answers(429, **{"retry-after": "17"}), clock).status == 429
    refusal = refusal_of(pace, clock, answers(200))
    assert (refusal.code, refusal.facts["retry_after"]) == ("pace", 17)
    clock.turn(17)
    assert pace.ask(answers(200), clock).status == 200


def test_a_busy_server_that_does_not_say_how_long_is_left_alone_a_little() -> None:
    pace, clock = Pace(Allowance(60, 60), busy_seconds=3), Clock()
    pace.ask(answers(429), clock)
    assert pace.wait(clock()) == 3


def test_a_server_that_is_down_is_asked_less_and_less() -> None:
    pace, clock, asked = Pace(Allowance(600, 60), Breaker(failures=5)), Clock(), 0
    while clock() < after(3600):
        assert pace.ask(answers(503), clock).status == 503
        asked += 1
        clock.turn(pace.wait(clock()) or 1)
    assert asked < 15


def test_a_server_that_cannot_be_reached_is_given_a_rest() -> None:
    pace, clock = Pace(Allowance(600, 60), Breaker(failures=1)), Clock()

    def away() -> Response:
        raise Temporary("away", "http_timeout")

    assert refusal_of(pace, clock, away).code == "http_timeout"
    assert refusal_of(pace, clock, answers(200)).code == "pace"


def test_a_refused_credential_or_too_large_an_answer_is_no_failure_of_the_server() -> None:
    pace, clock = Pace(Allowance(600, 60), Breaker(failures=1)), Clock()

    def too_large() -> Response:
        raise Refused("too large", "http_too_large")

    assert pace.ask(answers(401), clock).status == 401
    assert refusal_of(pace, clock, too_large).code == "http_too_large"
    assert pace.ask(answers(200), clock).status == 200


def test_a_paced_client_speaks_for_real_and_keeps_to_its_pace() -> None:
    clock = Clock()
    with (
        serving(says(body(b"ok"))) as server,
        Client(allow_private=frozenset({server.authority})) as client,
    ):
        paced = PacedClient(client, Pace(Allowance(1, 60)), clock)
        assert paced.request("POST", server.url, headers={"X-A": "b"}).body == b"ok"
        with pytest.raises(Temporary) as refusal:
            paced.request("GET", server.url)
        assert refusal.value.facts["retry_after"] == 60
        assert len(server.heads) == 1
        assert b"x-a: b" in server.heads[0]
