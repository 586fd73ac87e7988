"""The invented PMS and the mapping that ships for it speak of the same columns and words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from staytrue.connectors.export_files.mapping_file import load
from staytrue.kit.text import fold
from staytrue.lab import house
from staytrue.lab.files import CONSENT_WORDS, GUEST_COLUMNS, STAY_COLUMNS

WORDS: dict[str, Mapping[Any, str]] = {
    "status": house.STATUS_WORDS,
    "channel": house.CHANNEL_WORDS,
    "board": house.BOARD_WORDS,
    "segment": house.SEGMENT_WORDS,
    "payment": house.PAYMENT_WORDS,
}


@pytest.mark.parametrize(
    ("mapping", "columns"),
    [("staytrue_stays", STAY_COLUMNS), ("staytrue_guests", GUEST_COLUMNS)],
)
def test_every_column_is_read(mapping: str, columns: list[str]) -> None:
    assert set(load(mapping).columns) == set(columns)


@pytest.mark.parametrize("table", WORDS)
def test_every_word_means_what_was_meant(table: str) -> None:
    understood = load("staytrue_stays").values[table]
    for code, word in WORDS[table].items():
        assert understood[fold(word)] == code


def test_an_unknown_word_of_the_demo_stays_unknown() -> None:
    assert fold("TENT") not in load("staytrue_stays").values["status"]


def test_consent_words_are_understood() -> None:
    profile = load("staytrue_guests").profile
    assert profile is not None
    known = profile.consents[0].facts["values"]
    assert {known[fold(word)] for word in CONSENT_WORDS.values()} == {"in", "out"}
    assert all(known[fold(word)] == state for state, word in CONSENT_WORDS.items())
