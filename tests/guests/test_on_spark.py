"""On a cluster come out the persons that come out on one machine."""

from __future__ import annotations

import shutil
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from staytrue.guests.matching import model
from staytrue.guests.matching.batch import Batch
from staytrue.guests.matching.normalise import features_of_row
from staytrue.lab.doubles import Doubles

_LACKS = next(
    (
        reason
        for reason, is_there in (
            ("pyspark is not installed (extra spark)", find_spec("pyspark")),
            ("there is no Java on this machine", shutil.which("java")),
        )
        if not is_there
    ),
    "",
)


@pytest.mark.skipif(bool(_LACKS), reason=_LACKS)
@pytest.mark.proof
def test_a_small_cluster_finds_the_same_persons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    on_spark = import_module("staytrue.guests.on_spark")
    sql = import_module("pyspark.sql")
    features = [features_of_row(row) for row in Doubles(17).rows(600)]
    batch = Batch(features, b"salt")
    resolution = batch.resolved(model.default())
    ids = [each.id for each in resolution.features]
    wanted = {
        id_: (ids[likely], ids[automatic])
        for id_, likely, automatic in zip(
            ids, resolution.likely.of.tolist(), resolution.automatic.of.tolist(), strict=True
        )
    }
    # Each of the two has Python workers of its own, as on any cluster.
    spark = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.local.dir", str(tmp_path / "spark"))
        .getOrCreate()
    )
    try:
        on_spark.write_features(features, tmp_path / "features.parquet")
        on_spark.resolve(
            spark, tmp_path / "features.parquet", tmp_path / "persons", model.default(), b"salt", 2
        )
    finally:
        spark.stop()
    assert on_spark.read_persons(tmp_path / "persons") == wanted
    assert len({automatic for _, automatic in wanted.values()}) < len(features)
