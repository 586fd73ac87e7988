"""The current fails: database and worker end at once, and what no disk held yet is gone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, connections

from staytrue.hotel.models import Property
from staytrue.inbox import notifications
from staytrue.inbox.writer import Writer
from staytrue.kit import cluster, embedded
from staytrue.lab.rigs.group import Group, Member
from staytrue.lab.rigs.houses import House
from staytrue.lab.rigs.weather import Killed

HASTY = ("ALTER SYSTEM SET synchronous_commit = off", "ALTER SYSTEM SET wal_writer_delay = '10s'")
"""A server set up for speed: what a cut takes away are seconds, and not a moment."""


class Power:
    """The current of one home. While it is on, its server runs."""

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self.used = [embedded.start(self.home)]

    def cut(self) -> None:
        """It fails and comes back: no checkpoint, no file that nobody had synced."""
        data = self.home / "postgres"
        arguments = ("stop", "-s", "-m", "immediate", "-w", "-D", data.name)
        cluster.run(cluster.account_for(data), "pg_ctl", *arguments, cwd=self.home)
        connections.close_all()
        shutil.rmtree(self.home / "spool", ignore_errors=True)
        self.used.append(embedded.start(self.home))

    def off(self) -> None:
        """The home is left, and its server stopped."""
        connections.close_all()
        for server in self.used:
            server.stop_if_last()


@dataclass
class Outages(Group):
    """A group whose current fails after each so many statements, in the middle of a turn."""

    power: Power | None = None
    cut_each: int = 0
    executed: int = 0
    is_dark: bool = False

    def add(self, house: House, property: Property, name: str = "") -> Member:
        """As ever; its calls are kept by who answers them in the web, durable before the answer."""
        member = super().add(house, property, name)
        writer = Writer()

        def receive(body: bytes) -> int:
            writer.keep(notifications.arrived(member.link.pk, body, now=self.clock()))
            return 200

        member.pushes.post = receive
        return member

    def turn(self) -> None:
        """A round, in which the current may fail; then nothing of this process goes on."""
        self.is_dark = False
        with connection.execute_wrapper(self._flicker):
            super().turn()

    def _flicker(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any
    ) -> Any:
        if self.is_dark:
            raise Killed
        self.executed += 1
        if self.power and self.cut_each and self.executed % self.cut_each == 0:
            self.happened["power"] = self.happened.get("power", 0) + 1
            self.is_dark = True
            self.power.cut()
            raise Killed
        return execute(sql, params, many, context)
