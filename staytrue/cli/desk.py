"""Commands on the desk: decided money as a file for accounting."""

from __future__ import annotations

from pathlib import Path

import click

from staytrue.cli.frame import ACTOR, Answer, acting, answers, property_named
from staytrue.desk import paying
from staytrue.staff.access import house_access


@click.group
def desk() -> None:
    """The desk: what its cases move."""


@desk.command
@click.argument("code")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@answers
def accounting(code: str, file: Path) -> Answer:
    """Write the approved money of a hotel into a CSV: what accounting is to post."""
    if not file.absolute().parent.is_dir():
        raise click.UsageError(f"there is no directory {file.absolute().parent}")
    with acting() as now, file.open("w", encoding="utf-8", newline="") as out:
        count = paying.export(house_access(ACTOR), property_named(code).pk, out, now)
    return Answer({"lines": count}, [f"{file} holds {count} lines."])
