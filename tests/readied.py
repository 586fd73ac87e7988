"""Homes that begin migrated: most tests of commands are not about how a database is made.

The tables are made once for each set of migrations, as `tests/databases.py` does, and the home that
holds them is copied. How a home is made from nothing is in `tests/kit` and `tests/cli/test_app.py`.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

from staytrue.kit import cluster
from tests.databases import template
from tests.early import PLACE


def migrated(home: Path) -> None:
    """Let this home begin with the tables of today and nothing in them."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    ready = _ready()
    for part in ("secrets", "postgres"):
        subprocess.run(["cp", "--archive", str(ready / part), str(home / part)], check=True)


def instead_of_initialise(home: Path, account: cluster.Account) -> None:
    """`cluster.initialise` for tests: the same outcome, with the tables in it."""
    if (home / "secrets").exists():
        _INITIALISE(home, account)
    else:
        migrated(home)


_INITIALISE = cluster.initialise


def _ready() -> Path:
    """The home to copy, not running; processes that need it at once wait for the first."""
    PLACE.mkdir(parents=True, exist_ok=True)
    ready = PLACE / template().replace("template", "ready")
    with (PLACE / "ready.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (ready / "made").exists():
            for old in PLACE.glob("ready_*"):
                shutil.rmtree(old)
            _make(ready)
            (ready / "made").touch()
    return ready


def _make(ready: Path) -> None:
    # A process of its own: this one's Django looks at another home.
    environment = os.environ | {"STAYTRUE_HOME": str(ready)}
    command = [sys.executable, "-m", "staytrue.cli", "migrate"]
    subprocess.run(command, env=environment, cwd=Path(__file__).parents[1], check=True,
                   capture_output=True)  # fmt: skip
