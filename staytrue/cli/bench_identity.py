"""The identity bench: a crowd linked by ourselves and by Splink, in the same run (G3, G6).

Both read the same normalised profiles and learn on them without labels. Each runs in a process of its
own; memory is of that process and all its copies.
"""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from staytrue.cli.learning import CORES
from staytrue.cli.measuring import Measure, Memory
from staytrue.guests.matching import measures as quality
from staytrue.guests.matching.vectors import Index
from staytrue.lab import linking
from staytrue.lab.doubles import Noise
from staytrue.lab.linking import TRUE, Linked

SEED = 4_711
UNSEEN = ((20_260, Noise()), (20_261, Noise(typo=0.09, unaccented=0.6, born=0.25)))
"""Crowds that no weight or threshold was ever chosen on, the second with a more careless desk."""
_CROWD_MAX = 100_000
NOBODY = "not measured: splink is not installed"


def measures(profiles: int) -> Iterator[Measure]:
    """Seconds and memory from the file to the persons, then how right they are on unseen crowds."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        _alone(linking.write, folder, profiles, SEED)
        mine, held = _measured(linking.ours, folder, CORES)
        theirs, theirs_held = _splinks(folder)
        yield _measure("identity.batch", mine.seconds, "s", theirs and theirs.seconds)
        yield _measure("identity.batch.memory", held, "MB", theirs and theirs_held)
        yield from _qualities("identity", folder, mine, theirs)
    for number, (seed, noise) in enumerate(UNSEEN, 1):
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            folder = Path(name)
            _alone(linking.write, folder, min(profiles, _CROWD_MAX), seed, noise)
            mine, _ = _measured(linking.ours, folder, CORES)
            theirs, _ = _splinks(folder)
            yield from _qualities(f"identity.unseen{number}", folder, mine, theirs)


def _splinks(folder: Path) -> tuple[Linked | None, float]:
    if not linking.has_splink():
        return None, 0.0
    return _measured(linking.splinks, folder)


def _measured(work: Callable[..., Linked], *arguments: Any) -> tuple[Linked, float]:
    """The answer, and the megabytes that its process held at most."""
    with Memory() as memory:
        found: Linked = _alone(work, *arguments)
    return found, memory.peak_bytes / 1_000_000


def _alone(work: Callable[..., Any], *arguments: Any) -> Any:
    """Done by a process of its own, which begins with nothing."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(work, *arguments).result()


def _qualities(name: str, folder: Path, mine: Linked, theirs: Linked | None) -> Iterator[Measure]:
    """F1 by pairs and by profiles (B³); of Splink at the share that suits it best."""
    truth: Index = np.load(folder / TRUE)
    for unit, measure in (("F1", quality.pairwise), ("B³ F1", quality.b_cubed)):
        own, best = (
            max((measure(np.load(path), truth).f1 for path in of.labels.values()), default=None)
            if of
            else None
            for of in (mine, theirs)
        )
        label = f"{name}.{'pairwise' if unit == 'F1' else 'b3'}"
        yield _measure(label, own or 0.0, unit, best, places=4)


def _measure(
    name: str, value: float, unit: str, yardstick: float | None, places: int = 2
) -> Measure:
    if yardstick is None:
        return Measure(name, round(value, places), f"{unit} ({NOBODY})", None, None)
    ratio = round(value / yardstick, 3)
    return Measure(name, round(value, places), unit, round(yardstick, places), ratio)
