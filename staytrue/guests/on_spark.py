"""Recognition of a group that outgrew one machine, on Spark: features in, persons out, as Parquet.

The same keys, scorer and clustering as `matching.batch`, over key ranges and whole components, so the
partition is the same. The model is learned before, on one machine (`staytrue identity learn`). Needs
the extra `spark` and Java, on this machine and on the workers; nothing else here needs them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from pyarrow import parquet
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from staytrue.guests.matching import hubs, score
from staytrue.guests.matching.bands import Bands, may_join
from staytrue.guests.matching.cluster import Persons, persons
from staytrue.guests.matching.hubs import Hubs
from staytrue.guests.matching.keys import keys_of
from staytrue.guests.matching.model import PERSON, Model
from staytrue.guests.matching.normalise import Features
from staytrue.guests.matching.pairs import within
from staytrue.guests.matching.rarity import Rarities, Rarity
from staytrue.guests.matching.vectors import Bits, Index, Table
from staytrue.guests.matching.vetoes import HARD, Judge
from staytrue.hotel.names import sound

Batches = Iterator[pa.RecordBatch]
_ROUNDS_MAX = 40
_PAIRS = 50_000
_decoder = msgspec.json.Decoder(Features)
_RARE: dict[str, Callable[[Features], str]] = {
    "given": lambda each: each.given,
    "surname": lambda each: each.surname,
    "year": lambda each: each.born[:4],
    "postcode": lambda each: each.postcode,
    "city": lambda each: each.city,
}


def write_features(features: Sequence[Features], path: Path) -> None:
    """Features as the Parquet file that `resolve` reads: `id` and `features` as JSON."""
    texts = [msgspec.json.encode(each).decode() for each in features]
    table = pa.table({"id": [each.id for each in features], "features": texts})
    parquet.write_table(table, path)


def read_persons(path: Path) -> dict[str, tuple[str, str]]:
    """Id → the least ids of whom it is likely, and surely, the same person as."""
    rows = parquet.read_table(path).to_pylist()
    return {row["id"]: (row["likely"], row["automatic"]) for row in rows}


def _decode(text: str) -> Features:
    # By name, for a decoder itself cannot be sent to the workers.
    return _decoder.decode(text)


@dataclass(frozen=True)
class _Known:
    """What every worker needs to know of all profiles."""

    model: Model
    salt: bytes
    bands: Bands
    found: Hubs
    rarities: Rarities
    profiles: int

    def seen(self, texts: pa.Array) -> list[Features]:
        """Profiles as they are compared."""
        return [self.found.applied(_decode(text)) for text in texts.to_pylist()]

    def evidence(self, table: Table, judge: Judge, against: int) -> Any:
        """As `matching.batch` gives it for its own table."""

        def evidence(left: Index, right: Index) -> tuple[Bits, Any]:
            vectors = table.compare(left, right)
            bits = score.margin(score.class_bits(self.model, vectors, self.profiles))
            return bits, (judge.vetoes(vectors.levels, left, right) & against) != 0

        return evidence


def resolve(
    spark: SparkSession, source: Path, target: Path, model: Model, salt: bytes, parts: int = 64
) -> None:
    """Read features from `source`, write `id`, `likely` and `automatic` to `target`.

    `parts` is the number of key ranges, each the work of one task.
    """
    # Places rise with the ids over all partitions: whatever is equal is decided in their order.
    profiles = (
        spark.read.parquet(str(source))
        .repartitionByRange(parts, "id")
        .sortWithinPartitions("id")
        .withColumn("place", f.monotonically_increasing_id())
        .persist()
    )
    known = _known(profiles, model, salt)
    pairs = _pairs(profiles, known, parts)
    scored = _scored(profiles, pairs, known, parts).persist()
    component = _components(profiles, scored)
    found = _persons(profiles, scored, component, known, parts)
    found.write.mode("overwrite").parquet(str(target))
    scored.unpersist()
    profiles.unpersist()


def _known(profiles: DataFrame, model: Model, salt: bytes) -> _Known:
    """Hubs and rarities, counted where the profiles are."""
    uses = profiles.mapInArrow(_uses, "field string, value string, sound string")
    counts = uses.groupBy("field", "value").agg(
        f.count("*").alias("profiles"), f.count_distinct("sound").alias("surnames")
    )
    findings = [
        finding
        for row in counts.filter(f.col("surnames") > hubs.SHARED_ABOVE).collect()
        if (finding := hubs.finding_of(row.field, row.value, row.profiles, row.surnames))
    ]
    values = profiles.mapInArrow(_values, "field string, value string")
    by_field: dict[str, Counter[str]] = {}
    for row in values.groupBy("field", "value").count().collect():
        by_field.setdefault(row.field, Counter())[row.value] = row["count"]
    findings += hubs.often_born(by_field.pop("born", Counter()))
    rare = {name: Rarity.counted(by_field.get(name, Counter())) for name in _RARE}
    others = tuple(
        Rarity.counted(by_field.get(f"other.{name}", Counter())) for name in model.others
    )
    return _Known(
        model, salt, Bands(), hubs.of_findings(findings), Rarities(**rare, others=others),
        profiles.count(),
    )  # fmt: skip


def _uses(batches: Batches) -> Batches:
    """Who uses which value, by the sound of the surname."""
    for batch in batches:
        rows = []
        for text in batch["features"].to_pylist():
            each = _decode(text)
            heard = sound(each.surname) if each.surname else None
            rows += [(field, value, heard) for field, of in hubs.VALUES for value in of(each)]
        yield _batch(rows, ("field", "value", "sound"), pa.string())


def _values(batches: Batches) -> Batches:
    """The values whose rarity counts, and whole birth dates."""
    for batch in batches:
        rows = []
        for text in batch["features"].to_pylist():
            each = _decode(text)
            rows += [(name, value) for name, of in _RARE.items() if (value := of(each))]
            rows += [(f"other.{name}", value) for name, value in each.others if value]
            rows += [("born", each.born)] * (len(each.born) > 4)
        yield _batch(rows, ("field", "value"), pa.string())


def _pairs(profiles: DataFrame, known: _Known, parts: int) -> DataFrame:
    """Everybody who meets somebody, each pair once; a key is never in two ranges."""

    def keys(batches: Batches) -> Batches:
        for batch in batches:
            features = [_decode(text) for text in batch["features"].to_pylist()]
            rows = [
                (key, place)
                for each, place in zip(features, batch["place"].to_pylist(), strict=True)
                for key in keys_of(each, known.salt, known.found.generic)
            ]
            yield _batch(rows, ("key", "place"), pa.int64())

    def meet(batches: Batches) -> Batches:
        table = pa.Table.from_batches(
            batches, pa.schema([("key", pa.int64()), ("place", pa.int64())])
        )
        places, owners = np.unique(table["place"].to_numpy(), return_inverse=True)
        keys = table["key"].to_numpy()
        order = np.lexsort((owners, keys))
        left, right = within(keys[order], owners[order], max(len(places), 1))
        for start in range(0, len(left), _PAIRS):
            end = start + _PAIRS
            yield pa.record_batch(
                {"left": places[left[start:end]], "right": places[right[start:end]]}
            )

    return (
        profiles.mapInArrow(keys, "key long, place long")
        .repartitionByRange(parts, "key")
        .mapInArrow(meet, "left long, right long")
        .distinct()
    )


def _scored(profiles: DataFrame, pairs: DataFrame, known: _Known, parts: int) -> DataFrame:
    """The pairs above the floor, and whether the score alone may join them."""

    def compare(batches: Batches) -> Batches:
        for batch in batches:
            count = batch.num_rows
            table, judge = _tables(known, known.seen(batch["one"]) + known.seen(batch["other"]))
            left = np.arange(count, dtype=np.int64)
            vectors = table.compare(left, left + count)
            bits = score.class_bits(known.model, vectors, known.profiles)
            person = score.posteriors(bits)[:, PERSON]
            vetoes = judge.vetoes(vectors.levels, left, left + count)
            sure = may_join(known.model.fields, vectors.levels, person, known.bands) & (vetoes == 0)
            shown = np.flatnonzero(person >= known.bands.review)
            yield pa.record_batch(
                {
                    "left": batch["left"].take(pa.array(shown)),
                    "right": batch["right"].take(pa.array(shown)),
                    "sure": pa.array(sure[shown]),
                }
            )

    ones = profiles.select(f.col("place").alias("left"), f.col("features").alias("one"))
    others = profiles.select(f.col("place").alias("right"), f.col("features").alias("other"))
    joined = pairs.join(ones, "left").join(others, "right")
    return joined.repartition(parts).mapInArrow(compare, "left long, right long, sure boolean")


def _components(profiles: DataFrame, scored: DataFrame) -> DataFrame:
    """Each profile with the least place it hangs together with: labels sink until all stand still."""
    ends = scored.select("left", "right")
    both = ends.union(ends.select(f.col("right"), f.col("left"))).toDF("place", "near").persist()
    labels = profiles.select("place", f.col("place").alias("label"))
    for _ in range(_ROUNDS_MAX):
        near = both.join(labels.withColumnRenamed("place", "near"), "near")
        least = near.groupBy("place").agg(f.min("label").alias("least"))
        sunk = labels.join(least, "place", "left").select(
            "place", f.least("label", "least").alias("sunk"), "label"
        )
        # And on to where that one has sunk, so that long chains take few rounds.
        further = sunk.select(f.col("place").alias("sunk"), f.col("sunk").alias("further"))
        after = sunk.join(further, "sunk").select(
            "place",
            f.col("further").alias("label"),
            (f.col("further") != f.col("label")).alias("moved"),
        )
        after = after.localCheckpoint()
        labels = after.select("place", "label")
        if not after.filter("moved").head(1):
            return labels
    return labels


def _persons(
    profiles: DataFrame, scored: DataFrame, component: DataFrame, known: _Known, parts: int
) -> DataFrame:
    """Who is whom, whole components at a time."""

    def cluster(members: pa.Table, edges: pa.Table) -> pa.Table:
        members = members.sort_by("place")
        places = members["place"].to_numpy()
        table, judge = _tables(known, known.seen(members["features"].combine_chunks()))
        left = np.searchsorted(places, edges["left"].to_numpy())
        right = np.searchsorted(places, edges["right"].to_numpy())
        sure = edges["sure"].to_numpy(zero_copy_only=False).astype(bool)
        likely = persons(len(places), left, right, known.evidence(table, judge, HARD))
        automatic = persons(
            len(places), left, right, known.evidence(table, judge, ~0),
            along=sure, least=known.bands.within, contest=known.bands.contest,
        )  # fmt: skip
        ids = members["id"].to_numpy()
        return pa.table(
            {"id": ids, "likely": _named(ids, likely), "automatic": _named(ids, automatic)}
        )

    bucket = f.abs(f.hash("label")) % parts
    # Named apart, for both come from the same labels.
    homes = component.select("place", bucket.alias("bucket"))
    ties = component.select(f.col("place").alias("left"), bucket.alias("tied"))
    members = profiles.join(homes, "place").groupBy("bucket")
    edges = scored.join(ties, "left").groupBy("tied")
    return members.cogroup(edges).applyInArrow(
        cluster, "id string, likely string, automatic string"
    )


def _named(ids: Any, found: Persons) -> Any:
    return ids[found.of]


def _tables(known: _Known, features: list[Features]) -> tuple[Table, Judge]:
    return Table(features, known.rarities), Judge(features)


def _batch(
    rows: Sequence[tuple[Any, ...]], names: Sequence[str], kind: pa.DataType
) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    arrays = [pa.array(column, kind) for column in columns]
    return pa.RecordBatch.from_arrays(arrays, list(names))
