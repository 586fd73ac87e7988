"""Commands for bug reports about a PMS: record one turn without anybody's data, and replay it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from staytrue.cli.frame import Answer, answers, connection_named, open_home
from staytrue.connectors import registry
from staytrue.connectors.base import Translated
from staytrue.flow import recording
from staytrue.hotel import scope
from staytrue.kit import clock


@click.command
@click.argument("name")
@click.option(
    "--to",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="A new directory for the bundle.",
)
@answers
def record(name: str, to: Path) -> Answer:
    """Read a PMS once and keep what it answered, with everybody's data replaced."""
    with open_home():
        with scope.everything():
            link = connection_named(name)
        count = recording.record(link, to, clock.now)
    told = [
        f"{count} answers of {name} are in {to}, with invented values of the same shape.",
        "Read them through before you hand them on: a person sees what a rule does not.",
    ]
    return Answer({"connection": name, "exchanges": count, "to": str(to)}, told)


@click.command
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--dialect", default="", help="The connector; without it the one that was recorded.")
@answers
def replay(folder: Path, dialect: str) -> Answer:
    """Show what a connector makes of a recording; nobody is asked, nothing is kept."""
    if dialect and dialect not in registry.names():
        known = ", ".join(registry.names())
        raise click.UsageError(f"there is no dialect {dialect}; there are: {known}")
    said = list(recording.replay(folder, dialect))
    parked = [part.reason for one in said for part in one.parked]
    counts = {
        "reservations": sum(len(one.reservations) for one in said),
        "profiles": sum(len(one.profiles) + len(one.glimpses) for one in said),
        "parked": len(parked),
    }
    lines = [", ".join(f"{count} {name}" for name, count in counts.items()), *parked]
    return Answer({"counts": counts, "records": list(map(_plain, said))}, lines)


def _plain(said: Translated) -> Any:
    return msgspec.to_builtins(said, str_keys=True)
