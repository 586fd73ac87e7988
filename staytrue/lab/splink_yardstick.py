"""Splink on DuckDB as an expert sets it up: one comparison per fact, rare values, trained by itself.

Imported by name only where the packages are (extra `bench`).
"""

from __future__ import annotations

import logging
from pathlib import Path

import duckdb
import splink.comparison_level_library as level
import splink.comparison_library as compare
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from staytrue.kit import clock
from staytrue.lab.linking import ROWS, Linked, Scores

_SHARE = 0.95
_FLOOR_BITS = -10
_MET_BY = (
    ("email",), ("phone",), ("card",), ("loyalty",), ("document",), ("given", "surname"),
    ("born", "surname"), ("born", "given"), ("surname", "postcode"), ("line", "postcode"),
)  # fmt: skip
_SURE = (
    ("document",), ("loyalty",), ("given", "surname", "email"), ("given", "surname", "phone"),
    ("given", "surname", "born"),
)  # fmt: skip
_SURE_RECALL = 0.6
# Names and birth dates are learned where a document says that it is one person: learned where an
# e-mail, a phone or a card agrees, couples teach that one person bears any given name.
_TRAINED_BY = (("document",), ("given", "surname"))


def splinks(folder: Path, *, by_our_keys: bool) -> Linked:
    """The pairs as Splink sees them, training included, met by ten rules or by all our keys."""
    started = clock.monotonic()
    # Its progress would stand among our answers.
    logging.disable(logging.WARNING)
    base = duckdb.connect()
    base.execute("SET enable_progress_bar = false")
    base.execute(
        "CREATE TABLE profile AS SELECT * REPLACE (string_split(keys, ' ') AS keys)"
        " FROM read_csv(?, all_varchar=true, nullstr='')",
        [str(folder / ROWS)],
    )
    linker = _trained(base, by_our_keys=by_our_keys)
    found = linker.inference.predict(threshold_match_weight=_FLOOR_BITS)
    linker.clustering.cluster_pairwise_predictions_at_threshold(
        found, threshold_match_probability=_SHARE
    )
    seconds = clock.monotonic() - started
    # The ids are places.
    rows = base.execute(
        "SELECT CAST(id_l AS BIGINT) AS one, CAST(id_r AS BIGINT) AS other, match_weight"
        f" FROM {found.physical_name}"
    ).fetchnumpy()
    scores = Scores(rows["one"], rows["other"], rows["match_weight"])
    return Linked(seconds, {}, scores.written(folder / f"splink-{by_our_keys}.npz"))


def _trained(base: duckdb.DuckDBPyConnection, *, by_our_keys: bool) -> Linker:
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        comparisons=[
            _name("given", "given_root"),
            _name("surname", "surname_first"),
            _born(),
            _email(),
            _phone(),
            _place(),
            compare.ExactMatch("card").configure(term_frequency_adjustments=True),
            compare.ExactMatch("loyalty"),
            compare.ExactMatch("document"),
        ],
        blocking_rules_to_generate_predictions=[block_on("keys", arrays_to_explode=["keys"])]
        if by_our_keys
        else [block_on(*names) for names in _MET_BY],
    )
    linker = Linker(DuckDBAPI(base).register("profile"), settings)
    learn = linker.training
    sure = [block_on(*names) for names in _SURE]
    learn.estimate_probability_two_random_records_match(sure, recall=_SURE_RECALL)
    # Ten times as many pairs take longer and change no figure.
    learn.estimate_u_using_random_sampling(max_pairs=1e6)
    for names in _TRAINED_BY:
        learn.estimate_parameters_using_expectation_maximisation(block_on(*names))
    return linker


def _name(column: str, alias: str) -> compare.CustomComparison:
    return compare.CustomComparison(
        [
            level.NullLevel(column),
            _counted(column),
            _same(alias),
            _level("given_l = surname_r AND given_r = surname_l"),
            *(_like(column, least) for least in (0.92, 0.88, 0.8)),
            level.ElseLevel(),
        ],
        column,
    )


def _born() -> compare.CustomComparison:
    swapped = "substr(born_{0}, 6, 2) = substr(born_{1}, 9, 2)"
    year = "left(born_l, 4) = left(born_r, 4)"
    day_for_month = f"{swapped.format('l', 'r')} AND {swapped.format('r', 'l')}"
    return compare.CustomComparison(
        [
            level.NullLevel("born"),
            _level("born_l = born_r AND length(born_l) > 4"),
            _level("damerau_levenshtein(born_l, born_r) <= 1 AND length(born_l) = length(born_r)"),
            _level(f"{year} AND {day_for_month}"),
            _level(year),
            level.ElseLevel(),
        ],
        "born",
    )


def _email() -> compare.CustomComparison:
    return compare.CustomComparison(
        [
            level.NullLevel("email"),
            _counted("email"),
            _same("email_local"),
            _like("email", 0.95),
            level.ElseLevel(),
        ],
        "email",
    )


def _phone() -> compare.CustomComparison:
    return compare.CustomComparison(
        [
            level.NullLevel("phone"),
            _counted("phone_nine"),
            _level("damerau_levenshtein(phone_nine_l, phone_nine_r) <= 1"),
            level.ElseLevel(),
        ],
        "phone",
    )


def _place() -> compare.CustomComparison:
    """One comparison, because line, postcode and city of a home come together."""
    missing = (f"({name}_l IS NULL OR {name}_r IS NULL)" for name in ("home", "postcode", "city"))
    nearby = "(postcode_l = postcode_r OR city_l = city_r)"
    return compare.CustomComparison(
        [
            _level(" AND ".join(missing)).configure(is_null_level=True),
            _counted("home"),
            _level(f"jaro_winkler_similarity(line_l, line_r) >= 0.9 AND {nearby}"),
            _counted("postcode"),
            _counted("city"),
            level.ElseLevel(),
        ],
        "place",
    )


def _counted(column: str) -> level.ExactMatchLevel:
    """The same, which tells more of a rare value."""
    return level.ExactMatchLevel(column, term_frequency_adjustments=True)


def _same(column: str) -> level.CustomLevel:
    return _level(f"{column}_l = {column}_r")


def _like(column: str, least: float) -> level.JaroWinklerLevel:
    return level.JaroWinklerLevel(column, least)


def _level(condition: str) -> level.CustomLevel:
    return level.CustomLevel(condition, condition)
