"""`staytrue identity run`, `learn` and `explain`: on a home, and on a file alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from staytrue.lab.doubles import Doubles
from tests.cli.conftest import Cli, run

_PARTS = ("before", "bits", "parts", "shares", "vetoes", "rule", "rival")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("doubles") / "profiles.csv"
    Doubles(8).write(path, 600)
    return path


def adds_up(document: dict[str, Any]) -> bool:
    return document["before"] + sum(part["bits"] for part in document["parts"]) == document["bits"]


def test_the_reason_of_two_rows_of_a_file_adds_up_exactly(file: Path) -> None:
    for other in range(1, 12):
        ran = run("identity", "explain", "00000000", f"{other:08d}", "--file", file, "--json")
        assert ran.code == 0, ran.err
        assert set(_PARTS) <= set(ran.document)
        assert adds_up(ran.document)
    assert "sum" in run("identity", "explain", "00000000", "00000001", "--file", file).out
    nobody = run("identity", "explain", "00000000", "nobody", "--file", file)
    assert nobody.code == 1
    assert "no profile nobody" in nobody.err


def test_a_model_goes_out_to_splink_and_comes_back_as_good(file: Path, tmp_path: Path) -> None:
    own, theirs = tmp_path / "model.json", tmp_path / "splink.json"
    ran = run("identity", "learn", file, "--save-model", own, "--splink-out", theirs, "--json")
    assert ran.code == 0, ran.err
    assert ran.document["published"] is None
    assert ran.document["wrong_per_10000"] < 200
    assert json.loads(theirs.read_text())["comparisons"]
    words = ("identity", "evaluate", file, "--truth", "person", "--json", "--model")
    f1 = [run(*words, model).document["pairwise"]["f1"] for model in (own, theirs)]
    assert abs(f1[0] - f1[1]) < 0.0005


def test_a_model_in_which_less_agreement_counts_more_is_refused(file: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.json"
    run("identity", "learn", file, "--save-model", model)
    document = json.loads(model.read_text())
    phones = document["weights"]["person"]["phone"]
    phones["exact"], phones["different"] = phones["different"], phones["exact"]
    model.write_text(json.dumps(document))
    ran = run("identity", "learn", file, "--model", model)
    assert ran.code == 1
    assert "less agreement would count more" in ran.err


def test_a_house_is_recognised_and_its_pairs_explained(filled: Cli, tmp_path: Path) -> None:
    counted = filled("identity", "run", "--dry-run", "--json").document
    # Another test may have had some recognised already: the home is shared.
    everybody = counted["profiles"] + counted["not_recognised"]
    done = filled("identity", "run", "--json").document
    assert done["guests"] < done["profiles"] == everybody
    counted = filled("identity", "run", "--dry-run", "--json").document
    assert (counted["profiles"], counted["not_recognised"]) == (done["profiles"], 0)
    assert counted["joined by phone"] > 0
    again = filled("identity", "run", "--keep-model", "--json").document
    assert again["guests"] == done["guests"]
    assert again["refreshed"] == 0
    why = filled("identity", "explain", "1", "2", "--json").document
    assert adds_up(why)
    saved = tmp_path / "model.json"
    learned = filled("identity", "learn", "--save-model", saved, "--json").document
    assert learned["published"]
    assert saved.exists()
