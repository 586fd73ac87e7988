"""The command template: check a text as a file, and put the texts that ship in force."""

from __future__ import annotations

from pathlib import Path

import click

from staytrue.cli.frame import ACTOR, Answer, acting, answers, property_named
from staytrue.messages.kinds import DEMANDS, Kind
from staytrue.messages.writing import rendering, standard_set, versions
from staytrue.staff.access import house_access


@click.group()
def template() -> None:
    """Texts to guests: check one as a file, put those that ship in force."""


@template.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), default="confirmation",
              show_default=True, help="What it is sent for.")  # fmt: skip
@click.option("--own", "domains", multiple=True, help="A domain of the hotel; may be repeated.")
@answers
def check(file: Path, kind: str, domains: tuple[str, ...]) -> Answer:
    """Name every field, word and link in it that keeps it from being sent."""
    text = standard_set.read(file.read_text(encoding="utf-8"))
    channel = standard_set.EMAIL if text.subject else standard_set.SMS
    found = rendering.check(text, domains, channel, of_stay=DEMANDS[Kind(kind)].of_stay)
    lines = [
        f"{each.part} {each.line or '-'}: {each.code.replace('_', ' ')} {each.name}".rstrip()
        + (" (needs a look before approval)" if each.needs_approval else "")
        for each in found
    ]
    document = [
        {
            "part": each.part,
            "line": each.line,
            "code": each.code,
            "name": each.name,
            "needs_approval": each.needs_approval,
        }
        for each in found
    ]
    is_good = all(each.needs_approval for each in found)
    return Answer(document, lines or ["Nothing is wrong with it."], is_good)


@template.command()
@click.option("--property", "code", help="For this hotel alone, instead of the group.")
@answers
def adopt(code: str | None) -> Answer:
    """Approve the texts that ship, where there are none yet."""
    with acting("the texts that ship") as now:
        hotel = property_named(code) if code else None
        access = house_access(ACTOR)
        count = versions.adopt_standard(access, standard_set.SETS, now, hotel.pk if hotel else None)
    return Answer({"approved": count}, [f"{count} texts are live."])
