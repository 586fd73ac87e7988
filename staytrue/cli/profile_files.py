"""Files of profiles, whatever their columns are called, and files of models."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from staytrue.cli.files import FILE
from staytrue.guests.matching import columns, splink
from staytrue.guests.matching.model import Model
from staytrue.guests.matching.normalise import Features, features_of_row
from staytrue.kit import spreadsheet
from staytrue.kit.errors import Refused

F = TypeVar("F", bound=Callable[..., Any])


def mapped(function: F) -> F:
    """How the columns of a file are understood."""
    function = click.option(
        "--country", default="", help="Two letters: whose national phone numbers these are."
    )(function)
    return click.option(
        "--map",
        "mapping",
        multiple=True,
        metavar="FIELD=COLUMN",
        help="Which column is which field; several columns with +. Others are guessed.",
    )(function)


MODEL = click.option("--model", "given", type=FILE, help="A model of Staytrue or Splink.")
SAVE = click.option(
    "--save-model", type=click.Path(path_type=Path), help="Write the model used here."
)


@dataclass(frozen=True)
class Profiles:
    """The profiles of a file, and the rows they were made of, in the order of the file."""

    name: str
    features: list[Features]
    rows: list[dict[str, str]]

    def one(self, id_: str) -> Features:
        """The profile with this id."""
        found = next((each for each in self.features if each.id == id_), None)
        if found is None:
            raise Refused(f"{self.name} has no profile {id_}.", "profile_unknown", id=id_)
        return found


def read(file: Path, mapping: Sequence[str], country: str, truth: str = "") -> Profiles:
    """The profiles of a CSV file; `truth` is a column that is no field."""
    headings, rows = _rows(file)
    if truth and truth not in headings:
        raise click.UsageError(f"{file.name} has no column {truth}")
    plan = columns.plan(headings, mapping, apart=truth)
    ids = [columns.row(plan, row, number)["id"] for number, row in enumerate(rows)]
    if len(set(ids)) < len(ids):
        if any(text.startswith("id=") for text in mapping):
            raise Refused("Two rows have the same id. Name another column for it.", "id_twice")
        # Only guessed to be the id: the rows are called by their numbers.
        plan.pop("id")
    features = [
        features_of_row(columns.row(plan, row, number), country.upper())
        for number, row in enumerate(rows)
    ]
    return Profiles(file.name, features, rows)


def model(file: Path, base: Callable[[], Model], others: Sequence[str], profiles: int) -> Model:
    """The model of a file; Splink's takes from `base` what Splink does not know."""
    try:
        document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Refused(f"{file.name} is no JSON.", "model_unreadable") from error
    if "comparisons" in document:
        return splink.from_json(document, base(), profiles)
    return Model.from_json(document).with_others(others)


def write(file: Path, document: Mapping[str, Any]) -> None:
    """A model as a file that people can read."""
    file.write_text(json.dumps(document, indent=1), encoding="utf-8")


def _rows(file: Path) -> tuple[Sequence[str], list[dict[str, str]]]:
    """The headings and rows of a CSV file, whichever of the usual marks parts its columns."""
    heading, found = spreadsheet.read_csv(spreadsheet.text_of(file.read_bytes()))
    rows = [row for _, row in found]
    if not rows:
        raise Refused(f"{file.name} has no profiles.", "file_empty")
    return heading, rows
