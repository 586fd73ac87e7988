"""Keeps a copy of this process's database, and puts it back: what a restored backup comes to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.db import connections
from psycopg import sql

from staytrue.kit import database
from tests.databases import COPY
from tests.messages import ways

KEPT = f"{COPY}_kept"


@dataclass
class Vault:
    """The backup of one database; `server` is the home whose server holds both."""

    server: Path

    def keep(self) -> None:
        """Everything as it is now."""
        self._copy(COPY, KEPT)

    def restore(self) -> None:
        """Everything is as it was; nobody is told."""
        self._copy(KEPT, COPY)

    def _copy(self, source: str, target: str) -> None:
        connections.close_all()
        with ways.home(self.server), database.superuser() as server:
            _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", target)
            made = "CREATE DATABASE {} TEMPLATE {} OWNER staytrue_owner STRATEGY FILE_COPY"
            _execute(server, made, target, source)
            database.open_database(server, target)


def _execute(server: psycopg.Connection, statement: str, *names: str) -> None:
    server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
