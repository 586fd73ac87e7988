"""Commands on consent: lists of a former mailer, statements, may-we-write; and the postal export."""

from __future__ import annotations

import io
from pathlib import Path

import click

from staytrue.cli.files import FILE
from staytrue.cli.frame import ACTOR, Answer, acting, answers, property_named
from staytrue.consent import desk, lists, postal
from staytrue.consent.acts import Spoken
from staytrue.consent.lists import ListKind
from staytrue.consent.purposes import GROUP, Channel, Origin, Within
from staytrue.kit import clock
from staytrue.kit.spreadsheet import write_csv
from staytrue.staff.access import house_access

_CHANNELS = click.Choice([Channel.EMAIL.value, Channel.SMS.value, Channel.MESSAGING.value,
                          Channel.PHONE.value])  # fmt: skip


@click.group
def consent() -> None:
    """What guests said about being written to."""


@consent.command(name="import")
@click.argument("file", type=FILE)
@click.option("--kind", required=True, type=click.Choice([each.value for each in ListKind]))
@click.option("--channel", default=Channel.EMAIL.value, type=_CHANNELS, show_default=True)
@click.option("--property", "code", help="Only for the company of this hotel; else for the group.")
@click.option("--column", default="", help="Which column holds the address; else it is guessed.")
@answers
def import_(file: Path, kind: str, channel: str, code: str | None, column: str) -> Answer:
    """Take opt-outs, bounces or complaints of a former CRM or mailer. Twice is once."""
    with acting(f"list {file.name}") as now:
        hotel = property_named(code) if code else None
        reach = desk.reach_of(hotel, Within.LEGAL_ENTITY) if hotel else GROUP
        data = file.read_bytes()
        by = Channel(channel)
        lines = lists.read(data, by, column, hotel.country if hotel else "")
        spoken = Spoken(
            Origin.IMPORT, ACTOR, hotel.pk if hotel else None, proof=lists.proof_of(file.name, data)
        )
        taken = lists.take(lines, ListKind(kind), by, reach, spoken, now)
    words = (
        f"{taken.read} read: {taken.recorded} recorded, {taken.known} of known guests,"
        f" {taken.refused_count} without a usable address."
    )
    document = {
        "read": taken.read,
        "recorded": taken.recorded,
        "known": taken.known,
        "refused": taken.refused_count,
        "lines": taken.refused,
    }
    return Answer(document, [words, *(f"  line {x['line']}: {x['reason']}" for x in taken.refused)])


@click.group
def export() -> None:
    """Lists for other tools, of those who may be written to."""


@export.command(name="postal")
@click.option("--property", "code", required=True, help="Whose guests.")
@click.option("--out", type=click.Path(path_type=Path), help="The CSV file; else standard output.")
@answers
def postal_(code: str, out: Path | None) -> Answer:
    """Addresses for letters: without who refused letters, with who refused only e-mail."""
    with acting("postal export"):
        hotel, access = property_named(code), house_access(ACTOR)
        rows = postal.letters(access, hotel, clock.now())
        if out is None:
            found, text = list(rows), io.StringIO()
            write_csv(text, postal.HEADING, found)
            documents = [dict(zip(postal.HEADING, row, strict=True)) for row in found]
            return Answer(documents, text.getvalue().splitlines())
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            count = write_csv(file, postal.HEADING, rows)
    return Answer({"lines": count, "file": str(out)}, [f"{count} addresses in {out}."])
