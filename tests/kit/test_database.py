"""Three logins, and what each may do; a server of one's own; errors in words."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import django.db
import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import errors

from staytrue.kit import database, embedded
from staytrue.kit.errors import Misconfigured, StaytrueError, Temporary
from tests import databases

# Logins belong to the whole server, which other test processes may share.
CRM = f"crm_{os.getpid()}"
DEAF = f"test_{os.getpid()}_deaf"
NOW = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)


def one(query: str) -> object:
    """The first value of a query on Django's connection."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def plainly(query: str) -> StaytrueError | None:
    """What the query's error means for a person, on a connection that stays whole."""
    try:
        with django.db.transaction.atomic():
            one(query)
    except django.db.Error as error:
        return database.in_words(error)
    raise AssertionError("The query was answered.")


@pytest.fixture
def as_role(transactional_db: None) -> Iterator[Callable[..., None]]:
    """Attach as another role inside the test."""
    yield database.attach
    database.attach("app", name=databases.COPY)


@pytest.mark.django_db
class TestTheApp:
    """Web, worker and command line."""

    def test_is_no_superuser_and_may_not_change_the_schema(self) -> None:
        assert one("SELECT current_user") == "staytrue_app"
        database.check_role()
        said = plainly("CREATE TABLE more (id int)")
        assert isinstance(said, Misconfigured)
        assert said.code == "database_login_too_weak"

    def test_may_neither_truncate_nor_touch_the_record_of_migrations(self) -> None:
        assert not one("SELECT has_table_privilege('property', 'TRUNCATE')")
        assert not one("SELECT has_table_privilege('django_migrations', 'DELETE')")

    def test_works_on_tables_of_every_package(self) -> None:
        forbidden = one(
            """
            SELECT string_agg(oid::regclass::text, ' ') FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
               AND NOT has_table_privilege(oid, 'SELECT')
            """
        )
        assert forbidden is None

    def test_sees_every_migration_as_done(self) -> None:
        assert database.is_migrated()


def test_the_owner_has_every_table_and_no_more(as_role: Callable[..., None]) -> None:
    as_role("owner", name=databases.COPY)
    others = (
        "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner <> current_user"
    )
    assert one(others) == 0
    assert one("SELECT NOT (rolsuper OR rolcreaterole) FROM pg_roles WHERE rolname = current_user")


def test_reports_read_and_do_nothing_else(as_role: Callable[..., None]) -> None:
    as_role("report", name=databases.COPY)
    assert one("SELECT count(*) FROM property") == 0
    assert isinstance(plainly("DELETE FROM property RETURNING 1"), Misconfigured)


def test_the_owner_of_the_tables_is_refused_as_the_app(as_role: Callable[..., None]) -> None:
    as_role("owner", name=databases.COPY)
    with pytest.raises(Misconfigured, match="staytrue_owner owns tables") as refused:
        database.check_role()
    assert refused.value.code == "app_role_too_strong"


def test_migrating_again_changes_nothing_and_ends_as_the_app(transactional_db: None) -> None:
    before = one("SELECT count(*) FROM django_migrations")
    database.migrate(NOW)
    assert one("SELECT count(*) FROM django_migrations") == before
    assert one("SELECT current_user") == "staytrue_app"


def test_a_migration_may_give_roles_a_right_and_is_audited(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "is_migrated", lambda: False)
    monkeypatch.setattr(database, "call_command", lambda *_args, **_options: one(
        "UPDATE role SET rights = rights || '{\"x.y\"}' WHERE key = 'administrator' RETURNING key"
    ))  # fmt: skip
    database.migrate(NOW)
    assert one("SELECT actor FROM audit_entry ORDER BY id DESC LIMIT 1") == "upgrade"


