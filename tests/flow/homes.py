"""Homes of their own with processes of their own: for tests that kill what they have started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from staytrue.kit import cluster, embedded
from staytrue.kit.home import own_secret
from tests.readied import migrated

ROOT = Path(__file__).parents[2]
SETTINGS = {
    "staytrue.properties": "*",
    "staytrue.actor": "tests",
    "staytrue.at": "2026-05-21T01:10:00Z",
}
_PAUSE = threading.Event()


@dataclass
class Home:
    """A home, spoken to as a person does: by commands."""

    path: Path

    def start(
        self, *arguments: str, module: str = "staytrue.cli", unread: bool = False
    ) -> subprocess.Popen[str]:
        """A command in a process of its own; `unread`, for one that logs for long, is not heard:
        it would wait for ever before a full pipe.
        """
        said = subprocess.DEVNULL if unread else subprocess.PIPE
        environment = os.environ | {"STAYTRUE_HOME": str(self.path)}
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=environment,
            cwd=ROOT,
            stdout=said,
            stderr=said,
            text=True,
        )

    def run(self, *arguments: str, module: str = "staytrue.cli") -> Any:
        """The JSON document a command answers, whatever it exits with."""
        process = self.start(*arguments, "--json", module=module)
        out, errors = process.communicate(timeout=300)
        assert out, errors
        return json.loads(out)

    def connect(self) -> psycopg.Connection[Any]:
        """A connection as the app's role."""
        socket, login = cluster.socket_directory(self.path / "postgres"), "staytrue_app"
        password = own_secret(self.path, login)
        return psycopg.connect(host=str(socket), dbname="staytrue", user=login, password=password)

    def query(self, statement: str, *values: Any) -> list[Any]:
        """Rows as the app's role sees them with every property in scope."""
        with self.connect() as server:
            for name, value in SETTINGS.items():
                server.execute("SELECT set_config(%s, %s, true)", [name, value])
            cursor = server.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def kill_server(self) -> None:
        """What an out-of-memory killer does to the postmaster."""
        pid = int((self.path / "postgres" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    def state(self) -> tuple[str, list[Any]]:
        """The hash of the mirror, and what is wrong with it."""
        said = self.run("verify", "mirror", "--hash")
        return said["hash"], said["violations"]

    def leftovers(self) -> tuple[list[str], int]:
        """Spooled folders, and staged rows."""
        spool = self.path / "spool"
        folders = [entry.name for entry in spool.iterdir() if entry.is_dir()]
        ((staged,),) = self.query(
            "SELECT (SELECT count(*) FROM stage_reservation) + (SELECT count(*) FROM stage_profile)"
        )
        return folders, staged

    def copy(self, to: Path) -> Home:
        """A home like this one, which nobody may use meanwhile; owners and modes stay."""
        subprocess.run(["cp", "--archive", str(self.path), str(to)], check=True)
        return Home(to)


@contextmanager
def running(home: Home) -> Iterator[Home]:
    """The home with its server, which ends with the block: the dead hold no lock."""
    with embedded.start(home.path):
        yield home


def make(path: Path) -> Home:
    """A home with Hotel Sirga and its connection by files, not running."""
    home = Home(path)
    migrated(path)
    home.run("init")
    home.run("property", "add", "BIO", "--name", "Hotel Sirga", "--timezone", "Europe/Madrid",
             "--country", "ES", "--currency", "EUR")  # fmt: skip
    inbox = path / "in"
    inbox.mkdir()
    home.run("connect", "bio-files", "--property", "BIO", "--dialect", "export_files",
             "--set", f"folder={inbox}", "--set", "mapping=staytrue_stays")  # fmt: skip
    return home


def eventually(condition: Callable[[], Any], seconds: int = 60) -> Any:
    """Wait for another process to have done something; its answer."""
    for _ in range(seconds * 10):
        if found := condition():
            return found
        _PAUSE.wait(0.1)
    raise AssertionError("it never came about")
