"""Ten thousand stays on the real code: worlds one after the other, each on a database of its own.

python -m tests.proofs.rig_full [--worlds N] [--stays N] [--hours N] [--seed N]
What is finished is written down at once; a run that was cut goes on with the next world.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FIGURES = ROOT / "docs" / "proof" / "rig_full.json"


def main() -> int:
    """Play the worlds that are still missing; 1 where a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=5)
    parser.add_argument("--stays", type=int, default=2_000)
    parser.add_argument("--hours", type=int, default=48)
    parser.add_argument("--seed", type=int, default=100)
    given = parser.parse_args()
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    done = _done(commit, given.stays, given.hours)
    for seed in range(given.seed, given.seed + given.worlds):
        if str(seed) not in done:
            # The first of all is a calm one: it must not be silent either.
            done[str(seed)] = _play(seed, given.stays, given.hours, is_calm=seed == given.seed)
            _keep(commit, done)
    broken = sum(len(each["violations"]) for each in done.values())
    print(json.dumps({"seed": given.seed, "worlds": len(done)} | _total(done)))
    return 1 if broken else 0


def _done(commit: str, stays: int, hours: int) -> dict[str, Any]:
    known = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.is_file() else {}
    size = {"stays": stays, "hours": hours}
    return {
        seed: world for seed, world in known.get("worlds", {}).items()
        if known["commit"] == commit and size.items() <= world["plan"].items()
    }  # fmt: skip


def _play(seed: int, stays: int, hours: int, *, is_calm: bool) -> dict[str, Any]:
    from django.conf import settings  # noqa: PLC0415 - Django must stand before

    from staytrue.kit import clock  # noqa: PLC0415
    from staytrue.lab.rigs.full import campaign  # noqa: PLC0415
    from tests import databases  # noqa: PLC0415
    from tests.lab.rigs.vault import Vault  # noqa: PLC0415

    begun, before = clock.monotonic(), settings.HOME
    with databases.prepared(), tempfile.TemporaryDirectory() as home:
        settings.HOME = Path(home)
        try:
            plan = campaign.Plan(seed, stays, hours, is_calm)
            # In every third world our own database is lost as well.
            kept = Vault(before) if seed % 3 == 0 and not is_calm else None
            report = campaign.run(plan, Path(home) / "files", kept)
        finally:
            settings.HOME = before
    return report.figures() | {"seconds": round(clock.monotonic() - begun, 1)}


def _total(worlds: dict[str, Any]) -> dict[str, int]:
    total: dict[str, int] = {}
    for world in worlds.values():
        told = {name: world[name] for name in ("letters", "due", "in_time", "unknown", "steps")}
        told |= world["shares"] | {
            "violations": len(world["violations"]),
            "unknowable": sum(world["unknowable"].values()),
            "faults": sum(world["faults"].values()),
        }
        for name, count in told.items():
            total[name] = total.get(name, 0) + count
    return total


def _keep(commit: str, worlds: dict[str, Any]) -> None:
    text = json.dumps({"commit": commit, "total": _total(worlds), "worlds": worlds}, indent=1)
    FIGURES.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staytrue.settings")
    os.environ.setdefault("STAYTRUE_HOSTS", "localhost,127.0.0.1,testserver")
    import django

    django.setup()
    raise SystemExit(main())
