"""The planner's rig as a proof: every planted fault falls and is clean without, then very many stays.

python -m tests.proofs.planner [--stays N] [--seed N]
Each part is played by two processes: the same seed must end in the same state. What is finished is
written down at once; a run that was cut goes on with the next part while the product is the same.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staytrue.settings")
django.setup()

from staytrue.kit import clock  # noqa: E402 - Django must stand before
from staytrue.lab.mutants import MUTANTS, Mutant, planted  # noqa: E402
from staytrue.lab.rigs.planner.campaign import simulate  # noqa: E402

ROOT = Path(__file__).parents[2]
FIGURES = ROOT / "docs" / "proof" / "planner.json"
PART = 2_000
COUNTED = ("worlds", "steps", "sent", "unknown", "kills")


def main() -> int:
    """Run what is missing and keep the figures; 1 where a fault was missed or a promise broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stays", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--part", type=int, help="print one part and keep nothing")
    given = parser.parse_args()
    if given.part is not None:
        print(json.dumps(play(given.part)))
        return 0
    commit = _commit()
    told = _known(commit)
    for mutant in MUTANTS:
        if mutant.name not in told["faults"]:
            told["faults"][mutant.name] = tried(mutant)
            _keep(told)
    for seed in range(given.seed, given.seed + -(-given.stays // PART)):
        if str(seed) not in told["parts"]:
            told["parts"][str(seed)] = _twice(seed)
            _keep(told)
    found = sum(each["fell"] and each["clean_without"] for each in told["faults"].values())
    total = told["total"]
    print(json.dumps({"faults": len(MUTANTS), "found_and_clean_without": found} | total))
    return int(found < len(MUTANTS) or bool(total["violations"]) or bool(total["another_state"]))


def tried(mutant: Mutant) -> dict[str, Any]:
    """Its directed seed with the fault, and without."""
    with planted(mutant):
        found = simulate(mutant.seed, mutant.bookings, weather=mutant.weather)
    named = sorted({told.violation.invariant for told in found.broken})
    clean = simulate(mutant.seed, mutant.bookings, weather=mutant.weather)
    return {
        "seed": mutant.seed, "stays": mutant.bookings, "named_by": named,
        "fell": bool(mutant.invariants & set(named)), "clean_without": not clean.broken,
    }  # fmt: skip


def play(seed: int) -> dict[str, Any]:
    """One part: what was seen, and one hash of the whole way."""
    report = simulate(seed, PART)
    state = hashlib.sha256("".join(report.traces).encode()).hexdigest()
    counted = {name: getattr(report, name) for name in COUNTED}
    return {"stays": report.bookings, "violations": len(report.broken)} | counted | {"state": state}


def _twice(seed: int) -> dict[str, Any]:
    """The part by two processes at once, each with other hashes of words."""
    begun = clock.monotonic()
    words = [sys.executable, "-m", "tests.proofs.planner", "--part", str(seed)]

    def once(_: int) -> dict[str, Any]:
        said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
        found: dict[str, Any] = json.loads(said.stdout)
        return found

    with ThreadPoolExecutor(2) as both:
        one, other = both.map(once, range(2))
    return one | {"state_again": other["state"], "seconds": round(clock.monotonic() - begun, 1)}


def _known(commit: str) -> dict[str, Any]:
    known = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.is_file() else {}
    same = known.get("commit") == commit
    return known if same else {"commit": commit, "faults": {}, "parts": {}, "total": {}}


def _keep(told: dict[str, Any]) -> None:
    parts = list(told["parts"].values())
    told["total"] = {
        name: sum(each[name] for each in parts) for name in ("stays", "violations", *COUNTED)
    } | {"another_state": sum(each["state"] != each["state_again"] for each in parts)}
    FIGURES.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _commit() -> str:
    """The last that touched the product: a paper changes no result."""
    words = ["git", "log", "-1", "--format=%H", "--", "staytrue"]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    return said.stdout.strip()


if __name__ == "__main__":
    raise SystemExit(main())
