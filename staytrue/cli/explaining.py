"""`staytrue identity explain`: why two profiles are taken for one person, to the last bit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from staytrue.cli import profile_files
from staytrue.cli.files import FILE
from staytrue.cli.frame import Answer, answers, connection_named, open_home, table
from staytrue.cli.profile_files import MODEL, mapped
from staytrue.guests import preview
from staytrue.guests.matching import hubs
from staytrue.guests.matching import model as models
from staytrue.guests.matching.explain import explained
from staytrue.guests.matching.named_rules import between
from staytrue.guests.matching.rarity import Rarities
from staytrue.guests.matching.vetoes import Veto
from staytrue.guests.preview import Why
from staytrue.hotel import scope
from staytrue.kit.errors import Refused
from staytrue.mirror.models import Profile


@click.command
@click.argument("one")
@click.argument("other")
@click.option("--file", type=FILE, help="A CSV file of profiles; ONE and OTHER are ids in it.")
@mapped
@MODEL
@answers
def explain(
    one: str,
    other: str,
    file: Path | None,
    mapping: tuple[str, ...],
    country: str,
    given: Path | None,
) -> Answer:
    """Why two profiles are one person or not: the sum, its parts, what stands against it.

    ONE and OTHER are CONNECTION:SOURCE-ID or the number of a row; with --file, ids of the file.
    """
    if file is None:
        with open_home():
            why = preview.why(_row(one), _row(other))
    else:
        why = _in_file(file, one, other, mapping, country, given)
    document = _document(why)
    return Answer(document, _lines(document))


def _row(name: str) -> int:
    """The row of CONNECTION:SOURCE-ID, or the row that is named itself."""
    connection, colon, source_id = name.partition(":")
    with scope.everything():
        if colon:
            link = connection_named(connection)
            found = Profile.objects.filter(connection=link, source_id=source_id)
        elif name.isdigit():
            found = Profile.objects.filter(pk=int(name))
        else:
            raise click.UsageError(f"{name!r} is neither CONNECTION:SOURCE-ID nor a number")
        row = found.values_list("pk", flat=True).first()
    if row is None:
        raise Refused(f"There is no profile {name}.", "profile_unknown", profile=name)
    return row


def _in_file(
    file: Path, one: str, other: str, mapping: tuple[str, ...], country: str, given: Path | None
) -> Why:
    profiles = profile_files.read(file, mapping, country)
    others = tuple(name for name, _ in profiles.features[0].others)
    count = len(profiles.features)
    model = models.default().with_others(others)
    if given is not None:
        base = model
        model = profile_files.model(given, lambda: base, others, count)
    found = hubs.found(profiles.features)
    plain = [found.applied(each) for each in profiles.features]
    pair = [found.applied(profiles.one(id_)) for id_ in (one, other)]
    why = explained(model, Rarities.of(plain), pair[0], pair[1], count)
    return Why(why, between(pair[0], pair[1]), Veto(0))


def _document(why: Why) -> dict[str, Any]:
    found = why.explanation
    rule = why.rule
    return {
        **msgspec.to_builtins(found),
        "vetoes": [*found.vetoes, *(veto.name.lower() for veto in why.stays if veto.name)],
        "rule": msgspec.to_builtins(rule) if rule is not None and rule.rule else None,
    }


def _lines(document: dict[str, Any]) -> Iterator[str]:
    rival = document["rival"]
    rows = [("before any evidence", "", f"{document['before']:+.3f}")]
    rows += [(part["field"], part["level"], f"{part['bits']:+.3f}") for part in document["parts"]]
    rows.append(("sum", f"person against {rival}", f"{document['bits']:+.3f}"))
    yield from table(rows, ("field", "level", "bits"))
    yield ", ".join(f"{name} {share:.2%}" for name, share in document["shares"].items())
    if document["vetoes"]:
        yield f"against: {', '.join(document['vetoes'])}"
    if rule := document["rule"]:
        yield f"rule {rule['rule']}: {rule['outcome']} ({rule['reason']})"
