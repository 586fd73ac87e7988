"""`staytrue identity evaluate` works on any file of profiles with its truth, without a database."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from staytrue.lab.doubles import Doubles
from tests.cli.conftest import run


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("doubles") / "profiles.csv"
    Doubles(8).write(path, 1200)
    return path


def test_quality_is_measured_end_to_end(file: Path) -> None:
    ran = run("identity", "evaluate", file, "--truth", "person", "--json")
    assert ran.code == 0, ran.err
    answer = ran.document
    assert set(answer["pairwise"]) == set(answer["b3"]) == {"precision", "recall", "f1"}
    assert answer["pairwise"]["f1"] > 0.85
    assert answer["automatic"]["precision"] > 0.97
    assert 0 < answer["review_share"] < 1
    assert answer["ceiling"] > 0.9
    assert answer["seconds"] > 0
    assert answer["peak_mb"] > 0


def test_people_read_the_same_in_words(file: Path) -> None:
    ran = run("identity", "evaluate", file, "--truth", "person")
    assert ran.code == 0
    assert "pairwise" in ran.out
    assert "review list" in ran.out


def test_other_headings_are_mapped(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    with file.open(encoding="utf-8") as lines, other.open("w", encoding="utf-8") as out:
        writer = csv.writer(out)
        for number, row in enumerate(csv.DictReader(lines)):
            if not number:
                writer.writerow(("who", "vor", "nach", "geb", "post"))
            names = ("person", "first_name", "last_name", "birth_date", "email")
            writer.writerow(row[name] for name in names)
    words = ("first_name=vor", "last_name=nach", "birth_date=geb", "email=post")
    maps = [word for text in words for word in ("--map", text)]
    ran = run("identity", "evaluate", other, "--truth", "who", *maps, "--json")
    assert ran.code == 0, ran.err
    assert ran.document["automatic"]["precision"] > 0.95


def test_a_saved_model_gives_the_same_answer_again(file: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.json"
    words = ("identity", "evaluate", file, "--truth", "person", "--json")
    first = run(*words, "--save-model", model).document
    again = run(*words, "--model", model).document
    assert {**first, "seconds": 0, "peak_mb": 0} == {**again, "seconds": 0, "peak_mb": 0}


@pytest.mark.parametrize(
    ("words", "code"),
    [(("--truth", "nobody"), 2), (("--truth", "person", "--map", "email=none"), 1), ((), 2)],
)
def test_wrong_use_is_said_in_one_line(file: Path, words: tuple[str, ...], code: int) -> None:
    ran = run("identity", "evaluate", file, *words)
    assert ran.code == code
    assert len(ran.err.splitlines()) == 1


def test_what_is_no_model_is_refused(file: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.json"
    model.write_text(json.dumps({"form": 1}))
    ran = run("identity", "evaluate", file, "--truth", "person", "--model", model)
    assert ran.code == 1
    assert "no model" in ran.err


def test_other_marks_between_columns_and_ids_that_repeat_are_no_obstacle(
    file: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.csv"
    with file.open(encoding="utf-8") as lines, other.open("w", encoding="utf-8-sig") as out:
        rows = list(csv.DictReader(lines))
        writer = csv.DictWriter(out, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows({**row, "id": "7"} for row in rows)
    assert run("identity", "evaluate", other, "--truth", "person").code == 0
    ran = run("identity", "evaluate", other, "--truth", "person", "--map", "id=id")
    assert ran.code == 1
    assert "same id" in ran.err


def test_a_file_without_profiles_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("id,person\n")
    assert run("identity", "evaluate", empty, "--truth", "person").code == 1
