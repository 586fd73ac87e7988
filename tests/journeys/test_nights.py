"""N13 on the running gate: the night in which clocks change, and the cap across journeys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from staytrue.hotel import scope
from staytrue.journeys.steps import STANDARD, Anchor, Point, Step
from staytrue.kit import clock
from staytrue.messages import claims, gate, leases
from staytrue.messages.carriers.base import Outcome, Result
from staytrue.messages.kinds import Kind, State
from staytrue.messages.models import GateSetting, Message, TemplateVersion
from staytrue.messages.reasons import Reason
from staytrue.mirror.models import Freshness
from staytrue.staff import audit
from tests.journeys import scenes
from tests.journeys.scenes import LIVE, Scene, stay
from tests.messages import scene as posts
from tests.messages import ways

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KINDS = ("pre_stay", "pre_checkin")


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own."""
    with ways.home(tmp_path / "home") as place:
        yield place


def by_night(clock_: str) -> tuple[Step, ...]:
    """Two letters on the eve of arrival, at this hour of the night."""
    standard = {step.key: step for step in STANDARD}
    at = Point(Anchor.ARRIVAL, -1, clock_)
    return tuple(
        replace(standard[kind], when=at, lives_minutes=1_200, until=None) for kind in KINDS
    )


def build(steps: tuple[Step, ...], **chosen: object) -> Scene:
    made = scenes.running(of=steps)
    posts.words(*Kind)
    with scope.everything(), audit.acting("tests", LIVE):
        for version in TemplateVersion.objects.all():
            # Claire is written in French.
            version.texts = {"fr": version.texts["en"]}
            version.save()
        GateSetting.objects.create(property=made.sirga, **chosen)
    ways.armed(made.sirga, now=LIVE, limit=1_000)
    return made


def go(of: Scene, at: datetime) -> list[str]:
    """One round at this instant: read, planned anew, sent; the kinds that left."""
    with scope.everything():
        Freshness.objects.filter(object="reservation").update(true_through=at)
    of.settle("30117", now=at)
    leases.take(ways.WORKER, at)
    left = [each for each in gate.claim(100, ways.WORKER, at) if gate.last_looks([each], at)]
    claims.settled([(each, Outcome(Result.ACCEPTED)) for each in left], at)
    return [each.message.kind for each in left]


NIGHTS = [
    # The clock shows half past two twice; the first of the two counts.
    (date(2026, 10, 26), "02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    # It never shows half past two: as much later.
    (date(2026, 3, 30), "02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
]


@pytest.mark.parametrize(("arrival", "clock_", "due"), NIGHTS)
@pytest.mark.parametrize("is_quiet", [False, True])
def test_a_night_in_which_clocks_change_sends_each_message_once(
    arrival: date,
    clock_: str,
    due: datetime,
    is_quiet: bool,  # noqa: FBT001 - a case
) -> None:
    quiet = time(9) if is_quiet else time(21)
    of = build(by_night(clock_), quiet_from=time(21), quiet_until=quiet)
    booked = datetime.combine(arrival, time(), UTC) - 20 * DAY
    of.read(stay(arrival_on=arrival, created_at=booked), at=booked)
    sent: list[tuple[datetime, str]] = []
    start = datetime.combine(arrival, time(), UTC) - DAY - HOUR
    for n in range(20):
        at = start + n * HOUR / 2
        sent += [(at, kind) for kind in go(of, at)]

    assert Counter(kind for _at, kind in sent) == dict.fromkeys(KINDS, 1)
    morning = datetime.combine(arrival, time(7), UTC) - DAY
    after = morning if arrival.month == 3 else morning + HOUR
    assert {at for at, _kind in sent} == {after if is_quiet else due}


def test_three_in_seven_days_are_the_most_and_the_fourth_says_so_until_it_may_leave() -> None:
    letters = tuple(
        Step(f"pre_stay_{n}" if n else "pre_stay", Kind.PRE_STAY,
             Point(Anchor.ARRIVAL, n - 8, "10:00"), lives_minutes=20_160)
        for n in range(4)
    )  # fmt: skip
    of = build((*letters, STANDARD[0]), cap_messages=3, cap_days=7)
    of.read(stay())
    days = [datetime(2026, 5, 15 + n, 8, 0, tzinfo=UTC) for n in range(4)]
    assert [go(of, at) for at in days] == [["pre_stay"]] * 3 + [[]]

    with scope.everything():
        waiting = Message.objects.get(state=State.HELD)
    assert (waiting.step, waiting.reason) == ("stay:pre_stay_3", Reason.CAPPED)
    assert waiting.held_until == days[0] + 7 * DAY
    with clock.use(lambda: days[3]):
        desk = of.house.client("front_desk")
        told = desk.get(f"/messages/{waiting.public_id}/").content.decode()
    assert "The guest got as many messages as he may in so many days." in told
    assert go(of, days[0] + 7 * DAY) == ["pre_stay"]
