"""What every command shares: `--json`, exit codes, one sentence for what went wrong, the database.

Exit 0 is done or yes, 1 is no (refused, violations found), 2 is wrong use.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import wraps
from itertools import chain
from pathlib import Path
from typing import Any, ParamSpec
from zoneinfo import ZoneInfo

import click
from django.conf import settings

from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.inbox import queries as inbox
from staytrue.inbox.models import Connection
from staytrue.kit import clock, database
from staytrue.kit.errors import Refused, StaytrueError
from staytrue.staff import audit

P = ParamSpec("P")

ACTOR = "command line"


@dataclass(frozen=True)
class Answer:
    """What a command answers: a document for machines, lines for people, and whether it is a yes.

    A document that is an iterator is written as a JSON list while it runs, so its length is free.
    """

    document: Any
    lines: Iterable[str] = ()
    yes: bool = True


def answers(function: Callable[P, Answer]) -> Callable[P, None]:
    """Give a command `--json` and print its answer; an error of the house becomes a no."""

    @click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
    @wraps(function)
    def command(*args: P.args, **kwargs: P.kwargs) -> None:
        as_json = bool(kwargs.pop("as_json"))
        try:
            with database.said_plainly():
                answer = function(*args, **kwargs)
                _print(answer, as_json=as_json)
        except StaytrueError as error:
            click.echo(f"staytrue: {error.sentence}", err=True)
            if as_json:
                said = {"code": error.code, "sentence": error.sentence, "facts": error.facts}
                _write_json({"error": said})
            click.get_current_context().exit(1)
        if not answer.yes:
            click.get_current_context().exit(1)

    return command


def _print(answer: Answer, *, as_json: bool) -> None:
    if not as_json:
        for line in answer.lines:
            click.echo(line)
    elif isinstance(answer.document, Iterator):
        click.echo("[", nl=False)
        for place, item in enumerate(answer.document):
            click.echo((",\n" if place else "") + as_text(item), nl=False)
        click.echo("]")
    else:
        _write_json(answer.document)


def _write_json(document: Any) -> None:
    click.echo(as_text(document))


def as_text(document: Any) -> str:
    """A document as JSON text; dates and exact amounts as their own text."""
    return json.dumps(document, ensure_ascii=False, default=str)


@contextmanager
def open_home() -> Iterator[None]:
    """The home's database, started if need be and stopped again, checked that it is ours to use."""
    if database.is_embedded() and not (settings.HOME / "postgres").is_dir():
        raise click.UsageError(
            f"there is no home in {settings.HOME}: run `staytrue init`, or set STAYTRUE_HOME"
        )
    with database.running():
        if not database.is_migrated():
            raise Refused(
                "The database was made by another version of Staytrue. Run `staytrue migrate`.",
                "not_migrated",
            )
        database.check_role()
        yield


@contextmanager
def reading() -> Iterator[None]:
    """The database in one transaction that sees every property."""
    with open_home(), scope.everything():
        yield


@contextmanager
def acting(reason: str = "") -> Iterator[datetime]:
    """The database in one transaction that sees every property; the audit names the command line."""
    now = clock.now()
    with open_home(), scope.everything(), audit.acting(ACTOR, now, reason):
        yield now


def connection_named(name: str) -> Connection:
    """The connection of this name; a name that does not exist is wrong use."""
    try:
        return inbox.connection_named(name)
    except Refused as error:
        raise click.UsageError(error.sentence) from error


def property_named(code: str) -> Property:
    """The property of this code; a code that does not exist is wrong use."""
    found = Property.objects.filter(code=code).first()
    if found is None:
        known = ", ".join(Property.objects.values_list("code", flat=True)) or "none yet"
        raise click.UsageError(f"there is no property {code}; there are: {known}")
    return found


class Instant(click.ParamType[datetime]):
    """An ISO 8601 instant or day. Without a zone it is the hotel's time, a day its last moment."""

    name = "instant"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The instant that was meant, perhaps still without its zone."""
        if isinstance(value, datetime):
            return value
        try:
            if len(value) == len("2026-05-21"):
                return datetime.combine(date.fromisoformat(value), time.max)
            return datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no instant like 2026-05-21T14:00:00+02:00", param, ctx)


def in_zone(instant: datetime, zone: str) -> datetime:
    """An instant that was given without a zone, as the hotel's clocks would show it."""
    return instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(zone))


def setting(text: str) -> tuple[str, Any]:
    """`key=value`; a value that reads as JSON is that, everything else is text."""
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise click.UsageError(f"--set {text!r} must look like key=value")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


def secret_setting(text: str, secret: Collection[str]) -> tuple[str, Any]:
    """A setting; a secret one may come by a way that leaves no trace in the shell's history."""
    name, equals, said = text.partition("=")
    if name not in secret:
        return setting(text)
    if not equals:
        return name, click.prompt(name, hide_input=True, err=True)
    if said == "-":
        return name, sys.stdin.readline().rstrip("\r\n")
    if said.startswith("@"):
        try:
            return name, Path(said[1:]).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise click.UsageError(f"--set {name}: {said[1:]} cannot be read: {error}") from error
    return name, said


def table(rows: Iterable[tuple[Any, ...]], titles: tuple[str, ...]) -> list[str]:
    """Rows for people: columns as wide as their widest cell."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in chain([titles], rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on standard error for each step of long work; silent where nobody watches."""
    bars: dict[str, Any] = {}

    def show(step: str, done: int, of: int) -> None:
        if step not in bars:
            _finish(bars)
            bars[step] = click.progressbar(
                length=max(of, done), label=step, file=sys.stderr, hidden=not sys.stderr.isatty()
            )
        bar = bars[step]
        bar.length = max(of, done)
        bar.update(done - bar.pos)

    try:
        yield show
    finally:
        _finish(bars)


def _finish(bars: dict[str, Any]) -> None:
    for bar in bars.values():
        bar.finished = True
        bar.render_finish()
