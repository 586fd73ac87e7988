"""A crowd of doubles linked by ourselves and by Splink, from the same normalised file: for benches.

Every part runs in a process of its own, so that the memory of one is not another's.
"""

from __future__ import annotations

import csv
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from staytrue.guests.matching import hubs, splink
from staytrue.guests.matching.batch import Batch
from staytrue.guests.matching.compare import SHARED
from staytrue.guests.matching.keys import keys_of
from staytrue.guests.matching.measures import Quality
from staytrue.guests.matching.normalise import Features, features_of_row
from staytrue.guests.matching.vectors import Bits, Index
from staytrue.kit import clock
from staytrue.lab.doubles import TRUTH, Doubles, Noise

OURS, ROWS, TRUE = "features.jsonl", "rows.csv", "truth.npy"
_SALT = b"bench"


class Linked(NamedTuple):
    """Seconds from the file to the persons; the file of each profile's person by the band from
    which pairs are joined (of Splink none: see `joined`); and the file of the scored pairs.
    """

    seconds: float
    persons: dict[str, str]
    pairs: str


class Scores(NamedTuple):
    """Pairs of places and the bits for one person."""

    left: Index
    right: Index
    bits: Bits

    @classmethod
    def read(cls, path: str) -> Scores:
        """Those of a file of `written`."""
        with np.load(path) as file:
            return cls(file["left"], file["right"], file["bits"])

    def written(self, path: Path) -> str:
        """Kept in this file; its name."""
        np.savez(path, **self._asdict())
        return str(path)


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
    found = hubs.found(features)
    with (folder / ROWS).open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(_row(features[0], found)))
        table.writeheader()
        table.writerows(_row(each, found) for each in features)


def _row(features: Features, found: hubs.Hubs) -> dict[str, str | None]:
    """A profile for Splink, with the work of ours that an expert would do before: values of
    agencies are gone, the home is one text, and our keys are there to meet by.
    """
    row = splink.row(found.applied(features))
    where = row["postcode"] or row["city"]
    return {
        **{name: text and text.removeprefix(SHARED) for name, text in row.items()},
        "home": f"{row['line']} {where}" if row["line"] and where else None,
        "keys": " ".join(map(str, keys_of(features, _SALT, found.generic))),
    }


def ours(folder: Path, processes: int) -> Linked:
    """The persons as we see them, training included."""
    started = clock.monotonic()
    decode = msgspec.json.Decoder(Features).decode
    with (folder / OURS).open("rb") as lines:
        batch = Batch([decode(line) for line in lines], _SALT, processes=processes)
    resolution = batch.resolved(batch.learned())
    seconds = clock.monotonic() - started
    persons = {}
    for band in ("likely", "automatic"):
        path = folder / f"ours-{band}.npy"
        np.save(path, getattr(resolution, band).of)
        persons[band] = str(path)
    scored = resolution.scored
    pairs = Scores(scored.left, scored.right, scored.margin).written(folder / "ours.npz")
    return Linked(seconds, persons, pairs)


def splinks(folder: Path, *, by_our_keys: bool) -> Linked:
    """The pairs as Splink sees them, where it is installed."""
    found: Linked = import_module("staytrue.lab.splink_yardstick").splinks(
        folder, by_our_keys=by_our_keys
    )
    return found


def joined(profiles: int, scores: Scores, least: float) -> Index:
    """Each profile's person as Splink makes them: whoever hangs together by pairs of `least` bits."""
    pairs = scores.bits >= least
    links = (np.ones(int(pairs.sum()), np.int8), (scores.left[pairs], scores.right[pairs]))
    graph = coo_array(links, shape=(profiles, profiles))
    labels: Index = connected_components(graph, directed=False)[1].astype(np.int64)
    return labels


def best_of_pairs(scores: Scores, truth: Index) -> Quality:
    """The scored pairs themselves, nobody joined, from the bits that the truth says are best."""
    order = np.argsort(-scores.bits, kind="stable")
    right = np.cumsum((truth[scores.left] == truth[scores.right])[order])
    counts = np.unique(truth, return_counts=True)[1]
    true = int((counts * (counts - 1) // 2).sum())
    said = np.arange(1, len(order) + 1)
    f1 = 2 * right / (said + true)
    best = int(np.argmax(f1))
    return Quality(*(float(each[best]) for each in (right / said, right / true, f1)))
