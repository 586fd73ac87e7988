"""`staytrue connectors`: prove what a connector claims, publish its sheet, begin a new one."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from importlib import import_module, metadata
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import click

from staytrue.cli import recording
from staytrue.cli.frame import Answer, answers, table
from staytrue.cli.measuring import fresh_home
from staytrue.connectors import registry
from staytrue.connectors.base import Live
from staytrue.connectors.contract import template
from staytrue.connectors.contract.results import Candidate, Result, State
from staytrue.connectors.contract.sheet import sheet_of
from staytrue.connectors.contract.simulated import Simulator
from staytrue.connectors.contract.suite import Suite

SIMULATORS = "staytrue.simulators"
SHEETS = Path("docs/pms")


@click.group
def connectors() -> None:
    """What speaks with PMSs: conformance, capability sheets, a template, recordings."""


connectors.add_command(recording.record)
connectors.add_command(recording.replay)


@connectors.command
@click.argument("name")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where the connector's folder lies, for one that is not installed.",
)
@click.option("--simulator", "place", metavar="MODULE:FACTORY", help="Its simulated PMS.")
@click.option("--write", is_flag=True, help=f"Write the sheet to {SHEETS}/NAME.json.")
@answers
def test(name: str, folder: Path | None, place: str | None, *, write: bool) -> Answer:
    """Run every check over a connector: what holds, what fails, what is not claimed."""
    if folder is None and name not in registry.names():
        known = ", ".join(registry.names())
        raise click.UsageError(f"there is no connector {name}; there are: {known}")
    candidate = _candidate(name, folder)
    # A PMS that is read from its database needs a server to stand on: one that is gone afterwards.
    is_database = candidate.manifest.kind == "database"
    with fresh_home() if is_database else nullcontext():
        suite = Suite(candidate, _simulator(name, place))
        found = list(suite.run())
    passed = all(one.state is not State.FAILED for one in found)
    sheet = sheet_of(name, candidate.manifest, found, suite.seen)
    lines = table([(one.capability, one.state.value) for one in found], ("check", "answer"))
    lines += ["", *_told(found)]
    if write and passed:
        path = SHEETS / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(sheet, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        lines.append(f"The sheet stands in {path}.")
    elif write:
        lines.append("No sheet was written: something failed.")
    document = {"passed": passed, "checks": [asdict(one) for one in found], "sheet": sheet}
    return Answer(document, lines, yes=passed)


@connectors.command
@click.argument("name")
@click.option(
    "--folder",
    default=Path(),
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the new folder goes; here, unless said.",
)
@answers
def new(name: str, folder: Path) -> Answer:
    """Write the folder of a new connector, which already passes the pure part."""
    if not name.isidentifier() or not name.islower():
        raise click.UsageError(f"{name} is no name of a Python module in small letters")
    made = template.write(name, folder)
    lines = [f"Written: {path}" for path in made]
    lines += ["", *template.next_steps(name, folder)]
    return Answer({"written": [str(path) for path in made]}, lines)


def _told(found: Sequence[Result]) -> Iterator[str]:
    for one in found:
        if one.state is State.FAILED:
            yield f"{one.capability}: {one.sentence}"
    counts = {state: sum(one.state is state for one in found) for state in State}
    yield ", ".join(f"{count} {state.value}" for state, count in counts.items()) + "."


def _candidate(name: str, parent: Path | None) -> Candidate:
    if parent is not None:
        # A folder under development is no installed package yet.
        sys.path.insert(0, str(parent.resolve()))
        package: Any = import_module(name)
        live = getattr(package, "connector", None)
        return _of(name, parent / name, package, live if isinstance(live, Live) else None)
    return _of(name, registry.folder(name), registry.load(name), registry.live(name))


def _of(name: str, folder: Traversable, package: Any, live: Live | None) -> Candidate:
    # A connector of files has a module of that name, and translates by a mapping of the house.
    translate = getattr(package, "translate", None)
    return Candidate.of(name, folder, translate if callable(translate) else None, live)


def _simulator(name: str, place: str | None) -> Simulator | None:
    """The one that was named, or an installed one, or ours."""
    if place is None:
        installed = {one.name: one.value for one in metadata.entry_points(group=SIMULATORS)}
        place = installed.get(name)
    if place is None:
        ours = f"staytrue.lab.pms.{name}"
        try:
            return getattr(import_module(ours), "simulator", None)
        except ModuleNotFoundError as problem:
            if problem.name != ours:
                raise
            return None
    module, _, factory = place.partition(":")
    try:
        simulator: Simulator = getattr(import_module(module), factory)
    except (ImportError, AttributeError) as problem:
        raise click.UsageError(f"--simulator {place} cannot be found: {problem}") from problem
    return simulator
