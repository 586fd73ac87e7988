"""Everything of an installation in one file: the database and the home's keys; and back again.

A tar file with a `pg_dump` archive inside, so that leaving is possible with ordinary tools.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from staytrue.kit import cluster, database
from staytrue.kit.database import Address
from staytrue.kit.errors import Refused
from staytrue.kit.home import prepare

_DUMP, _FACTS = "database.dump", "backup.json"
_FORM = 1
# Made anew in every home: they open that home's own server and nothing else.
_LOGINS = {cluster.SUPERUSER, *database.LOGINS.values()}
# What of the home is kept beside the database.
_KEPT = ("secrets/*", "audit.*")


def write(file: Path, now: datetime, facts: dict[str, Any]) -> int:
    """Write the backup, complete or not at all; answers its size. The database runs meanwhile."""
    draft = file.with_name(f".{file.name}.draft")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out, tarfile.open(fileobj=out, mode="w") as tar:
            _add_text(tar, _FACTS, {"form": _FORM, "made_at": now.isoformat(), **facts}, now)
            # Before the dump: a head of the audit kept outside must stand in the database too.
            for path in _kept():
                tar.add(path, str(path.relative_to(settings.HOME)))
            with _workshop() as shop:
                tar.add(_dumped(shop), _DUMP)
            tar.close()
            out.flush()
            os.fsync(out.fileno())
        draft.rename(file)
    finally:
        draft.unlink(missing_ok=True)
    return file.stat().st_size


def read_facts(file: Path) -> dict[str, Any]:
    """What a backup says of itself; refuses any other file."""
    try:
        with tarfile.open(file) as tar:
            return _facts(tar)
    except (tarfile.TarError, KeyError, ValueError) as error:
        raise Refused(f"{file.name} is no backup of Staytrue.", "not_a_backup") from error


def lay_out_keys(file: Path) -> None:
    """Put the keys of a backup into an empty home, before its database is made."""
    if is_used():
        raise Refused(
            f"{settings.HOME} holds an installation already. Restore into an empty home: set "
            "STAYTRUE_HOME to a new directory.",
            "home_not_empty",
        )
    # Made before tar would make it, open to others.
    (prepare(settings.HOME) / "secrets").mkdir(mode=0o700, exist_ok=True)
    with tarfile.open(file) as tar:
        for member in tar.getmembers():
            if member.name not in (_DUMP, _FACTS):
                tar.extract(member, settings.HOME, filter="data")


def load(file: Path) -> None:
    """Fill the empty database from a backup, all of it or nothing."""
    if _has_tables():
        raise Refused("The database is not empty. Restore into an empty one.", "database_not_empty")
    with _workshop() as shop, tarfile.open(file) as tar:
        tar.extract(_DUMP, shop, filter="data")
        to = database.address("owner")
        arguments = ["--single-transaction", "--exit-on-error", "--no-owner"]
        _run("pg_restore", [*arguments, f"--dbname={to.name}", str(shop / _DUMP)], to)
    with database.address("owner").connect(autocommit=True) as server:
        server.execute("ANALYZE")


def is_used() -> bool:
    """Whether this home holds an installation."""
    return database.is_embedded() and (settings.HOME / "postgres").exists()


def _kept() -> Iterator[Path]:
    for pattern in _KEPT:
        for path in sorted(settings.HOME.glob(pattern)):
            if path.is_file() and path.name not in _LOGINS:
                yield path


def _dumped(shop: Path) -> Path:
    dump = shop / _DUMP
    arguments = ["--format=custom", "--no-comments", "--no-owner", "--no-unlogged-table-data"]
    _run("pg_dump", [*arguments, f"--file={dump}"], database.address("owner"))
    return dump


def _facts(tar: tarfile.TarFile) -> dict[str, Any]:
    member = tar.extractfile(_FACTS)
    facts: dict[str, Any] = json.load(member) if member else {}
    if facts.get("form") != _FORM:
        raise ValueError(facts)
    return facts


def _add_text(tar: tarfile.TarFile, name: str, facts: dict[str, Any], now: datetime) -> None:
    text = json.dumps(facts, indent=1).encode()
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = len(text), int(now.timestamp()), 0o600
    tar.addfile(member, io.BytesIO(text))


@contextmanager
def _workshop() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=prepare(settings.HOME)) as name:
        yield Path(name)


def _has_tables() -> bool:
    with database.address("owner").connect() as server:
        row = server.execute(
            "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')"
        ).fetchone()
    return bool(row and row[0])


def _run(tool: str, arguments: list[str], to: Address) -> None:
    """Run a client program; address and password travel in its environment, not in its arguments."""
    given = {"PGHOST": to.host, "PGPORT": to.port, "PGUSER": to.user, "PGPASSWORD": to.password}
    given |= {"PGDATABASE": to.name} | {f"PG{key.upper()}": str(v) for key, v in to.options.items()}
    environment = os.environ | {name: value for name, value in given.items() if value}
    program = cluster.program(tool) if database.is_embedded() else Path(shutil.which(tool) or tool)
    ran = subprocess.run(
        [program, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        last = (ran.stderr.strip().splitlines() or ["it said nothing"])[0]
        raise Refused(f"{tool} failed: {last}", f"{tool}_failed")
