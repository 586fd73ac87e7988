"""Where the database is, and as whom we speak to it: owner, app or report.

The owner makes the schema and nothing else; web, worker and command line speak as the app, which
row-level security holds; reports read. Reasons: docs/decisions/three-roles.md.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, LiteralString

import django.db
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from staytrue.kit import cluster, embedded
from staytrue.kit.errors import Misconfigured, StaytrueError, Temporary
from staytrue.kit.home import disk_full, own_secret

Role = Literal["owner", "app", "report"]

DATABASE = "staytrue"
MAJOR = int(cluster.MAJOR)
LOGINS: dict[Role, str] = {
    "owner": "staytrue_owner",
    "app": "staytrue_app",
    "report": "staytrue_report",
}
_URLS: dict[Role, str] = {
    "owner": "DATABASE_OWNER_URL",
    "app": "DATABASE_URL",
    "report": "DATABASE_REPORT_URL",
}
_MONTHS_AHEAD = 14
# A connection that is refused carries no SQLSTATE, only the server's words.
_REFUSED = re.compile(
    r"password authentication failed|no pg_hba.conf entry|permission denied for database"
    r'|(role|database) ".*" does not exist|is not permitted to log in'
)


@dataclass(frozen=True)
class Address:
    """Where to connect, and as whom; in the words of Django's settings."""

    host: str
    user: str
    password: str = field(repr=False)
    name: str = DATABASE
    port: str = ""
    options: dict[str, Any] = field(default_factory=dict)

    def connect(self, *, autocommit: bool = False) -> psycopg.Connection:
        """A connection of its own, outside Django's."""
        given = {"host": self.host, "user": self.user, "password": self.password}
        given |= {"port": self.port, "dbname": self.name} | self.options
        where = make_conninfo(**{key: value for key, value in given.items() if value})
        return psycopg.connect(where, autocommit=autocommit)


def is_embedded() -> bool:
    """Whether the database is ours, in the home, and not a server of one's own."""
    return not os.environ.get("DATABASE_URL")


def address(role: Role, *, name: str | None = None) -> Address:
    """Where the database is for this role; `name` is another database of the same server."""
    if is_embedded():
        return _embedded_address(settings.HOME, LOGINS[role], name or _present_name())
    url = os.environ.get(_URLS[role])
    if not url:
        raise Misconfigured(
            f"DATABASE_URL is set but {_URLS[role]} is not: set it to the address of the same "
            f"database with the login of the role {role}.",
            "database_address_missing",
            setting=_URLS[role],
        )
    return parsed(url, _URLS[role], name)


def attach(role: Role = "app", *, name: str | None = None) -> None:
    """Point Django's connection to the database as this role, and leave the present one."""
    to = address(role, name=name)
    parts: dict[str, Any] = {"HOST": to.host, "PORT": to.port, "NAME": to.name}
    parts |= {"USER": to.user, "PASSWORD": to.password, "OPTIONS": to.options}
    if parts.items() <= connection.settings_dict.items():
        return
    connections.close_all()
    # Each thread's connection shares the one dictionary, so threads to come are attached too.
    for known in (settings.DATABASES["default"], connections.settings["default"]):
        known.update(parts)
    connection.settings_dict.update(parts)


def attached() -> Address:
    """Where Django's connection leads, for a line beside it."""
    at = connection.settings_dict
    options = {name: value for name, value in at["OPTIONS"].items() if name != "pool"}
    return Address(at["HOST"], at["USER"], at["PASSWORD"], at["NAME"], str(at["PORT"]), options)


