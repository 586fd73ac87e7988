"""Commands on export files: import, translate, sync, and the mapping workshop."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from staytrue.cli.frame import Answer, answers, connection_named, open_home, progress
from staytrue.connectors import registry
from staytrue.flow import intake, living, watching
from staytrue.flow.outcome import Outcome
from staytrue.hotel import scope
from staytrue.inbox import queries as inboxes
from staytrue.inbox.models import Connection
from staytrue.kit import clock

FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.command(name="import")
@click.argument("file", type=FILE)
@click.option("--connection", "name", required=True, help="The connection it belongs to.")
@click.option("--mapping", help="A shipped mapping or a TOML file; else the connection's own.")
@click.option("--history", is_flag=True, help="The past: no messages, no points, no brakes.")
@click.option("--dry-run", is_flag=True, help="Only say what it would read.")
@answers
def import_(file: Path, name: str, mapping: str | None, *, history: bool, dry_run: bool) -> Answer:
    """Take a file into the mirror."""
    with open_home():
        with scope.everything():
            link = connection_named(name)
        with progress() as show:
            outcome = intake.import_file(
                link,
                file,
                mapping=mapping,
                history=history,
                dry_run=dry_run,
                now=clock.now(),
                progress=show,
            )
    return Answer(outcome.as_json(), in_words(outcome), yes=outcome.refused is None)


def in_words(outcome: Outcome) -> list[str]:
    """What an import came to, for people."""
    if outcome.refused is not None:
        return [outcome.refused]
    sum_ = (
        f"{outcome.read} read: {outcome.created} created, {outcome.changed} changed, "
        f"{outcome.unchanged} unchanged, {outcome.parked_count} parked, "
        f"{outcome.out_of_sight} out of sight, in {outcome.seconds:.1f} s."
    )
    told = [sum_]
    if twice := outcome.rehearsal:
        told.append(
            f"Only rehearsed. {twice['repeated']} rows name a record again; "
            f"{twice['same_person']} profiles share name and contact with another."
        )
    return [*told, *(f"  line {part['line']}: {part['reason']}" for part in outcome.parked)]


@click.command
@click.argument("name")
@click.option("--full", is_flag=True, help="Of a living PMS: a complete walk, from the beginning.")
@click.option("--once", is_flag=True, help="Fetch once and stop, which is what it does anyway.")
@answers
def sync(name: str, *, full: bool, once: bool) -> Answer:
    """Fetch what is new now: from a living PMS, or every complete file of a watched folder."""
    del once
    with open_home():
        with scope.everything():
            link = connection_named(name)
        if registry.live(link.dialect):
            return _followed(link, full=full)
        # A folder has no longer walk.
        outcomes = watching.take_now(link)
    refused = [outcome for outcome in outcomes if outcome.refused is not None]
    lines = [line for outcome in outcomes for line in in_words(outcome)]
    documents: list[dict[str, Any]] = [outcome.as_json() for outcome in outcomes]
    return Answer(documents, lines or ["Nothing waits."], yes=not refused)


def _followed(link: Connection, *, full: bool) -> Answer:
    """Read a living PMS until what is true now is in the mirror."""
    begun = clock.now()
    for pause in living.until_read(link, clock.now, full=full):
        seconds = max(pause.total_seconds(), 0.0)
        if seconds > 1:
            click.echo(f"{link.name} asks for {seconds:.0f} s of patience.", err=True)
        time.sleep(min(seconds, 60.0))
    with scope.everything():
        found = inboxes.came_since(link, begun)
    line = "{deliveries} deliveries: {created} created, {changed} changed, {parked} parked.".format(
        **found
    )
    return Answer({"connection": link.name, **found}, [line])
