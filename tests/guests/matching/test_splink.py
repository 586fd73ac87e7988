"""A model goes to Splink's file and back with the same weights, and Splink itself can run it."""

from __future__ import annotations

import pytest

from staytrue.guests.matching import splink
from staytrue.guests.matching.batch import Batch, Resolution
from staytrue.guests.matching.fields import EMAIL, SURNAME
from staytrue.guests.matching.model import PERSON, default
from staytrue.kit.errors import Refused


def test_weights_come_back_as_they_went(batch: Batch, resolution: Resolution) -> None:
    model, count = resolution.model, len(batch.features)
    again = splink.from_json(splink.as_json(model, count), model, count)
    assert again.weights == model.weights
    assert again.person_rate == pytest.approx(model.person_rate)
    other = batch.resolved(again)
    assert (other.likely.of == resolution.likely.of).all()
    assert (other.automatic.of == resolution.automatic.of).all()


def test_levels_of_another_model_are_spread_over_ours() -> None:
    levels = [
        {"sql_condition": "x IS NULL", "is_null_level": True},
        {"m_probability": 0.9, "u_probability": 0.1},
        {"m_probability": 0.1, "u_probability": 0.9},
    ]
    comparisons = [{"output_column_name": "last_name", "comparison_levels": levels}]
    document = {"comparisons": comparisons, "probability_two_random_records_match": 1e-4}
    model = splink.from_json(document, default(), 20_001)
    bits = model.weights[PERSON][SURNAME]
    assert bits[0] == bits[1] == pytest.approx(3.17, abs=0.01)
    assert bits[-1] == -bits[0]
    assert model.weights[PERSON][EMAIL] == default().weights[PERSON][EMAIL]
    assert model.person_rate == 1


def test_an_untrained_model_is_refused() -> None:
    with pytest.raises(Refused):
        splink.from_json({"comparisons": [{"output_column_name": "surname"}]}, default(), 100)


def test_splink_runs_the_exported_model(batch: Batch, resolution: Resolution) -> None:
    api = pytest.importorskip(
        "splink", reason="Splink is not installed: it is of the extra `bench`"
    )
    pandas = pytest.importorskip("pandas", reason="pandas comes with Splink")
    database = api.DuckDBAPI()
    table = database.register(pandas.DataFrame([splink.row(each) for each in batch.features]))
    linker = api.Linker(table, splink.as_json(resolution.model, len(batch.features)))
    found = linker.inference.predict(threshold_match_probability=0.5).as_pandas_dataframe()
    assert len(found) > len(batch.features) / 4
