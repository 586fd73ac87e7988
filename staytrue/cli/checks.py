"""Commands that check and keep safe: verify, doctor, backup, restore."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from django.conf import settings
from django.db import connection

from staytrue.changes import checks
from staytrue.cli.files import FILE
from staytrue.cli.frame import Answer, answers, open_home, reading, table
from staytrue.hotel import scope
from staytrue.kit import backup, clock, database
from staytrue.kit.errors import StaytrueError
from staytrue.loyalty import checks as points
from staytrue.mirror.hashing import state_hash
from staytrue.mirror.models import Freshness
from staytrue.mirror.rules import is_stale
from staytrue.staff import seal

_DISK_FREE = 1 << 30
_CLOCK_DRIFT = timedelta(seconds=5)


@click.group
def verify() -> None:
    """Check that what stands is true."""


@verify.command
@click.option("--hash", "with_hash", is_flag=True, help="The state hash of the whole mirror too.")
@answers
def mirror(*, with_hash: bool) -> Answer:
    """Check the mirror against its own log, rosters and dates."""
    with reading():
        found = checks.violations()
        hashed = asdict(state_hash()) if with_hash else {}
    lines = [violation.sentence for violation in found] or ["The mirror stands."]
    lines += [f"{name}: {value}" for name, value in hashed.items()]
    document = {"violations": [asdict(violation) for violation in found], **hashed}
    return Answer(document, lines, yes=not found)


@verify.command
@answers
def ledger() -> Answer:
    """Check the points: every balance recomputed, every award from its inputs, nothing spent twice."""
    with reading():
        found = points.violations()
    lines = [f"{each.count}: {each.sentence} {', '.join(each.examples)}" for each in found]
    document = {"violations": [asdict(each) for each in found]}
    return Answer(document, lines or ["The ledger stands."], yes=not found)


@verify.command
@answers
def audit() -> Answer:
    """Walk the chain over the audit and name the first row that is not what was sealed."""
    with open_home():
        report = seal.verify_home()
    fault = report.fault
    lines = [fault.sentence if fault else f"{report.sealed} entries are as they were sealed."]
    document = {"sealed": report.sealed, "waiting": report.waiting}
    return Answer(document | {"fault": asdict(fault) if fault else None}, lines, yes=not fault)


@dataclass(frozen=True)
class Finding:
    """One thing the doctor looked at."""

    name: str
    ok: bool
    said: str


@click.command
@answers
def doctor() -> Answer:
    """Look at everything that must be well: server, roles, letters, disk, freshness, clock."""
    with open_home(), scope.everything():
        found = list(_findings(clock.now()))
    rows = [("well" if each.ok else "ILL", each.name, each.said) for each in found]
    document = [asdict(each) for each in found]
    return Answer(document, table(rows, ("", "what", "")), yes=all(each.ok for each in found))


def _findings(now: datetime) -> Iterator[Finding]:
    yield Finding("server", ok=True, said=f"PostgreSQL {_value('SHOW server_version')}")
    yield _asked("roles", "the app is held by row-level security", database.check_role)
    yield _asked("letters", "accented letters are found", database.check_letters)
    free = shutil.disk_usage(settings.HOME).free
    yield Finding("disk", free >= _DISK_FREE, f"{free >> 20} MB free")
    drift = abs(now - _moment())
    yield Finding("clock", drift < _CLOCK_DRIFT, f"{drift.total_seconds():.1f} s from the server's")
    missing = _value("SELECT to_regclass(format('change_%%s', to_char(%s::date, 'YYYY_MM'))) IS NULL",
                     (now + timedelta(days=31)).date())  # fmt: skip
    yield Finding("partitions", not missing, "the coming months have their partitions")
    yield from _freshness(now)


def _asked(name: str, said: str, check: Callable[[], None]) -> Finding:
    try:
        check()
    except StaytrueError as error:
        return Finding(name, ok=False, said=error.sentence)
    return Finding(name, ok=True, said=said)


def _freshness(now: datetime) -> Iterator[Finding]:
    for each in Freshness.objects.select_related("connection").order_by("connection__name"):
        late = is_stale(each.true_through, each.connection.cadence_seconds, now)
        said = (
            f"true through {each.true_through:%Y-%m-%d %H:%M %Z}" if each.true_through else "never"
        )
        yield Finding(f"{each.connection.name} {each.object}", not late, said)


def _value(statement: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchone()[0]


def _moment() -> datetime:
    # The one question to the server's clock: whether it agrees with ours.
    moment: datetime = _value("SELECT statement_timestamp()")
    return moment


@click.command(name="backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@answers
def backup_(file: Path) -> Answer:
    """Write database and keys into one file, while everything runs."""
    if not file.absolute().parent.is_dir():
        raise click.UsageError(f"there is no directory {file.absolute().parent}")
    with open_home():
        size = backup.write(file.absolute(), clock.now(), {})
    return Answer({"file": str(file), "bytes": size}, [f"{file} holds {size >> 10} kB."])


@click.command
@click.argument("file", type=FILE)
@answers
def restore(file: Path) -> Answer:
    """Fill an empty home from a backup."""
    facts = backup.read_facts(file)
    backup.lay_out_keys(file)
    with database.running():
        backup.load(file)
        database.migrate(clock.now())
        with scope.everything():
            hashed = asdict(state_hash())
    lines = [f"The home {settings.HOME} is as it was on {facts['made_at']}."]
    return Answer({"made_at": facts["made_at"], **hashed}, [*lines, f"hash: {hashed['hash']}"])
