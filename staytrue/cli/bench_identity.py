"""The identity bench: a crowd linked by ourselves and by Splink, in the same run (G3, G6).

Both read the same normalised profiles and learn on them without labels. Each runs in a process of its
own; memory is of that process and all its copies.
"""

from __future__ import annotations

import math
import multiprocessing
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from staytrue.cli.learning import CORES
from staytrue.cli.measuring import Measure, Memory
from staytrue.guests.matching import measures as quality
from staytrue.guests.matching.measures import Quality
from staytrue.guests.matching.vectors import Index
from staytrue.lab import linking
from staytrue.lab.doubles import Noise
from staytrue.lab.linking import TRUE, Linked, Scores

SEED = 4_711
UNSEEN = ((20_260, Noise()), (20_261, Noise(typo=0.09, unaccented=0.6, born=0.25)))
"""Crowds that no weight or threshold was ever chosen on, the second with a more careless desk."""
_CROWD_MAX = 100_000
STATED = math.log2(0.95 / 0.05)
"""From how many bits the user of Splink would have it join, who has no truth: a share of 0.95."""
LEAST_BITS = (*(half / 2 for half in range(-8, 61)), STATED)
"""From how many it may join where the truth chooses what suits it best."""
NOBODY = "not measured: splink is not installed"


def measures(profiles: int) -> Iterator[Measure]:
    """Seconds and memory from the file to the persons, then how right they are on unseen crowds."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        _alone(linking.write, folder, profiles, SEED)
        mine, held = _measured(linking.ours, folder, CORES)
        theirs = _splinks(folder, by_our_keys=False)
        seconds, theirs_held = (theirs[0][0].seconds, theirs[0][1]) if theirs else (None, None)
        yield _measure("identity.batch", mine.seconds, "s", seconds)
        yield _measure("identity.batch.memory", held, "MB", theirs_held)
        yield from _qualities("identity", folder, mine, [linked for linked, _ in theirs])
    for number, (seed, noise) in enumerate(UNSEEN, 1):
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            folder = Path(name)
            _alone(linking.write, folder, min(profiles, _CROWD_MAX), seed, noise)
            mine, _ = _measured(linking.ours, folder, CORES)
            # Ten rules make fewer chains, all our keys find more pairs: each figure has the better.
            theirs = _splinks(folder, by_our_keys=False) + _splinks(folder, by_our_keys=True)
            yield from _qualities(
                f"identity.unseen{number}", folder, mine, [linked for linked, _ in theirs]
            )


def _splinks(folder: Path, *, by_our_keys: bool) -> list[tuple[Linked, float]]:
    if not linking.has_splink():
        return []
    return [_measured(linking.splinks, folder, by_our_keys=by_our_keys)]


def _measured(work: Callable[..., Linked], *arguments: Any, **named: Any) -> tuple[Linked, float]:
    """The answer, and the megabytes that its process held at most."""
    with Memory() as memory:
        found: Linked = _alone(partial(work, *arguments, **named))
    return found, memory.peak_bytes / 1_000_000


def _alone(work: Callable[..., Any], *arguments: Any) -> Any:
    """Done by a process of its own, which begins with nothing."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(work, *arguments).result()


def _qualities(name: str, folder: Path, mine: Linked, theirs: list[Linked]) -> Iterator[Measure]:
    """F1 by pairs and by profiles (B³) of the persons that we say, beside Splink's at the bits that
    suit it best and at those it states; and of the pairs themselves, at the best bits of each.
    """
    truth: Index = np.load(folder / TRUE)
    likely: Index = np.load(mine.persons["likely"])
    scores = [Scores.read(each.pairs) for each in theirs]

    def persons(measure: Callable[[Index, Index], Quality], leasts: Iterable[float]) -> list[float]:
        return [
            measure(linking.joined(len(truth), each, least), truth).f1
            for each in scores
            for least in leasts
        ]

    for unit, part, measure in (
        ("F1", "pairwise", quality.pairwise),
        ("B³ F1", "b3", quality.b_cubed),
    ):
        own = measure(likely, truth).f1
        best = max(persons(measure, LEAST_BITS), default=None)
        stated = max(persons(measure, [STATED]), default=None)
        yield _measure(f"{name}.{part}", own, unit, best, places=4)
        yield _measure(f"{name}.{part}.stated", own, unit, stated, places=4)
    own = linking.best_of_pairs(Scores.read(mine.pairs), truth).f1
    best = max((linking.best_of_pairs(each, truth).f1 for each in scores), default=None)
    yield _measure(f"{name}.pairs", own, "F1", best, places=4)


def _measure(
    name: str, value: float, unit: str, yardstick: float | None, places: int = 2
) -> Measure:
    if yardstick is None:
        return Measure(name, round(value, places), f"{unit} ({NOBODY})", None, None)
    ratio = round(value / yardstick, 3)
    return Measure(name, round(value, places), unit, round(yardstick, places), ratio)
