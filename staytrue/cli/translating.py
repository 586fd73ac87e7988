"""Commands that need no database: translate a payload, draft and check a mapping."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import msgspec

from staytrue.cli.files import FILE
from staytrue.cli.frame import Answer, answers, setting
from staytrue.connectors import registry
from staytrue.connectors.base import Settings, Translated
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
@click.option("--context", multiple=True, type=FILE, help="Other payloads this one refers to.")
@click.option("--mapping", help="For export_files: a shipped mapping or a TOML file.")
@click.option("--set", "given", multiple=True, metavar="KEY=VALUE", help="A setting of it.")
@_house
@answers
def translate(
    dialect: str,
    file: Path,
    context: tuple[Path, ...],
    mapping: str | None,
    given: tuple[str, ...],
    **house: str,
) -> Answer:
    """Translate a raw payload into canonical records."""
    if dialect not in registry.names():
        known = ", ".join(registry.names())
        raise click.UsageError(f"there is no dialect {dialect}; there are: {known}")
    settings = replace(_settings(**house), values=dict(map(setting, given)))
    package: Any = registry.load(dialect)
    if hasattr(package, "open_spool"):
        found = _records(_read_by_mapping(dialect, file, mapping, context, settings))
    else:
        beside = [path.read_bytes() for path in context]
        found = _records(package.translate(file.read_bytes(), settings, beside))
    counted = ", ".join(f"{len(records)} {name}" for name, records in found.items())
    return Answer(found, [f"{counted}. --json shows them."])


def _read_by_mapping(
    dialect: str,
    file: Path,
    mapping: str | None,
    context: tuple[Path, ...],
    settings: Settings,
) -> Iterator[Translated]:
    if context:
        raise click.UsageError(f"{dialect} needs no --context: its files stand for themselves")
    if mapping is None:
        raise click.UsageError(f"--mapping is missing: a file, or one of {', '.join(shipped())}")
    chosen = load_mapping(mapping)
    with _spool() as spool:
        chosen.open(file, spool=spool, zone=settings.zone)
        source = registry.load(dialect).open_spool(spool, chosen.text, settings)
        yield from source.translate(source.lines())


def _records(translated: Iterable[Translated]) -> dict[str, list[Any]]:
    """All records by their kind; a profile only glimpsed on a reservation counts where it has
    no read of its own.
    """
    found: dict[str, list[Any]] = {"profiles": [], "reservations": [], "parked": []}
    glimpses = []
    for item in translated:
        for name, records in found.items():
            records.extend(map(_plain, getattr(item, name)))
        glimpses += item.glimpses
    known = {profile["source_id"] for profile in found["profiles"]}
    for one in glimpses:
        if one.source_id not in known:
            known.add(one.source_id)
            found["profiles"].append(_plain(one))
    return found


def _plain(record: Any) -> Any:
    return msgspec.json.decode(record_text(record))


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