def test_a_new_home_has_a_database_migrated_by_its_owner(
    tmp_path: Path, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Takes seconds: a server of its own, and every migration."""
    with monkeypatch.context() as patch:
        patch.setattr(settings, "HOME", tmp_path / "home")
        patch.setitem(settings.DATABASES["default"], "NAME", database.DATABASE)
        with database.running(fast=True):
            database.migrate(NOW)
            assert (
                one("SELECT current_user || ' ' || current_database()") == "staytrue_app staytrue"
            )
        assert not embedded.is_running(tmp_path / "home")
    database.attach("app", name=databases.COPY)


class TestAServerOfOnesOwn:
    """The same server, reached through DATABASE_URL as if it were somebody's own."""

    @pytest.fixture
    def foreign(
        self, transactional_db: None, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[pytest.MonkeyPatch]:
        with database.superuser() as server:
            server.execute(f"CREATE ROLE {CRM} LOGIN PASSWORD 'invented'")
        for role in ("owner", "app"):
            at = database.address(role)
            url = f"host='{at.host}' user={at.user} password='{at.password}' dbname={at.name}"
            monkeypatch.setenv({"owner": "DATABASE_OWNER_URL", "app": "DATABASE_URL"}[role], url)
        yield monkeypatch
        monkeypatch.undo()
        database.attach("app", name=databases.COPY)
        with database.superuser() as server:
            server.execute(f"DROP ROLE {CRM}")

    def test_is_used_as_it_is(self, foreign: pytest.MonkeyPatch) -> None:
        assert not database.is_embedded()
        with database.running():
            database.migrate(NOW)
            assert one("SELECT current_user") == "staytrue_app"

    def test_an_owner_as_the_app_is_refused(self, foreign: pytest.MonkeyPatch) -> None:
        at = database.address("owner")
        url = f"host='{at.host}' user={at.user} password='{at.password}' dbname={at.name}"
        foreign.setenv("DATABASE_URL", url)
        with database.running(), pytest.raises(Misconfigured, match="owns tables"):
            database.migrate(NOW)

    @pytest.mark.parametrize(
        ("power", "fault"),
        [("SUPERUSER", "is a superuser"), ("BYPASSRLS", "bypasses row-level security")],
    )
    def test_a_login_that_no_row_is_kept_from_is_refused(
        self, foreign: pytest.MonkeyPatch, power: str, fault: str
    ) -> None:
        with database.superuser() as server:
            server.execute(f"ALTER ROLE {CRM} {power}")
            server.execute(f"GRANT staytrue_app TO {CRM}")
        at = database.address("app")
        url = f"host='{at.host}' user={CRM} password=invented dbname={at.name}"
        foreign.setenv("DATABASE_URL", url)
        with database.running(), pytest.raises(Misconfigured, match=fault):
            database.check_role()

    def test_a_login_outside_the_role_is_told_what_to_run(
        self, foreign: pytest.MonkeyPatch
    ) -> None:
        at = database.address("app")
        url = f"host='{at.host}' user={CRM} password=invented dbname={at.name}"
        foreign.setenv("DATABASE_URL", url)
        with database.running(), pytest.raises(Misconfigured, match=f"GRANT staytrue_app TO {CRM}"):
            database.migrate(NOW)

    def test_a_locale_that_loses_accents_is_refused(self, foreign: pytest.MonkeyPatch) -> None:
        with database.superuser() as server:
            server.execute(
                f"CREATE DATABASE {DEAF} TEMPLATE template0 LOCALE 'C' LOCALE_PROVIDER libc"
            )
        try:
            foreign.undo()
            with database.superuser(DEAF) as server:
                server.execute("CREATE EXTENSION pg_trgm")
            database.attach("owner", name=DEAF)
            with pytest.raises(Misconfigured, match="would not find Müller"):
                database.check_letters()
        finally:
            database.attach("app", name=databases.COPY)
            with database.superuser() as server:
                server.execute(f"DROP DATABASE {DEAF} WITH (FORCE)")

    def test_a_login_with_a_wrong_password_is_told_so(self, foreign: pytest.MonkeyPatch) -> None:
        at = database.address("app")
        url = f"host='{at.host}' user={CRM} password=wrong dbname={at.name}"
        foreign.setenv("DATABASE_URL", url)
        with (
            pytest.raises(Misconfigured, match="does not accept our login"),
            database.running(),
            database.said_plainly(),
        ):
            database.check_role()

    def test_a_missing_owner_is_named(self, foreign: pytest.MonkeyPatch) -> None:
        foreign.delenv("DATABASE_OWNER_URL")
        with pytest.raises(Misconfigured, match="DATABASE_OWNER_URL is not"):
            database.migrate(NOW)

    def test_an_address_that_is_none_is_refused(self, foreign: pytest.MonkeyPatch) -> None:
        foreign.setenv("DATABASE_URL", "not an address")
        with pytest.raises(Misconfigured, match="postgresql://"):
            database.attach("app")


def test_a_url_carries_its_options() -> None:
    at = database.parsed("postgresql://crm:p%40ss@db.example:6432/hotel?sslmode=require", "X")
    assert (at.host, at.port, at.name, at.user) == ("db.example", "6432", "hotel", "crm")
    assert at.password == "p@ss"
    assert at.options == {"sslmode": "require"}
    assert "p@ss" not in repr(at)


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (errors.DiskFull("could not extend file"), Temporary, "disk_full"),
        (errors.DeadlockDetected("deadlock"), Temporary, "database_away"),
        (errors.AdminShutdown("terminating"), Temporary, "database_away"),
        (errors.TooManyConnections("sorry"), Temporary, "database_away"),
        (psycopg.OperationalError("server closed the connection"), Temporary, "database_away"),
        (errors.InvalidPassword("no"), Misconfigured, "database_login_refused"),
        (errors.InsufficientPrivilege("no"), Misconfigured, "database_login_too_weak"),
    ],
)
def test_an_error_of_the_database_is_one_sentence(
    error: psycopg.Error, kind: type[StaytrueError], code: str
) -> None:
    said = database.in_words(error)
    assert type(said) is kind
    assert said.code == code
    assert "\n" not in str(said)


def test_a_fault_of_ours_stays_loud() -> None:
    with pytest.raises(errors.SyntaxError), database.said_plainly():
        raise errors.SyntaxError("a bug")


def test_a_full_disk_under_the_write_ahead_log_is_recognised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(database, "_is_disk_full", lambda: True)
    said = database.in_words(psycopg.OperationalError("server closed the connection unexpectedly"))
    assert said
    assert said.code == "disk_full"
