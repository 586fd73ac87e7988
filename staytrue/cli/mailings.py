"""Commands on mailings: write one, say whom it reaches, approve, send, pause, resume and recall it."""

from __future__ import annotations

from pathlib import Path

import click

from staytrue.cli.files import FILE
from staytrue.cli.frame import (
    ACTOR,
    Answer,
    acting,
    answers,
    open_home,
    property_named,
    reading,
    table,
)
from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.messages.mailings import actions, looking, queries
from staytrue.messages.mailings.queries import Told
from staytrue.staff.access import house_access


@click.group
def mailing() -> None:
    """Mailings: one approved text to one frozen list of guests."""


@mailing.command(name="list")
@answers
def list_() -> Answer:
    """Mailings, the newest first."""
    with reading():
        found = queries.listed(house_access(ACTOR))
        told = [
            {"id": str(each.public_id), "property": each.property.code, "name": each.name,
             "state": each.state, "written_at": each.written_at.isoformat()}
            for each in found
        ]  # fmt: skip
    rows = ((each["id"], each["property"], each["state"], each["name"]) for each in told)
    return Answer(told, table(rows, ("ID", "HOTEL", "STATE", "NAME")))


@mailing.command
@click.argument("key", metavar="MAILING")
@answers
def show(key: str) -> Answer:
    """One mailing: who gets it on which ground, who not and why, and where everybody stands."""
    with reading():
        return _shown(queries.named(house_access(ACTOR), key))


@mailing.command
@click.option("--property", "code", required=True, help="The hotel that writes.")
@click.option("--name", required=True, help="What the house calls it.")
@click.option("--text", required=True, type=int, help="The approved text version.")
@click.option("--file", type=FILE, help="A CSV of e-mail addresses or guest ids.")
@click.option("--everyone", is_flag=True, help="Everyone of the hotel who may be reached.")
@click.option("--per-minute", default=300, show_default=True)
@answers
def new(
    code: str, name: str, text: int, file: Path | None, per_minute: int, *, everyone: bool
) -> Answer:
    """Write a mailing to a file of guests, or to everyone of a hotel; it waits for approval."""
    if everyone == (file is not None):
        raise click.UsageError("name either --file or --everyone")
    with acting("mailing") as now:
        access, hotel = house_access(ACTOR), property_named(code)
        source = "everyone" if everyone else "file"
        made = actions.write(access, hotel, name, text, source, now, per_minute)
        if file is not None:
            actions.take_file(access, made.public_id, file.read_bytes(), now)
        actions.hand_in(access, made.public_id, now)
        looking.look_if_short(made.public_id, now)
        return _shown(queries.one(access, made.public_id))


def _act(name: str, words: str) -> click.Command:
    @click.command(name=name, help=words)
    @click.argument("key", metavar="MAILING")
    @answers
    def command(key: str) -> Answer:
        now = clock.now()
        with open_home(), scope.everything():
            access = house_access(ACTOR)
            told = queries.named(access, key)
            actions.ACTS[name](access, told.mailing.public_id, now)
            return _shown(queries.one(access, told.mailing.public_id))

    return command


for _name, _words in {
    "approve": "Approve a mailing that somebody else wrote: its text, and exactly its list.",
    "send": "Begin to send an approved mailing.",
    "pause": "Stop a mailing at once; it can be resumed.",
    "resume": "Go on with a paused mailing.",
    "recall": "Take back the unsent part of a mailing for good.",
}.items():
    mailing.add_command(_act(_name, _words))


def _shown(told: Told) -> Answer:
    record = told.record() | {
        "grounds": [vars(each) for each in queries.grounds(told.mailing)],
    }
    lines = [f"{record['name']}: {record['state']}, {record['listed']} listed"]
    lines += [f"{heap}: {record[heap]}" for heap in queries.HEAPS if record[heap]]
    for heap, reasons in record["reasons"].items():
        lines += [f"  {heap}, {reason.replace('_', ' ')}: {n}" for reason, n in reasons.items()]
    grounds = (
        (each["country"], each["basis"], each["rule"], each["count"]) for each in record["grounds"]
    )
    return Answer(record, [*lines, *table(grounds, ("COUNTRY", "GROUND", "RULE", "GUESTS"))])
