"""Kill the import, or the server under it, at random moments; run it again: the same state hash.

python -m tests.proofs.kill_import [--seed N] [--kills N] [--reservations N]
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from staytrue.kit import clock
from staytrue.lab import bulk
from tests.flow import homes
from tests.flow.homes import Home, eventually

# Small, so that many moments fall between two pages.
PAGE_ROWS = 2_000
COUNTS = ("read", "created", "changed", "unchanged", "parked_count", "refused")


@dataclass
class Trial:
    """A fresh home with a file to import, and what an undisturbed import of it comes to."""

    template: Home
    file: Path
    page_rows: int
    seconds: float = 0.0
    hash: str = ""
    counts: tuple[Any, ...] = ()

    def command(self) -> list[str]:
        """What is killed."""
        return [str(self.file), str(self.page_rows), "--json"]

    def start(self, home: Home) -> subprocess.Popen[str]:
        """Begin the import."""
        return home.start(*self.command(), module="tests.flow.import_once")

    def finish(self, home: Home) -> dict[str, Any]:
        """Import without any trouble."""
        out, errors = self.start(home).communicate(timeout=600)
        assert out, errors
        answer: dict[str, Any] = json.loads(out)
        return answer


def prepare(place: Path, reservations: int, page_rows: int) -> Trial:
    """The template, and the undisturbed run."""
    template = homes.make(place / "template")
    files = bulk.write_bulk(place / "files", reservations, profiles=reservations // 2)
    trial = Trial(template, files.stays, page_rows)
    home = template.copy(place / "undisturbed")
    with homes.running(home):
        started = clock.monotonic()
        answer = trial.finish(home)
        trial.seconds = clock.monotonic() - started
        trial.hash, violations = home.state()
    assert not violations, violations
    trial.counts = tuple(answer[name] for name in COUNTS)
    return trial


def disturb(
    trial: Trial, place: Path, moment: float, *, rows: bool = False, server: bool = False
) -> str:
    """Kill at this share of the undisturbed time, or of its rows; run again and compare.

    Returns how far the killed one had come.
    """
    home = trial.template.copy(place)
    with homes.running(home):
        victim = trial.start(home)
        if rows:
            wanted = int(trial.counts[COUNTS.index("created")] * moment)
            eventually(lambda: victim.poll() is not None or _rows(home) > wanted, 300)
        try:
            victim.communicate(timeout=0 if rows else trial.seconds * moment)
        except subprocess.TimeoutExpired:
            if server:
                home.kill_server()
                said = json.loads(victim.communicate(timeout=120)[0])
                # It may have been about to connect, and started the server again itself.
                assert said["error"]["sentence"] if "error" in said else not said["refused"], said
            else:
                victim.kill()
                victim.communicate()
    with homes.running(home):
        left = _left(home)
        answer = trial.finish(home)
        found = tuple(answer[name] for name in COUNTS)
        hashed, violations = home.state()
        assert not violations, violations
        assert hashed == trial.hash, f"another state after a kill at {moment:.2f} ({left})"
        assert answer["seen_before"] or found == trial.counts, (found, trial.counts)
        assert home.leftovers() == ([], 0)
    return left


def _rows(home: Home) -> int:
    return int(home.query("SELECT count(*) FROM reservation")[0][0])


def _left(home: Home) -> str:
    """How far the killed import had come."""
    ((deliveries,),) = home.query("SELECT string_agg(state, ',' ORDER BY id) FROM delivery")
    return f"{deliveries or 'nothing kept'}, {_rows(home)} rows"


def main(arguments: Sequence[str] | None = None) -> None:
    """Ten kills of a sizeable import: of the server every third, between pages every second."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--reservations", type=int, default=60_000)
    given = parser.parse_args(arguments)
    rng = Random(given.seed)
    with tempfile.TemporaryDirectory() as name:
        trial = prepare(Path(name), given.reservations, PAGE_ROWS)
        print(f"undisturbed: {trial.seconds:.1f} s, {trial.hash}")
        for kill in range(given.kills):
            moment, server, rows = rng.uniform(0.1, 1.0), kill % 3 == 2, kill % 2 == 1
            place = Path(name) / f"kill-{kill}"
            left = disturb(trial, place, moment, rows=rows, server=server)
            shutil.rmtree(place)
            victim = "server" if server else "import"
            of = "rows" if rows else "time"
            print(f"{victim} killed at {moment:.2f} of its {of}: {left}; the same state after all")


if __name__ == "__main__":
    main()
