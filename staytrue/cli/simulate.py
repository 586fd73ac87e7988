"""The seeded world against our own decisions: run it, replay a seed, plant a fault and see it fall."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext

import click

from staytrue.cli.frame import Answer, answers
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.lab import mutants
from staytrue.lab.mutants import Mutant
from staytrue.lab.rigs.planner import campaign
from staytrue.lab.rigs.planner.weather import Mode, Weather
from staytrue.lab.rigs.reporting import Report

BOOKINGS, SHOWN = 1_000, 3
Simulate = Callable[[int, int, Mode | None, Weather | None], Report]
RIGS: dict[str, Simulate] = {
    "planner": lambda seed, bookings, mode, weather: campaign.simulate(
        seed, bookings, mode=mode, weather=weather
    )
}
"""A rig that runs from here; one that needs a house of its own runs with the tests."""
ELSEWHERE = {
    "full": "tests/lab/rigs/test_full.py",
    "real": "tests/lab/rigs/test_kill_sending.py",
}


@click.command()
@click.option("--seed", type=int, default=None, help="Which world is first; 1 if not given.")
@click.option("--bookings", type=click.IntRange(1), default=None,
              help=f"How many in all; {BOOKINGS} if not given.")  # fmt: skip
@click.option("--rig", default="planner", show_default=True, help="planner, full or real.")
@click.option("--mode", type=click.Choice([mode.value for mode in Mode]), default=None,
              help="One weather for all worlds; else each seed draws its own.")  # fmt: skip
@click.option("--mutant", default=None, help="Plant this fault first.")
@click.option("--list-mutants", is_flag=True, help="The faults that can be planted.")
@answers
def simulate(
    seed: int | None,
    bookings: int | None,
    rig: str,
    mode: str | None,
    mutant: str | None,
    list_mutants: bool,  # noqa: FBT001 -- a flag of the command line
) -> Answer:
    """Run a seeded group of hotels against our own decisions, and judge every message."""
    if list_mutants:
        return _listed()
    chosen = _rig(rig)
    fault = mutants.named(mutant) if mutant else None
    seed = seed if seed is not None else fault.seed if fault else 1
    bookings = bookings or (fault.bookings if fault else BOOKINGS)
    begun = clock.monotonic()
    with mutants.planted(fault) if fault else nullcontext():
        weather = None if mode or fault is None else fault.weather
        report = chosen(seed, bookings, Mode(mode) if mode else None, weather)
    speed = round(report.bookings / max(clock.monotonic() - begun, 0.001), 1)
    document = {**report.as_json(), "mutant": mutant, "bookings_per_second": speed}
    return Answer(document, _lines(report, fault, speed), report.is_clean)


def _rig(name: str) -> Simulate:
    if name in ELSEWHERE:
        raise Refused(
            f"Rig {name} needs a database of its own and runs with the tests: "
            f"`pytest -m proof {ELSEWHERE[name]}`.", "rig_elsewhere",
        )  # fmt: skip
    if name not in RIGS:
        raise Refused(f"There is no rig {name!r}: there are planner, full and real.", "no_rig")
    return RIGS[name]


def _listed() -> Answer:
    document = [
        {"name": each.name, "invariants": sorted(each.invariants), "seed": each.seed,
         "bookings": each.bookings}
        for each in mutants.MUTANTS
    ]  # fmt: skip
    lines = [f"{', '.join(sorted(each.invariants)):<8} {each.name}" for each in mutants.MUTANTS]
    return Answer(document, lines)


def _lines(report: Report, fault: Mutant | None, speed: float) -> Iterator[str]:
    for told in report.broken[:SHOWN]:
        yield from told.lines()
        yield ""
    if len(report.broken) > SHOWN:
        yield f"… and {len(report.broken) - SHOWN} more."
    if fault:
        yield f"Planted: {fault.name}."
    modes = ", ".join(f"{count} {mode}" for mode, count in sorted(report.modes.items()))
    yield (
        f"Seed {report.seed}: {report.bookings} bookings in {report.worlds} worlds ({modes}), "
        f"{speed} a second."
    )
    yield f"{report.sent} messages left, {report.unknown} unknown, {report.kills} kills."
    yield f"{100 * report.sent_in_normal:.2f} % of what was surely due left in normal weather."
    wrong = ", ".join(f"{feed} {rate}" for feed, rate in report.per_100_000().items())
    yield f"Wrong and unknowable per 100,000 sent: {wrong}."
    yield "Held: " + ", ".join(f"{why} {count}" for why, count in report.held.most_common()) + "."
    yield "Ended: " + ", ".join(f"{how} {count}" for how, count in report.ended.most_common()) + "."
    yield "Clean." if report.is_clean else f"{len(report.broken)} promises broken."
