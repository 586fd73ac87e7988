"""Many worlds of rig P, one after the other, added up to one report."""

from __future__ import annotations

from collections.abc import Iterator

from staytrue.lab.rigs.planner.rig import Rig, Run
from staytrue.lab.rigs.planner.weather import Mode, Weather
from staytrue.lab.rigs.reporting import Report, Told

NAME = "planner"
WORLD = 1_000
"""So many bookings make one world, each with its own weather."""
TWICE_EACH = 100
"""One world in so many runs twice, and must be the same."""
WORLDS_MAX = 1_000_000


def simulate(
    seed: int, bookings: int, *, mode: Mode | None = None, weather: Weather | None = None
) -> Report:
    """So many bookings in as many worlds as they need; the first world has the seed itself."""
    report = Report(NAME, seed)
    for place, (world, size) in enumerate(worlds(seed, bookings)):
        run = Rig(world, size, mode, weather).run()
        _add(report, world, run)
        if place % TWICE_EACH == TWICE_EACH - 1:
            again = Rig(world, size, mode, weather).run()
            if again.trace != run.trace:
                raise AssertionError(f"World {world} is not the same when it runs again.")
            report.repeated += 1
    return report


def worlds(seed: int, bookings: int) -> Iterator[tuple[int, int]]:
    """Seed and size of each world."""
    for place, first in enumerate(range(0, bookings, WORLD)):
        yield seed + place * WORLDS_MAX, min(WORLD, bookings - first)


def _add(report: Report, seed: int, run: Run) -> None:
    report.worlds += 1
    report.bookings += run.truth.bookings
    report.steps += run.steps
    report.sent += sum(each.is_accepted for each in run.sent)
    report.unknown += run.unknown
    report.kills += run.kills
    report.asked += run.asked
    report.modes[run.weather.mode.value] += 1
    for _, how in run.expected:
        report.due[run.weather.mode.value, how.value] += 1
    for (_, _, reason), count in run.held.items():
        report.held[reason] += count
    report.ended.update({str(how): count for how, count in run.ended.items()})
    report.unknowable.update(run.unknowable)
    for each in run.sent:
        report.sent_by_feed[run.truth.by_code[each.hotel].feed.value] += each.is_accepted
    report.broken += [
        Told(seed, broken, run.stories.get((broken.hotel, broken.booking), []))
        for broken in run.violations
    ]
    report.traces.append(run.trace)
