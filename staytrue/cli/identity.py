"""`staytrue identity`: recognise guests, learn how, say why, and measure it on a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from staytrue.cli import profile_files
from staytrue.cli.explaining import explain
from staytrue.cli.files import FILE
from staytrue.cli.frame import ACTOR, Answer, answers, open_home, progress, table
from staytrue.cli.learning import CORES, learn
from staytrue.cli.measuring import Memory
from staytrue.cli.profile_files import MODEL, SAVE, mapped
from staytrue.guests import batch_run, preview
from staytrue.guests.batch_run import How
from staytrue.guests.matching import measures
from staytrue.guests.matching.batch import Batch, Resolution
from staytrue.kit import clock

# Keys meet within one run only, so they need no secret.
_SALT = b"evaluate"


@click.group
def identity() -> None:
    """Who is whom: recognise guests, learn how, say why, and measure it."""


identity.add_command(explain)
identity.add_command(learn)


@identity.command
@click.argument("file", type=FILE)
@click.option("--truth", required=True, metavar="COLUMN", help="Equal for profiles of one person.")
@mapped
@MODEL
@SAVE
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
        resolution, true = _resolved(file, truth, mapping, country, given)
        document = measures.document(resolution, measures.codes_of(true))
    document |= {
        "seconds": round(clock.monotonic() - started, 2),
        "peak_mb": round(memory.peak_bytes / 2**20),
        "model": resolution.model.learned_from,
        "fields": [field.name for field in resolution.model.fields],
    }
    if save_model:
        profile_files.write(save_model, resolution.model.as_json())
    return Answer(document, _lines(document))


def _resolved(
    file: Path, truth: str, mapping: tuple[str, ...], country: str, given: Path | None
) -> tuple[Resolution, list[str]]:
    profiles = profile_files.read(file, mapping, country, truth)
    # Whose truth is not known is a person of his own.
    true = {
        features.id: row[truth] or f"?{number}"
        for number, (features, row) in enumerate(zip(profiles.features, profiles.rows, strict=True))
    }
    batch = Batch(profiles.features, _SALT, processes=CORES)
    if given is None:
        model = batch.learned(file.name)
    else:
        model = profile_files.model(given, batch.learned, batch.others, len(batch.features))
    with progress() as show:
        resolution = batch.resolved(model, show)
    return resolution, [true[features.id] for features in resolution.features]


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


@identity.command
@click.option(
    "--learn/--keep-model",
    "is_learned",
    default=True,
    help="Learn on the group's own profiles, or do not.",
)
@click.option("--dry-run", is_flag=True, help="Count what would be done, and do nothing.")
@answers
def run(*, is_learned: bool, dry_run: bool) -> Answer:
    """Recognise everybody again; what people decided stands. Goes on with a run that was killed."""
    how = How(learn=is_learned, processes=CORES)
    with open_home(), progress() as show:
        if dry_run:
            counts = preview.counted(how, show)
        else:
            counts = batch_run.run(ACTOR, clock.now(), how, show)
    return Answer(counts, [f"{name}: {value}" for name, value in counts.items()])
