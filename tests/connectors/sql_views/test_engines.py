"""The address of a database, and the drivers that may be missing. SQL Server and Oracle are asked
through stand-ins of their drivers: no server of theirs runs on a test machine.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from staytrue.connectors.base import Settings
from staytrue.connectors.sql_views.database import Query, View, refuse_if_writable
from staytrue.connectors.sql_views.engines import open_database
from staytrue.kit.errors import Misconfigured, Temporary
from tests.kit.far_side import Authority

SETTINGS = Settings("HOTEL", "Europe/Madrid", "ES", "EUR", datetime(2026, 5, 4, tzinfo=UTC))
ALLOWED = ["10.0.0.5:1433", "10.0.0.5:1521", "10.0.0.5:5432", "127.0.0.1:1"]
BOOKINGS = View("staytrue", "bookings")


def settings(dsn: str) -> Settings:
    return replace(SETTINGS, values={"dsn": dsn, "allow_private": ALLOWED})


@pytest.mark.parametrize(
    ("dsn", "code"),
    [
        ("", "dsn"),
        ("mysql://a:b@10.0.0.5/x", "dsn"),
        ("host=10.0.0.5 user=a", "dsn"),
        ("postgresql://a:b@192.168.1.1/x", "address_not_allowed"),
        ("postgresql://a:b@169.254.169.254/x", "address_not_allowed"),
        ("postgresql://a:b@[::ffff:127.0.0.1]/x", "address_not_allowed"),
        ("postgresql://a:b@10.0.0.5,192.168.1.1/x", "dsn"),
        ("postgresql://a:b@10.0.0.5/x?hostaddr=127.0.0.1", "dsn"),
        ("postgresql://a:b@10.0.0.5/x?options=-cdefault_transaction_read_only%3Doff", "dsn"),
        ("postgresql://a:b@10.0.0.5/x?passfile=/etc/passwd", "dsn"),
        ("postgresql://a:b@10.0.0.5/x?service=other", "dsn"),
        ("postgresql://a:b@/x?host=/run/postgresql", "dsn"),
        ("postgresql://a:b@/x", "dsn"),
        ("mssql://a:b@192.168.1.1/x", "address_not_allowed"),
        ("mssql://a:b@93.184.216.34/x", "dsn"),
        ("mssql://a@10.0.0.5/x", "dsn"),
        ("mssql://a:b@10.0.0.5:x/x", "dsn"),
        ("oracle://a:b@10.0.0.5/x?wallet=/etc", "dsn"),
        ("oracle://a:b@localhost/x", "address_not_allowed"),
    ],
)
def test_an_address_that_leads_elsewhere_is_refused(dsn: str, code: str) -> None:
    with pytest.raises(Misconfigured) as refusal:
        open_database(settings(dsn))
    assert refusal.value.code == code
    assert ":b@" not in str(refusal.value) + repr(refusal.value.facts)


@pytest.mark.parametrize("host", ["169.254.169.254", "[fd00:ec2::254]", "0.0.0.0", "[ff02::1]"])
@pytest.mark.parametrize("engine", ["postgresql:5432", "mssql:1433", "oracle:1521"])
def test_no_administrator_opens_what_is_nobodys_network(engine: str, host: str) -> None:
    name, _, port = engine.partition(":")
    values = {"dsn": f"{name}://a:b@{host}/x", "allow_private": [f"{host}:{port}"]}
    with pytest.raises(Misconfigured) as refusal:
        open_database(replace(SETTINGS, values=values))
    assert refusal.value.code == "address_not_allowed"


def test_a_server_that_does_not_answer_is_asked_again() -> None:
    with pytest.raises(Temporary) as refusal:
        open_database(settings("postgresql://a:b@127.0.0.1:1/x"))
    assert refusal.value.code == "database_away"


@pytest.mark.parametrize(("dsn", "package"), [("mssql", "pymssql"), ("oracle", "oracledb")])
def test_a_missing_driver_says_what_to_install(
    dsn: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(Misconfigured, match=package) as refusal:
        open_database(settings(f"{dsn}://a:b@10.0.0.5/x"))
    assert refusal.value.code == "driver_missing"


class Driver:
    """A driver's module: remembers how it was connected and what it was asked."""

    class Error(Exception):
        """The driver's own."""

    def __init__(self) -> None:
        self.defaults = SimpleNamespace()
        self.asked: list[tuple[str, Any]] = []
        self.answers: dict[str, list[tuple[Any, ...]]] = {}
        self.fails: Driver.Error | None = None

    def connect(self, **given: Any) -> Driver:
        self.given = given
        return self

    def cursor(self) -> Driver:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.left: list[tuple[Any, ...]] = []

    def execute(self, statement: str, values: Any = None) -> None:
        if self.fails:
            raise self.fails
        self.asked.append((statement, values))
        self.left = next((rows for part, rows in self.answers.items() if part in statement), [])
        self.description = statement.lstrip().startswith("SELECT")

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.left

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        portion, self.left = self.left[:size], self.left[size:]
        return portion

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture(params=["mssql", "oracle"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Driver]:
    """Either engine over a stand-in of its driver."""
    driver = Driver()
    package = {"mssql": "pymssql", "oracle": "oracledb"}[request.param]
    monkeypatch.setitem(sys.modules, package, driver)
    return request.param, driver


def test_either_engine_asks_with_quoted_names_and_parameters(engine: tuple[str, Driver]) -> None:
    name, driver = engine
    driver.answers["bookings" if name == "mssql" else "BOOKINGS"] = [(n,) for n in range(2500)]
    look = open_database(settings(f"{name}://a:b@10.0.0.5/x"))
    rows = list(look.rows(Query(BOOKINGS, ("id",), (("leaves", ">=", "2026"),), ("id",))))
    assert len(rows) == 2500
    assert driver.asked[-1] == {
        "mssql": (
            "SELECT [id] FROM [staytrue].[bookings] WHERE [leaves] >= %s ORDER BY [id]", ("2026",)
        ),
        "oracle": (
            'SELECT "ID" FROM "STAYTRUE"."BOOKINGS" WHERE "LEAVES" >= :1 ORDER BY "ID"', ["2026"]
        ),
    }[name]  # fmt: skip
    look.close()
    assert driver.is_closed


@pytest.mark.parametrize("engine", ["mssql"], indirect=True)
def test_sql_server_is_asked_as_a_reader_and_for_thirty_seconds(
    engine: tuple[str, Driver],
) -> None:
    _, driver = engine
    open_database(settings("mssql://a:b@10.0.0.5/x"))
    assert (driver.given["read_only"], driver.given["timeout"]) == (True, 30)
    assert (driver.given["server"], driver.given["port"]) == ("10.0.0.5", "1433")


@pytest.mark.parametrize("engine", ["oracle"], indirect=True)
def test_oracle_is_asked_in_a_read_only_transaction_and_for_thirty_seconds(
    engine: tuple[str, Driver],
) -> None:
    _, driver = engine
    open_database(settings("oracle://a:b@10.0.0.5/x"))
    assert driver.asked[0][0] == "SET TRANSACTION READ ONLY"
    assert driver.call_timeout == 30_000
    assert (driver.given["host"], driver.given["protocol"]) == ("10.0.0.5", "tcp")


def test_either_engine_refuses_a_login_that_may_write(engine: tuple[str, Driver]) -> None:
    name, driver = engine
    look = open_database(settings(f"{name}://a:b@10.0.0.5/x"))
    refuse_if_writable(look)
    probe = "HAS_PERMS_BY_NAME" if name == "mssql" else "all_tab_privs"
    driver.answers[probe] = [("may INSERT pms.booking",)]
    with pytest.raises(Misconfigured, match=r"may INSERT pms\.booking") as refusal:
        refuse_if_writable(look)
    assert refusal.value.code == "login_may_write"


@pytest.mark.parametrize("engine", ["oracle"], indirect=True)
def test_a_public_oracle_is_spoken_to_over_tls(engine: tuple[str, Driver]) -> None:
    _, driver = engine
    open_database(settings("oracle://a:b@93.184.216.34/x"))
    assert driver.given["protocol"] == "tcps"


@pytest.mark.parametrize(
    ("mssql", "oracle", "code"),
    [
        (18456, 1017, "login_refused"),
        (208, 942, "views_changed"),
        (207, 904, "views_changed"),
        (245, 1722, "value_wrong"),
        (20009, 12541, "database_away"),
        (0, 0, "database_away"),
    ],
)
def test_either_engine_says_what_an_error_means(
    mssql: int | None, oracle: int | None, code: str, engine: tuple[str, Driver]
) -> None:
    name, driver = engine
    look = open_database(settings(f"{name}://a:b@10.0.0.5/x"))
    told = {
        "mssql": ((mssql, b"canary"),),
        "oracle": (SimpleNamespace(code=oracle, full_code="ORA-1"),),
    }[name]
    driver.fails = Driver.Error(*told)
    with pytest.raises((Misconfigured, Temporary)) as refusal:
        look.columns(BOOKINGS)
    assert refusal.value.code == code
    assert "canary" not in str(refusal.value)


def connected_with(monkeypatch: pytest.MonkeyPatch, dsn: str, **values: object) -> dict[str, Any]:
    """What a PostgreSQL is connected with; the pinned authority as its text."""
    told: dict[str, Any] = {}

    def connect(conninfo: str) -> None:
        told.update(conninfo_to_dict(conninfo))
        if "/" in str(told.get("sslrootcert")):
            told["sslrootcert"] = Path(told["sslrootcert"]).read_text()
        raise psycopg.OperationalError("nobody is there")

    monkeypatch.setattr(psycopg, "connect", connect)
    with pytest.raises(Temporary):
        open_database(replace(SETTINGS, values={"dsn": dsn, "allow_private": ALLOWED, **values}))
    return told


def test_a_public_postgresql_is_believed_by_the_public_authorities_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = connected_with(monkeypatch, "postgresql://a:b@93.184.216.34/x?sslmode=disable")
    assert (told["sslmode"], told["sslrootcert"]) == ("verify-full", "system")
    assert told["hostaddr"] == "93.184.216.34"


def test_tls_may_be_asked_for_in_the_own_network(monkeypatch: pytest.MonkeyPatch) -> None:
    told = connected_with(monkeypatch, "postgresql://a:b@10.0.0.5/x?sslmode=require")
    assert told["sslmode"] == "require"
    assert "sslrootcert" not in told


@pytest.mark.parametrize("host", ["10.0.0.5", "93.184.216.34"])
def test_a_pinned_authority_is_the_only_one_believed(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Authority().pem
    dsn = f"postgresql://a:b@{host}/x?sslmode=disable"
    told = connected_with(monkeypatch, dsn, ca_pem=own)
    assert (told["sslmode"], told["sslrootcert"]) == ("verify-full", own)


def test_what_is_no_certificate_is_not_pinned() -> None:
    values = {"dsn": "postgresql://a:b@10.0.0.5/x", "allow_private": ALLOWED, "ca_pem": "none"}
    with pytest.raises(Misconfigured) as refusal:
        open_database(replace(SETTINGS, values=values))
    assert refusal.value.code == "http_authority"


def test_a_sql_server_takes_no_authority_that_nobody_would_check() -> None:
    values = {"dsn": "mssql://a:b@10.0.0.5/x", "allow_private": ALLOWED, "ca_pem": "any"}
    with pytest.raises(Misconfigured, match="whose certificate"):
        open_database(replace(SETTINGS, values=values))
