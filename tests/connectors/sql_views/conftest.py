"""A PMS's database on the real PostgreSQL: tables of its own, views, and a login that only reads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from staytrue.connectors import sql_views
from staytrue.connectors.base import Bookmark, Delivery, Settings
from staytrue.connectors.sql_views import connector
from staytrue.kit import cluster, database
from staytrue.kit.http import Client
from tests.databases import COPY

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
NO_WEB = Client()
PASSWORD = "invented-for-tests"
TABLES = """
CREATE SCHEMA pms;
CREATE TABLE pms.guest (id int PRIMARY KEY, surname text, given text, mail text, changed timestamp);
CREATE TABLE pms.booking (
  id int PRIMARY KEY, guest int, state text, arrives date, leaves date, total numeric(10, 2),
  remark text, hotel text DEFAULT 'HOTEL', changed timestamp
);
CREATE SEQUENCE pms.counter;
CREATE SCHEMA staytrue;
CREATE VIEW staytrue.guests AS SELECT id, surname, given, mail, changed FROM pms.guest;
CREATE VIEW staytrue.bookings AS
  SELECT id, guest, state, arrives, leaves, total, remark, hotel, changed FROM pms.booking;
"""
MAPPING = """
[profile]
view = "staytrue.guests"
changed = "changed"
fields = { source_id = "id", last_name = "surname", first_name = "given", email = "mail" }

[reservation]
view = "staytrue.bookings"
property = "hotel"
fields = { number = "id", status = "state", arrival_on = "arrives", departure_on = "leaves", amount = "total", notes = "remark" }
guests = { primary = "guest" }
values.status = { R = "confirmed", I = "in_house", X = "cancelled" }
"""


@dataclass
class Pms:
    """The far side: what its owner does in it, and what a connection to it is told."""

    owner: psycopg.Connection[Any]
    reader: str
    name: str

    @property
    def socket(self) -> str:
        return str(cluster.socket_directory(settings.HOME.resolve() / "postgres"))

    def run(self, statement: str, *values: object) -> None:
        """Statements of the PMS itself; `{reader}` is our login, `{writers}` a role beside it."""
        names = {"reader": self.reader, "writers": f"{self.reader}_writers"}
        told = sql.SQL(statement).format(
            **{name: sql.Identifier(own) for name, own in names.items()}
        )
        self.owner.execute(told, values or None)

    def book(self, number: int, arrives: str, leaves: str, **said: object) -> None:
        """A booking in the PMS."""
        row = {"id": number, "state": "R", "arrives": arrives, "leaves": leaves, **said}
        names = sql.SQL(", ").join(map(sql.Identifier, row))
        marks = sql.SQL(", ").join(sql.Placeholder() * len(row))
        insert = sql.SQL("INSERT INTO pms.booking ({}) VALUES ({})").format(names, marks)
        self.owner.execute(insert, list(row.values()))

    def settings(self, **said: object) -> Settings:
        """The settings of a connection to it."""
        dsn = f"postgresql://{self.reader}:{PASSWORD}@/{self.name}?host={self.socket}"
        values = {"dsn": dsn, "views": MAPPING, "allow_private": [self.socket], **said}
        return Settings("HOTEL", "Europe/Madrid", "ES", "EUR", NOW, values)

    def fetch(
        self, bookmark: Bookmark | None = None, now: datetime = NOW, **said: object
    ) -> list[Delivery]:
        """One poll, read to its end."""
        return list(
            connector.fetch(
                bookmark or {}, NO_WEB, replace(self.settings(**said), read_at=now), now
            )
        )


def numbers(pms: Pms, *deliveries: Delivery) -> list[str]:
    """The keys of all records in these deliveries."""
    said = [one for part in deliveries for one in sql_views.translate(part.body, pms.settings())]
    found = [record.number for one in said for record in one.reservations]
    return found + [record.source_id for one in said for record in one.profiles]


def of(kind: str, deliveries: list[Delivery], scope: str) -> list[Delivery]:
    """The deliveries of one object whose absences mean this much."""
    return [
        part
        for part in deliveries
        if part.object == kind and sql_views.scope_of(part.body).kind == scope
    ]


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """A database of a PMS, still empty, as its owner sees it."""
    name = f"{COPY}_pms"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with database.superuser() as server:
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with database.superuser(name) as owner:
            yield owner, name
        server.execute(drop)


@pytest.fixture
def pms(server: tuple[psycopg.Connection[Any], str]) -> Iterator[Pms]:
    """The tables and views of a PMS, and a login that may read the views."""
    owner, name = server
    made = Pms(owner, f"reader_{os.getpid()}", name)
    made.run(f"CREATE ROLE {{reader}} LOGIN PASSWORD '{PASSWORD}'")
    made.run("CREATE ROLE {writers}")
    try:
        owner.execute(TABLES)
        made.run("GRANT USAGE ON SCHEMA staytrue TO {reader}")
        made.run("GRANT SELECT ON ALL TABLES IN SCHEMA staytrue TO {reader}")
        yield made
    finally:
        owner.execute("DROP SCHEMA IF EXISTS pms, staytrue CASCADE")
        made.run("DROP OWNED BY {reader}, {writers}")
        made.run("DROP ROLE {reader}, {writers}")
