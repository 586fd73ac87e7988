"""JSON: exact numbers, no doubled fields, no monsters, and a cut document is refused whole."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.connectors.export_files.opening import read_lines
from staytrue.kit.errors import Refused
from tests.connectors.export_files.corpus import CARD, mapping, opened, read

RULES = """
object = "reservation"
[file]
format = "json"
records = "data/stays"
[reservation]
number = "id"
status = "state"
arrival_on = "dates/from"
departure_on = "dates/to"
amount = "price"
tax_included = "gross"
notes = "notes"
[values.status]
OK = "confirmed"
[values.tax_included]
true = true
false = false
[[guests]]
role = "primary"
source_id = "guest/id"
[[guests.loyalty]]
each = "guest/cards"
programme = "name"
number = "no"
"""
LIST = mapping(RULES)
LINES = mapping(RULES.replace('"json"', '"jsonl"'))


def stay(number: str = "R1", more: str = "") -> str:
    return (
        f'{{"id": "{number}", "state": "OK", "dates": {{"from": "2026-05-21", "to": "2026-05-24"}}, '
        f'"price": 110.10, "gross": true{more}}}'
    )


def document(*stays: str) -> bytes:
    return f'{{"made": "2026", "data": {{"count": 2, "stays": [{", ".join(stays)}]}}}}'.encode()


def test_nested_fields_lists_and_exact_numbers_are_read(tmp_path: Path) -> None:
    more = ', "guest": {"id": "G1", "cards": [{"name": "GOLD", "no": 7}, {"name": "BLUE"}]}'
    got = read(tmp_path, document(stay("R1", more), stay("R2")), LIST, "stays.json")
    assert [one.number for one in got.stays] == ["R1", "R2"]
    assert got.stays[0].amount == Decimal("110.10")
    assert str(got.stays[0].amount) == "110.10"
    assert got.stays[0].tax_included is True
    assert [(card.programme, card.number) for card in got.profiles[0].loyalty] == [
        ("GOLD", "7"), ("BLUE", None),
    ]  # fmt: skip


def test_one_record_a_line_reads_the_same(tmp_path: Path) -> None:
    content = f"{stay('R1')}\n\n{stay('R2')}\n".encode()
    got = read(tmp_path, content, LINES, "stays.jsonl")
    assert [(line.number, one.number) for line, one in zip(got.lines, got.stays, strict=True)] == [
        (1, "R1"), (2, "R2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (', "state": "CXL"', "duplicate_field"),
        (', "n": ' + "9" * 5_000, "number"),
        (', "n": 1e400', "number"),
        (', "n": NaN', "number"),
        (', "n": -Infinity', "number"),
        (', "n": "\\ud800"', "characters"),
        (', "n": "\\u0000"', "characters"),
        (', "n": ' + "[" * 70 + "]" * 70, "too_deep"),
        (', "n": tru', "not_json"),
    ],
)
def test_a_hostile_record_is_parked_and_the_next_one_read(
    tmp_path: Path, more: str, code: str
) -> None:
    content = f"{stay('R1', more)}\n{stay('R2')}\n".encode()
    got = read(tmp_path, content, LINES, "stays.jsonl")
    assert [one.number for one in got.stays] == ["R2"]
    assert [(one.line, one.code) for one in got.parked] == [(1, code)]


def test_a_hundred_thousand_levels_are_no_crash(tmp_path: Path) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    assert read(tmp_path, f"{deep}\n".encode(), LINES, "a.jsonl").parked[0].code == "too_deep"
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, document(deep), LIST, "a.json")
    assert refusal.value.code == "too_deep"


def test_a_document_cut_at_any_byte_is_refused_whole(tmp_path: Path) -> None:
    content = document(stay("R1", ', "notes": "a ] \\" } b"'), stay("R2"))
    for length in range(1, len(content)):
        with pytest.raises(Refused):
            opened(tmp_path, content[:length], LIST, "stays.json")


@pytest.mark.parametrize(
    "content",
    [
        b'{"data": {"stays": [1,, 2]}}',
        b'{"data": {"stays": [1}}',
        b'{"data": {"stays": []}} x',
        b'{"data": {"stays": []}, "data": {}}',
        b'{"data": {"other": []}}',
        b'{"stays": []}',
        b"[]",
    ],
)
def test_a_document_of_another_shape_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Refused):
        opened(tmp_path, content, LIST, "stays.json")


def test_cards_are_gone_even_behind_escapes_and_as_numbers(tmp_path: Path) -> None:
    more = f', "notes": "\\u0034539148803436467", "raw": {CARD}, "x": ["4539 1488 0343 6467"]'
    facts = opened(tmp_path, document(stay(CARD, more)), LIST, "stays.json")
    kept = facts.spool.read_text()
    assert facts.masked_cards == 3
    assert kept.count("6467") == 4
    assert kept.count(CARD) == 1
    got = read(tmp_path, document(stay(CARD, more)), LIST, "stays.json").stays[0]
    assert (got.number, got.notes) == (CARD, "[card removed ••6467]")


words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


@given(
    records=st.lists(st.dictionaries(words, values, max_size=3), max_size=5),
    around=st.dictionaries(words, values, max_size=2),
    indent=st.sampled_from((None, 1)),
)
def test_the_splitter_finds_what_a_parser_finds(
    tmp_path_factory: pytest.TempPathFactory, records: list[object], around: dict[str, object],
    indent: int | None,
) -> None:  # fmt: skip
    folder = tmp_path_factory.mktemp("split")
    whole = {**around, "data": {"stays": records}}
    facts = opened(folder, json.dumps(whole, indent=indent).encode(), LIST, "stays.json")
    lines = facts.spool.read_text().splitlines()
    assert [json.loads(line) for line in lines] == records
    assert len(list(read_lines(facts.spool, LIST))) == len(records)
