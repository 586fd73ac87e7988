"""What a connection must reach: one bad hour is an accident, the second is told to one role."""

from __future__ import annotations

from datetime import timedelta

import pytest

from staytrue.flow import living, objectives
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox import pace
from staytrue.inbox.models import Connection
from staytrue.kit.errors import Refused
from staytrue.staff import audit
from staytrue.staff.models import Ask
from tests import make
from tests.flow.feeds import MORNING, StayFeed, stay

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def feed(tmp_path: object) -> StayFeed:
    """A feed whose changes arrive an hour and ten minutes after they became true."""
    made = StayFeed(make.link(make.hotel()), tmp_path)  # type: ignore[arg-type]
    made.take(stay(modified_at=MORNING - 9 * HOUR))
    return made


def set_(link: Connection, **values: object) -> None:
    """Set objectives as an administrator does."""
    with scope.everything(), audit.acting("tests", make.NOON):
        inbox.set_objectives(link, values)


def asks() -> list[tuple[str, str]]:
    """Open asks about objectives: (role, objective)."""
    with scope.everything():
        found = Ask.objects.filter(kind="objective_missed", closed_at=None)
        return [(ask.role_id, ask.facts["objective"]) for ask in found]


def test_an_objective_missed_twice_is_told_to_the_role_set_for_it_and_nobody_else(
    feed: StayFeed,
) -> None:
    set_(feed.link, lag_p95=60, role="guest_relations")
    outcome = feed.take(stay(modified_at=MORNING + 2 * HOUR, notes="Late arrival"))
    assert outcome.changed == 1
    now = MORNING + timedelta(days=1) + HOUR / 2
    objectives.watch(now)
    assert asks() == []
    feed.take(stay(modified_at=MORNING + 25 * HOUR, notes="Later"))
    objectives.watch(now + timedelta(days=1))
    assert asks() == [("guest_relations", "lag_p95")]


def test_within_one_interval_an_objective_is_judged_once(feed: StayFeed) -> None:
    set_(feed.link, lag_p95=60)
    feed.take(stay(modified_at=MORNING + 2 * HOUR, notes="Late arrival"))
    now = MORNING + timedelta(days=1) + HOUR / 2
    for minute in range(5):
        objectives.watch(now + timedelta(minutes=minute))
    assert asks() == []


def test_the_ask_closes_by_itself_when_the_objective_is_reached(feed: StayFeed) -> None:
    set_(feed.link, lag_p95=60)
    now = MORNING + timedelta(days=1) + HOUR / 2
    for day in range(2):
        feed.take(stay(modified_at=MORNING + (2 + 24 * day) * HOUR, notes=f"Word {day}"))
        objectives.watch(now + timedelta(days=day))
    assert asks()
    objectives.watch(now + timedelta(days=1, hours=2))
    assert asks() == []


@pytest.mark.parametrize(
    "values",
    [{"speed": 1}, {"fidelity": 99.9}, {"lag_p95": 0}, {"role": "nobody"},
     {"fidelity_sample": 5}, {"fidelity_sample": 200.5}, {"fidelity_sample": 20_000}],
)  # fmt: skip
def test_an_objective_that_nobody_could_mean_is_refused(
    feed: StayFeed, values: dict[str, object]
) -> None:
    with pytest.raises(Refused):
        set_(feed.link, **values)


def test_a_pace_holds_in_its_hours_and_counts_from_the_next_turn(feed: StayFeed) -> None:
    link, at = feed.link, make.NOON
    with scope.everything(), audit.acting("tests", at):
        inbox.set_cadence(link, pace.CHANGES, 3_600)
        inbox.set_bookmark(link, "turn changes", {}, at)
    soon = at + timedelta(minutes=5)
    assert not living.is_due(link, pace.CHANGES, soon)
    with scope.everything(), audit.acting("tests", at):
        inbox.set_cadence(link, pace.CHANGES, 300, "14-22")
    # Noon in UTC is 14:00 in Madrid.
    assert living.is_due(link, pace.CHANGES, soon)