def wait_for_disk() -> None:
    """Have the present transaction wait for the disk at its commit: somebody outside relies on it.

    Who turned that off on the server for speed gave up our last moments, not what others hold us to.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', true)"
            " WHERE current_setting('synchronous_commit') = 'off'"
        )


def share_places(most: int) -> None:
    """Let the threads of this process share so many connections, instead of one for each.

    A thread's own one is given back late, when its end and the collector's next round are past.
    """
    connections.close_all()
    # Its thread's wrapper took the settings of before; the next one takes those of now.
    del connections["default"]
    for known in (settings.DATABASES["default"], connections.settings["default"]):
        known["CONN_MAX_AGE"] = 0
        known["OPTIONS"] = {**known["OPTIONS"], "pool": {"min_size": 1, "max_size": most}}


@contextmanager
def running(*, fast: bool = False) -> Iterator[None]:
    """Have a database inside the block, attached as the app: ours is started, and stopped if last."""
    if not is_embedded():
        attach("app")
        yield
        return
    with embedded.start(settings.HOME, fast=fast):
        admit_logins(DATABASE)
        attach("app")
        try:
            yield
        finally:
            connections.close_all()


def migrate(now: datetime) -> None:
    """Bring the schema up to date and make the coming months' partitions, as the owner."""
    attach("owner")
    try:
        _check_version()
        with connection.cursor() as cursor:
            # Two commands may start at once; the lock ends with the connection. So does who acts:
            # a migration that gives roles a new right is audited like anybody.
            cursor.execute(
                """SELECT pg_advisory_lock(hashtext('staytrue_migrate')),
                          set_config('staytrue.actor', 'upgrade', false),
                          set_config('staytrue.reason', 'upgrade', false),
                          set_config('staytrue.at', %s, false)""",
                [now.isoformat()],
            )
        if not is_migrated():
            call_command("migrate", interactive=False, verbosity=0)
        _make_partitions(now.date().replace(day=1))
        if not is_embedded():
            check_letters()
            _admit_foreign_login()
    finally:
        attach("app")
    check_role()


def is_migrated() -> bool:
    """Whether no migration waits."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def check_role() -> None:
    """Refuse an app login that row-level security would not hold, or that may change the schema."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT CASE
              WHEN rolsuper THEN 'is a superuser'
              WHEN rolbypassrls THEN 'bypasses row-level security'
              WHEN EXISTS (
                SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = 'public' AND pg_has_role(current_user, c.relowner, 'MEMBER')
              ) THEN 'owns tables'
              WHEN has_schema_privilege('public', 'CREATE') THEN 'may change the schema'
            END, current_user
            FROM pg_roles WHERE rolname = current_user
            """
        )
        fault, login = cursor.fetchone()
    if fault:
        raise Misconfigured(
            f"The database login {login} {fault}, so one hotel's rows would not be kept from "
            "another's staff. Give DATABASE_URL a login of its own that is only a member of "
            f"{LOGINS['app']}.",
            "app_role_too_strong",
            login=login,
            fault=fault,
        )


def admit_logins(name: str) -> None:
    """On the embedded server: have the three logins and this database, safely and repeatedly."""
    with superuser() as server:
        server.execute("SELECT pg_advisory_lock(hashtext('staytrue_logins'))")
        known = {row[0] for row in server.execute("SELECT rolname FROM pg_roles")}
        for login in LOGINS.values():
            if login not in known:
                _make_login(server, login)
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(_named("CREATE DATABASE {} OWNER staytrue_owner", name))
        open_database(server, name)


def open_database(server: psycopg.Connection, name: str) -> None:
    """Let app and report connect, and nobody else; a copied database does not inherit this."""
    server.execute(_named("REVOKE ALL ON DATABASE {} FROM PUBLIC", name))
    server.execute(_named("GRANT CONNECT ON DATABASE {} TO staytrue_app, staytrue_report", name))


def superuser(name: str = "postgres") -> psycopg.Connection:
    """The embedded server's own login, outside any transaction: for roles and databases only."""
    at = _embedded_address(settings.HOME, cluster.SUPERUSER, name)
    return at.connect(autocommit=True)


def in_words(error: psycopg.Error | django.db.Error) -> StaytrueError | None:
    """What a database error means for a person; None when it is a fault of ours and stays loud."""
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    state = getattr(cause, "sqlstate", None) or ""
    if state == "53100" or (is_embedded() and _is_cut_off(cause) and _is_disk_full()):
        return disk_full(settings.HOME)
    if state == "42501":
        return Misconfigured(
            f"The database login may not do this: {_said(cause)}. Run `staytrue migrate`; if that does "
            "not help, the login is not a member of the role it should have.",
            "database_login_too_weak",
        )
    if state.startswith("28") or _REFUSED.search(str(cause)):
        return Misconfigured(
            "The database does not accept our login. Check the address and password in "
            "DATABASE_URL; on the embedded server, the files in the home's `secrets`.",
            "database_login_refused",
        )
    if state[:2] in ("08", "40", "53", "55", "57") or _is_cut_off(cause):
        return Temporary(
            "The database cannot answer now. Nothing was half done; try again in a moment. If it "
            "stays so, `staytrue doctor` says more.",
            "database_away",
            state=state,
        )
    return None


