"""A crowd of doubles linked by ourselves and by Splink, from the same normalised file: for benches.

Every part runs in a process of its own, so that the memory of one is not another's.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from staytrue.guests.matching import splink
from staytrue.guests.matching.batch import Batch
from staytrue.guests.matching.normalise import Features, features_of_row
from staytrue.kit import clock
from staytrue.lab.doubles import TRUTH, Doubles, Noise

OURS, ROWS, TRUE = "features.jsonl", "rows.csv", "truth.npy"
_SALT = b"bench"


class Linked(NamedTuple):
    """Seconds from the file to the persons, and the file of each profile's person by each share
    from which Splink joins (ours: the one that it says).
    """

    seconds: float
    labels: dict[str, str]


def has_splink() -> bool:
    """Whether there is somebody to measure against."""
    return find_spec("splink") is not None and find_spec("duckdb") is not None


def write(folder: Path, profiles: int, seed: int, noise: Noise | None = None) -> None:
    """The crowd, normalised, as either of the two reads it; and the truth."""
    rows = Doubles(seed, noise or Noise()).rows(profiles)
    features = [features_of_row(row) for row in rows]
    known: dict[str, int] = {}
    np.save(folder / TRUE, [known.setdefault(row[TRUTH], len(known)) for row in rows])
    encode = msgspec.json.Encoder().encode
    with (folder / OURS).open("wb") as out:
        out.writelines(encode(each) + b"\n" for each in features)
    with (folder / ROWS).open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(splink.row(features[0])))
        table.writeheader()
        table.writerows(map(splink.row, features))


def ours(folder: Path, processes: int) -> Linked:
    """The persons as we see them, training included."""
    started = clock.monotonic()
    decode = msgspec.json.Decoder(Features).decode
    with (folder / OURS).open("rb") as lines:
        batch = Batch([decode(line) for line in lines], _SALT, processes=processes)
    resolution = batch.resolved(batch.learned())
    path = folder / "ours.npy"
    np.save(path, resolution.likely.of)
    return Linked(clock.monotonic() - started, {"likely": str(path)})


def splinks(folder: Path) -> Linked:
    """The persons as Splink sees them, where it is installed."""
    found: Linked = import_module("staytrue.lab.splink_yardstick").splinks(folder)
    return found


def codes(ids: Iterable[str], persons: Iterable[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Persons as numbers, in the order of the ids."""
    known: dict[str, int] = {}
    rows = sorted(zip(ids, persons, strict=True))
    return np.array([known.setdefault(person, len(known)) for _, person in rows], np.int64)
