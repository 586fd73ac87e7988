"""Generated guests with their truth, resolved once for all tests of this folder."""

from __future__ import annotations

import pytest

from staytrue.guests.matching.batch import Batch, Resolution
from staytrue.guests.matching.normalise import Features, features_of_row
from staytrue.lab.doubles import TRUTH, Doubles

PROFILES = 2500


@pytest.fixture(scope="package")
def rows() -> list[dict[str, str]]:
    return Doubles(11).rows(PROFILES)


@pytest.fixture(scope="package")
def features(rows: list[dict[str, str]]) -> list[Features]:
    return [features_of_row(row) for row in rows]


@pytest.fixture(scope="package")
def person_of(rows: list[dict[str, str]]) -> dict[str, str]:
    return {row["id"]: row[TRUTH] for row in rows}


@pytest.fixture(scope="package")
def batch(features: list[Features]) -> Batch:
    return Batch(features, b"salt")


@pytest.fixture(scope="package")
def resolution(batch: Batch) -> Resolution:
    return batch.resolved(batch.learned("test"))