@contextmanager
def said_plainly() -> Iterator[None]:
    """Raise a database error of the block as one of the house's errors, where it is one."""
    try:
        yield
    except (psycopg.Error, django.db.Error) as error:
        said = in_words(error)
        if said is None:
            raise
        raise said from error


def _said(cause: BaseException | None) -> str:
    """The first line of what the server said; the rest is for programmers."""
    return str(cause).partition("\n")[0].rstrip(".")


def _is_cut_off(cause: BaseException | None) -> bool:
    # A connection that fails or breaks carries no SQLSTATE.
    return isinstance(cause, psycopg.OperationalError) and not cause.sqlstate


def _is_disk_full() -> bool:
    """A full disk stops the write-ahead log: the server cuts every connection and recovers."""
    return shutil.disk_usage(settings.HOME).free < cluster.WAL_SEGMENT


def _embedded_address(home: Path, login: str, name: str) -> Address:
    socket = cluster.socket_directory(home.resolve() / "postgres")
    return Address(str(socket), login, own_secret(home, login), name)


def _present_name() -> str:
    return str(settings.DATABASES["default"]["NAME"])


def parsed(url: str, setting: str, name: str | None = None) -> Address:
    """The address in a setting, in PostgreSQL's own words; libpq's options go with it."""
    try:
        parts: dict[str, Any] = dict(conninfo_to_dict(url))
    except psycopg.ProgrammingError as error:
        raise Misconfigured(
            f"{setting} is not an address PostgreSQL understands. It looks like "
            "postgresql://login:password@host:5432/database.",
            "database_address_unreadable",
            setting=setting,
        ) from error
    return Address(
        host=str(parts.pop("host", "")),
        user=str(parts.pop("user", "")),
        password=str(parts.pop("password", "")),
        name=name or str(parts.pop("dbname", DATABASE)),
        port=str(parts.pop("port", "")),
        options={key: value for key, value in parts.items() if key != "dbname"},
    )


def _make_login(server: psycopg.Connection, login: str) -> None:
    password = own_secret(settings.HOME, login)
    # Sent as a verifier, so that the password stands in no log of the server.
    verifier = server.pgconn.encrypt_password(
        password.encode(), login.encode(), b"scram-sha-256"
    ).decode()
    attributes = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD"
    server.execute(
        sql.SQL("CREATE ROLE {} " + attributes + " {}").format(
            sql.Identifier(login), sql.Literal(verifier)
        )
    )


def _named(statement: LiteralString, name: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(name))


def _check_version() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        if (found := cursor.fetchone()[0]) != MAJOR:
            raise Misconfigured(
                f"The database server is PostgreSQL {found}; Staytrue needs {MAJOR}.",
                "server_other_version",
                found=found,
            )


def check_letters() -> None:
    """With LC_CTYPE C, trigrams fall apart at every accented letter: Müller becomes m and ller."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('show_trgm(text)') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return
        cursor.execute("SELECT '  l' = ANY (show_trgm('Müller'))")
        if cursor.fetchone()[0]:
            raise Misconfigured(
                "The database's character type (LC_CTYPE) does not know accented letters, so a "
                "search would not find Müller. Create the database with LC_CTYPE 'C.UTF-8'.",
                "server_loses_accents",
            )


def _make_partitions(month: date) -> None:
    with connection.cursor() as cursor:
        # The package `changes` brings this function with its first migration.
        cursor.execute("SELECT to_regprocedure('staytrue_make_partitions(date,int)') IS NOT NULL")
        if cursor.fetchone()[0]:
            cursor.execute("SELECT staytrue_make_partitions(%s, %s)", [month, _MONTHS_AHEAD])


def _admit_foreign_login() -> None:
    login = address("app").user
    if login == address("owner").user:
        return  # `check_role` says what is wrong with that.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role(%s, 'staytrue_app', 'MEMBER')", [login])
        if cursor.fetchone()[0]:
            return
        try:
            cursor.execute(_named("GRANT staytrue_app TO {}", login))
        except django.db.ProgrammingError as error:
            raise Misconfigured(
                f"The login {login} of DATABASE_URL is not a member of staytrue_app. As an "
                f"administrator of the server: GRANT staytrue_app TO {login}",
                "database_login_not_member",
                login=login,
            ) from error
