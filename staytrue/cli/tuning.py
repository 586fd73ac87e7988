"""Commands on a connection's pace, its lag, and what it must reach: effective at its next turn."""

from __future__ import annotations

from typing import Any

import click

from staytrue.changes import log
from staytrue.cli.frame import Answer, acting, answers, connection_named, open_home, reading
from staytrue.flow import lag as lags
from staytrue.flow import objectives
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox import objectives as rules
from staytrue.inbox import pace
from staytrue.kit import clock


@click.command
@click.argument("name")
@click.argument("task", type=click.Choice(pace.TASKS))
@click.argument("seconds", type=int)
@click.option(
    "--hours", default="", metavar="14-22", help="Only in these hours of the hotel's day."
)
@answers
def cadence(name: str, task: str, seconds: int, hours: str) -> Answer:
    """Say how often a living PMS is asked; it counts from the next turn, without a restart."""
    with acting():
        link = connection_named(name)
        inbox.set_cadence(link, task, seconds, hours)
    when = f"from {hours} o'clock" if hours else "when nothing else is said"
    return Answer(
        {"connection": name, "cadence": link.cadence}, [f"{name}: {task} every {seconds} s {when}."]
    )


@click.command
@click.argument("name")
@click.option("--lag-p95", type=float, help="Seconds from the PMS's instant to the mirror.")
@click.option("--fidelity", type=float, help="Share of records that must be equal, like 0.999.")
@click.option("--sample", type=int, help="Bookings and guests compared each night, like 200.")
@click.option("--fill-drop", type=float, help="Points a field's fill may fall, like 20.")
@click.option("--role", help="Who hears of it, like administrator.")
@click.option("--none", "is_none", is_flag=True, help="Take all objectives away.")
@answers
def objective(
    name: str,
    lag_p95: float | None,
    fidelity: float | None,
    sample: int | None,
    fill_drop: float | None,
    role: str | None,
    *,
    is_none: bool,
) -> Answer:
    """Say what a connection must reach; without options, what it reached in the last hour."""
    given: dict[str, Any] = {
        "lag_p95": lag_p95, "fidelity": fidelity, rules.SAMPLE: sample,
        rules.DROP: fill_drop, "role": role,
    }  # fmt: skip
    chosen = {key: value for key, value in given.items() if value is not None or is_none}
    if chosen:
        with acting():
            link = connection_named(name)
            inbox.set_objectives(link, chosen)
    with open_home(), scope.everything():
        link = connection_named(name)
        found = objectives.measured(link, clock.now() - rules.INTERVAL)
    document = {"connection": name, "objectives": link.objectives, "measured": found}
    lines = [
        f"{key}: {link.objectives[key]} wanted, {found.get(key, 'not measured')}"
        for key in rules.wanted(link.objectives)
    ]
    if rules.SAMPLE in link.objectives:
        lines.append(f"{rules.SAMPLE}: {link.objectives[rules.SAMPLE]} compared each night")
    if rules.DROP in link.objectives:
        lines.append(f"{rules.DROP}: a field may fall by {link.objectives[rules.DROP]} points")
    return Answer(document, lines or [f"{name} has no objectives."])


@click.command
@click.argument("name", metavar="CONNECTION")
@answers
def lag(name: str) -> Answer:
    """How often a connection is asked, and how late its changes arrive: p50 and p95, measured."""
    now = clock.now()
    with reading():
        link = connection_named(name)
        report = lags.report(link, now)
    document = {
        "connection": name,
        "promised_seconds": link.cadence_seconds,
        "cadence": {
            task: [{"hours": hours, "seconds": pause} for hours, pause in pauses]
            for task, pauses in report.cadence.items()
        },
        "lag": report.measured,
        "true_through": report.true_through,
    }
    lines = [f"{task}: {_told(pauses)}" for task, pauses in report.cadence.items()]
    lines += [_measured(span, found) for span, found in report.measured.items()]
    lines += [f"{object}: true through {at}" for object, at in report.true_through.items() if at]
    return Answer(document, lines)


def _told(pauses: list[tuple[str, int]]) -> str:
    parts = [f"every {pause} s from {hours} o'clock" for hours, pause in pauses if hours]
    parts += [f"{'else ' if parts else ''}every {pauses[-1][1]} s"]
    return ", ".join(parts)


def _measured(span: str, found: log.Lag) -> str:
    if not found["count"]:
        return f"last {span}: no live change"
    p50, p95 = found["p50"], found["p95"]
    return f"last {span}: p50 {p50:.0f} s, p95 {p95:.0f} s of {found['count']} changes"
