"""`staytrue property move-pms`: a hotel changes its PMS, and nothing is lost or sent twice."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from staytrue.cli.frame import ACTOR, Answer, answers, connection_named, open_home
from staytrue.flow import changing_pms
from staytrue.flow.changing_pms import Preview
from staytrue.hotel import scope
from staytrue.inbox.models import Connection
from staytrue.kit import clock
from staytrue.kit.spreadsheet import text_of

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN = 20


@click.command(name="move-pms")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--map", "place", type=_FILE, required=True,
              help="A CSV file: old_number, new_number; also old_leg, new_leg, new_group.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@answers
def move(old: str, new: str, place: Path, *, dry_run: bool) -> Answer:
    """Give the bookings of connection OLD to connection NEW, before NEW's first delivery.

    They keep their history and their messages; OLD tells nothing any more.
    """
    pairs = changing_pms.read_map(text_of(place.read_bytes()))
    with open_home():
        before, after = _both(old, new)
        found = changing_pms.preview(before, after, pairs, clock.now())
        told = asdict(found) | {"moved": 0, "whole": found.is_whole}
        if dry_run or not found.is_whole:
            return Answer(told, _lines(found), yes=found.is_whole)
        told["moved"] = changing_pms.change(before, after, pairs, ACTOR, clock.now())
    return Answer(
        told, [*_lines(found), f"{told['moved']} stays are {new}'s now; {old} is stopped."]
    )


@click.command(name="propose-map")
@click.argument("old", metavar="OLD")
@click.argument("export", type=_FILE)
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), required=True,
              help="Where the map is written.")  # fmt: skip
@answers
def propose(old: str, export: Path, to: Path) -> Answer:
    """Write a map by surname, dates and room type, from a list of the new PMS's bookings.

    EXPORT is a CSV file: number, arrival_on, departure_on, last_name; also room_type, leg, group.
    """
    with open_home(), scope.everything():
        link = connection_named(old)
        text = text_of(export.read_bytes())
        pairs, unsure = changing_pms.propose(link, text, clock.now())
    to.write_text(changing_pms.as_csv(pairs), encoding="utf-8")
    lines = [
        f"{len(pairs)} bookings have one counterpart: {to}. Read it through before you use it."
    ]
    if unsure:
        lines.append(f"Look these up: {_list(unsure)}.")
    return Answer({"pairs": len(pairs), "unsure": unsure, "to": str(to)}, lines, yes=not unsure)


def _both(old: str, new: str) -> tuple[Connection, Connection]:
    with scope.everything():
        return connection_named(old), connection_named(new)


def _lines(found: Preview) -> list[str]:
    told = f"{found.sent} messages sent and {found.planned} planned"
    lines = [f"{found.stays} stays go over, with {told}."]
    heaps = {
        "The map names what the old PMS never told": found.unknown,
        "Still to come, and not in the map": found.unmapped,
        "The new PMS told of these already": found.taken,
        "Rooms of one booking that need their new_group": found.ungrouped,
    }
    return lines + [f"{what}: {_list(numbers)}." for what, numbers in heaps.items() if numbers]


def _list(numbers: list[str]) -> str:
    rest = len(numbers) - _SHOWN
    return ", ".join(numbers[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
