"""The replan bench: a hotel's journey changed, so that each of its coming stays is planned anew.

What `staytrue work` does then: all stays are noted as waiting, and settled by the worker's own
reaction, shared with the process beside that it starts for so many.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from staytrue.cli import bench_world
from staytrue.cli.bench_import import Size
from staytrue.cli.bench_world import World
from staytrue.cli.frame import ACTOR
from staytrue.cli.measuring import Measure, Memory, kept_home
from staytrue.flow import plans, reactions, replanning
from staytrue.hotel import scope
from staytrue.journeys import actions as journeys
from staytrue.journeys.models import JourneyVersion
from staytrue.kit import clock, database
from staytrue.kit.asking import ask
from staytrue.kit.errors import Refused
from staytrue.staff import audit

_LIMIT = timedelta(seconds=120)
_OF = 1_000_000
_LIMIT_MB = 1_000
_NAMES = ("replan.first", "replan", "replan.moved")
_LATER_STEP, _HOURS = "pre_checkin", ("15:00", "16:00")


def measures(size: Size) -> Iterator[Measure]:
    """Seconds of the first plan of all stays, of the same again, and of one with a step moved.

    A kept home had its first plan the first time.
    """
    limit = round(_LIMIT.total_seconds() * size.reservations / _OF, 3)
    with kept_home(size.home) as home, Memory() as memory:
        now = clock.now()
        world = bench_world.planned(home, size, now)
        with scope.everything():
            is_first = not ask("SELECT 1 FROM message LIMIT 1")
        for name in _NAMES if is_first else _NAMES[1:]:
            if name == "replan.moved":
                _move_a_step(now)
            seconds = _replanned(world, size.reservations)
            yield Measure(name, round(seconds, 2), "s", limit, round(seconds / limit, 3))
            with database.address("owner").connect(autocommit=True) as server:
                # As a server's own autovacuum does sooner or later.
                server.execute("VACUUM ANALYZE message")
                server.execute("VACUUM ANALYZE unsettled")
    peak = memory.peak_bytes / 1_000_000
    yield Measure("replan.memory", round(peak), "MB", _LIMIT_MB, round(peak / _LIMIT_MB, 3))


def _move_a_step(now: datetime) -> None:
    """The journey says another hour for one of its steps."""
    with scope.everything(), audit.acting(ACTOR, now):
        live = JourneyVersion.objects.filter(state="live")
        steps = live.get().steps
        for step in steps:
            if step["key"] == _LATER_STEP:
                step["when"]["at"] = _HOURS[step["when"]["at"] == _HOURS[0]]
        live.update(steps=steps)


def _replanned(world: World, stays: int) -> float:
    """Seconds from the change of the journey until nothing waits."""
    started = clock.monotonic()
    now = clock.now()
    with scope.everything():
        journeys.replan([world.house.pk], now)
    replanning.settle_many(now)
    reactions.settle_one(plans.settle_plans, now)
    seconds = clock.monotonic() - started
    with scope.everything():
        ((waiting,),) = ask("SELECT count(*) FROM unsettled WHERE reaction = 'settle_plans'")
        ((planned,),) = ask("SELECT count(*) FROM message WHERE state = 'planned'")
    if waiting or planned < stays // 2:
        raise Refused(f"{waiting} stays still wait, {planned} messages stand.", "bench_broken")
    return seconds
