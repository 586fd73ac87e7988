"""Commands that need no database: translate a payload, draft and check a mapping."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import msgspec

from staytrue.cli.files import FILE
from staytrue.cli.frame import Answer, answers
from staytrue.connectors import registry
from staytrue.connectors.base import Settings
from staytrue.connectors.export_files import check as checking
from staytrue.connectors.export_files import propose as proposing
from staytrue.connectors.export_files.connector import load_mapping
from staytrue.connectors.export_files.mapping_file import shipped
from staytrue.kit import clock
from staytrue.mirror.rows import json_text, record_text


def _house(command: Callable[..., Any]) -> Callable[..., Any]:
    """What a translation must know of the hotel; no database is asked for it."""
    options = (
        click.option("--property", "code", default="HOTEL", show_default=True),
        click.option("--timezone", default="UTC", show_default=True),
        click.option("--country", default="", help="Two letters: whose phone numbers these are."),
        click.option("--currency", default="", help="Three letters, where the file names none."),
    )
    for option in options:
        command = option(command)
    return command


def _settings(code: str, timezone: str, country: str, currency: str) -> Settings:
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise click.UsageError(f"there is no time zone {timezone}") from error
    return Settings(code, timezone, country.upper(), currency.upper(), clock.now())


@contextmanager
def _spool() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name) / "spool"


@click.command
@click.argument("dialect")
@click.argument("file", type=FILE)
@click.option("--context", multiple=True, type=FILE, help="Files the payload refers to.")
@click.option("--mapping", help="For export_files: a shipped mapping or a TOML file.")
@_house
@answers
def translate(
    dialect: str, file: Path, context: tuple[Path, ...], mapping: str | None, **house: str
) -> Answer:
    """Translate a raw payload into canonical records."""
    if dialect not in registry.names():
        known = ", ".join(registry.names())
        raise click.UsageError(f"there is no dialect {dialect}; there are: {known}")
    if context:
        raise click.UsageError(f"{dialect} needs no --context: its files stand for themselves")
    if mapping is None:
        raise click.UsageError(f"--mapping is missing: a file, or one of {', '.join(shipped())}")
    settings = _settings(**house)
    chosen = load_mapping(mapping)
    found: dict[str, list[Any]] = {"profiles": [], "reservations": [], "parked": []}
    with _spool() as spool:
        chosen.open(file, spool=spool, zone=settings.zone)
        source = registry.load(dialect).open_spool(spool, chosen.text, settings)
        for item in source.translate(source.lines()):
            for name, records in found.items():
                records += [msgspec.json.decode(record_text(r)) for r in getattr(item, name)]
    counted = ", ".join(f"{len(records)} {name}" for name, records in found.items())
    return Answer(found, [f"{counted}. --json shows them."])


@click.group
def mapping() -> None:
    """How the columns of an export file become fields."""


@mapping.command
@click.argument("file", type=FILE)
@answers
def propose(file: Path) -> Answer:
    """Draft a mapping from a file's titles and values; every guess is marked."""
    text = proposing.propose(file)
    return Answer({"mapping": text}, [text.rstrip("\n")])


@mapping.command
@click.argument("file", type=FILE)
@click.option("--mapping", "name", required=True, help="A shipped mapping or a TOML file.")
@_house
@answers
def check(file: Path, name: str, **house: str) -> Answer:
    """Show what a mapping would read of a file; nothing is kept."""
    chosen = load_mapping(name)
    with _spool() as spool:
        reading = checking.check(file, chosen.mapping, _settings(**house), spool=spool)
    counts = {
        "read": reading.opened.lines,
        "reservations": reading.reservations,
        "profiles": reading.profiles,
        "statuses": reading.statuses,
        "skipped": reading.skipped,
        "parked": reading.parked,
        "findings": reading.findings,
        "unknown_columns": reading.opened.unknown_columns,
    }
    unknown = [
        {"field": field, "word": word, "count": count}
        for (field, word), count in reading.unknown_words.most_common()
    ]
    first = {
        "first_reservations": reading.first_reservations,
        "first_profiles": reading.first_profiles,
        "first_parked": reading.first_parked,
    }
    document = counts | {"unknown_words": unknown} | msgspec.json.decode(json_text(first))
    lines = [f"{what}: {_counted(value)}" for what, value in counts.items()]
    lines += [f"unknown {word['field']}: {word['word']} ({word['count']})" for word in unknown]
    lines += [f"line {part.line}: {part.reason}" for part in reading.first_parked]
    return Answer(document, lines, yes=not reading.parked)


def _counted(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {count}" for key, count in value.items()) or "none"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return str(value)
