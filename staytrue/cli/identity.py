"""`staytrue identity`: how well guests are recognised, measured on a file whose truth is known."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from staytrue.cli.files import FILE
from staytrue.cli.frame import Answer, answers, progress, table
from staytrue.cli.measuring import Memory
from staytrue.guests.matching import columns, measures, splink
from staytrue.guests.matching.batch import Batch, Resolution
from staytrue.guests.matching.model import Model
from staytrue.guests.matching.normalise import features_of_row
from staytrue.kit import clock
from staytrue.kit.errors import Refused

# Keys meet within one run only, so they need no secret.
_SALT = b"evaluate"


@click.group
def identity() -> None:
    """Who is whom: measure the recognition of guests."""


@identity.command
@click.argument("file", type=FILE)
@click.option("--truth", required=True, metavar="COLUMN", help="Equal for profiles of one person.")
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Which column is which field; several columns with +. Others are guessed by their names.",
)
@click.option("--country", default="", help="Two letters: whose national phone numbers these are.")
@click.option("--model", "given", type=FILE, help="A model of Staytrue or Splink; else learned.")
@click.option("--save-model", type=click.Path(path_type=Path), help="Write the model used here.")
@answers
def evaluate(
    file: Path,
    truth: str,
    mapping: tuple[str, ...],
    country: str,
    given: Path | None,
    save_model: Path | None,
) -> Answer:
    """Recognise the persons of a CSV file of profiles and compare them with the truth in it.

    No database is used, and the truth is looked at only afterwards.
    """
    started = clock.monotonic()
    with Memory() as memory:
        resolution, true = _resolved(file, truth, mapping, country.upper(), given)
        document = measures.document(resolution, measures.codes_of(true))
    document |= {
        "seconds": round(clock.monotonic() - started, 2),
        "peak_mb": round(memory.peak_bytes / 2**20),
        "model": resolution.model.learned_from,
        "fields": [field.name for field in resolution.model.fields],
    }
    if save_model:
        save_model.write_text(json.dumps(resolution.model.as_json(), indent=1), encoding="utf-8")
    return Answer(document, _lines(document))


def _resolved(
    file: Path, truth: str, mapping: tuple[str, ...], country: str, given: Path | None
) -> tuple[Resolution, list[str]]:
    headings, rows = _read(file)
    if truth not in headings:
        raise click.UsageError(f"{file.name} has no column {truth}")
    plan = columns.plan(headings, mapping, apart=truth)
    ids = [columns.row(plan, row, number)["id"] for number, row in enumerate(rows)]
    if len(set(ids)) < len(ids):
        if any(text.startswith("id=") for text in mapping):
            raise Refused("Two rows have the same id. Name another column for it.", "id_twice")
        # Only guessed to be the id: the rows are called by their numbers.
        plan.pop("id")
    true, features = {}, []
    for number, row in enumerate(rows):
        features.append(features_of_row(columns.row(plan, row, number), country))
        # Whose truth is not known is a person of his own.
        true[features[-1].id] = row[truth] or f"?{number}"
    batch = Batch(features, _SALT)
    with progress() as show:
        resolution = batch.resolved(_model(batch, given, file.name), show)
    return resolution, [true[features.id] for features in resolution.features]


def _model(batch: Batch, given: Path | None, source: str) -> Model:
    if given is None:
        return batch.learned(source)
    try:
        document: dict[str, Any] = json.loads(given.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Refused(f"{given.name} is no JSON.", "model_unreadable") from error
    if "comparisons" in document:
        return splink.from_json(document, batch.learned(source), len(batch.features))
    return Model.from_json(document).with_others(batch.others)


def _read(file: Path) -> tuple[Sequence[str], list[dict[str, str]]]:
    """The headings and rows of a CSV file, whichever of the usual marks parts its columns."""
    with file.open(encoding="utf-8-sig", newline="", errors="replace") as lines:
        heading = lines.readline()
        lines.seek(0)
        reader = csv.DictReader(lines, delimiter=max(",;\t|", key=heading.count), restval="")
        try:
            rows = list(reader)
        except csv.Error as error:
            raise Refused(f"{file.name} is no CSV file: {error}.", "file_unreadable") from error
    if not rows:
        raise Refused(f"{file.name} has no profiles.", "file_empty")
    return reader.fieldnames or (), rows


def _lines(document: dict[str, Any]) -> Iterator[str]:
    rows = [
        (name, *(f"{document[name].get(part, ''):.4}" for part in ("precision", "recall")))
        for name in ("pairwise", "b3", "automatic")
    ]
    yield from table(rows, ("", "precision", "recall"))
    yield f"pairwise F1 {document['pairwise']['f1']:.4f}, B³ F1 {document['b3']['f1']:.4f}"
    yield f"review list: {document['review_share']:.1%} of {document['profiles']:,} profiles"
    yield f"true pairs that share a key: {document['ceiling']:.1%}"
    yield f"{document['seconds']} s, {document['peak_mb']} MB"
