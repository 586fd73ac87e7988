"""Splink on DuckDB as it is meant to be used: a full model, ten blocking rules, trained by itself.

Imported by name only where the packages are (extra `bench`).
"""

from __future__ import annotations

import logging
from pathlib import Path

import duckdb
import numpy as np
import splink.comparison_library as compare
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from staytrue.kit import clock
from staytrue.lab.linking import ROWS, Linked, codes

SHARES = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999)
_MET_BY = (
    ("email",), ("phone",), ("card",), ("loyalty",), ("document",), ("given", "surname"),
    ("born", "surname"), ("born", "given"), ("surname", "postcode"), ("line", "postcode"),
)  # fmt: skip
_TRAINED_BY = (("surname", "given"), ("phone",), ("email",))


def splinks(folder: Path) -> Linked:
    """The persons as Splink sees them, training included; further shares are not counted."""
    started = clock.monotonic()
    # Its progress would stand among our answers.
    logging.disable(logging.WARNING)
    base = duckdb.connect()
    base.execute("SET enable_progress_bar = false")
    base.execute(
        "CREATE TABLE profile AS SELECT * FROM read_csv(?, all_varchar=true, nullstr='')",
        [str(folder / ROWS)],
    )
    linker = _trained(base)
    found = linker.inference.predict(threshold_match_probability=0.001)
    labels: dict[str, str] = {}
    seconds = 0.0
    for share in SHARES:
        clustered = linker.clustering.cluster_pairwise_predictions_at_threshold(
            found, threshold_match_probability=share
        )
        seconds = seconds or clock.monotonic() - started
        rows = base.execute(f"SELECT id, cluster_id FROM {clustered.physical_name}").fetchall()
        path = folder / f"splink-{share}.npy"
        np.save(path, codes(*zip(*rows, strict=True)))
        labels[str(share)] = str(path)
    return Linked(seconds, labels)


def _trained(base: duckdb.DuckDBPyConnection) -> Linker:
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        comparisons=[
            compare.JaroWinklerAtThresholds("given", [0.92, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            compare.JaroWinklerAtThresholds("surname", [0.92, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            compare.DamerauLevenshteinAtThresholds("born", [1, 2]),
            compare.JaroWinklerAtThresholds("email", [0.95]),
            compare.DamerauLevenshteinAtThresholds("phone", [1]),
            compare.JaroWinklerAtThresholds("line", [0.9]),
            compare.ExactMatch("postcode").configure(term_frequency_adjustments=True),
            *(compare.ExactMatch(name) for name in ("card", "loyalty", "document")),
        ],
        blocking_rules_to_generate_predictions=[block_on(*names) for names in _MET_BY],
    )
    api = DuckDBAPI(base)
    linker = Linker(api.register("profile"), settings)
    learn = linker.training
    sure = [block_on("email"), block_on("document")]
    learn.estimate_probability_two_random_records_match(sure, recall=0.5)
    learn.estimate_u_using_random_sampling(max_pairs=1e6)
    for names in _TRAINED_BY:
        learn.estimate_parameters_using_expectation_maximisation(block_on(*names))
    return linker
