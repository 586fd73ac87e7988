"""Damaged files of every format: a refusal or records, never anything else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staytrue.connectors.export_files import mapping_file
from staytrue.connectors.export_files.mapping import Mapping
from staytrue.connectors.export_files.propose import propose
from staytrue.kit.errors import Misconfigured, Refused
from tests.connectors.export_files import test_reading_json, test_reading_xlsx, test_reading_xml
from tests.connectors.export_files.corpus import Read, csv, gzipped, mapping, read, zipped


class Whole(NamedTuple):
    name: str
    content: bytes
    rules: Mapping


WHOLE = (
    Whole("stays.csv", csv(), mapping()),
    Whole("stays.csv", csv(), mapping(rows_per_booking='"one"')),
    Whole("stays.csv.gz", gzipped(csv()), mapping()),
    Whole("stays.zip", zipped(("stays.csv", csv())), mapping()),
    Whole("stays.xlsx", test_reading_xlsx.book(test_reading_xlsx.ROW), test_reading_xlsx.RULES),
    Whole(
        "stays.json", test_reading_json.document(test_reading_json.stay()), test_reading_json.LIST
    ),
    Whole("stays.jsonl", (test_reading_json.stay() + "\n").encode(), test_reading_json.LINES),
    Whole("r.xml", test_reading_xml.report(test_reading_xml.stay("1")), test_reading_xml.OPERA),
)
damage = st.lists(
    st.tuples(
        st.integers(0, 1 << 14),
        st.sampled_from(("put", "set", "cut", "del")),
        st.binary(max_size=6),
    ),
    min_size=1,
    max_size=4,
)


def damaged(content: bytes, how: list[tuple[int, str, bytes]]) -> bytes:
    got = bytearray(content)
    for place, what, given_bytes in how:
        at = place % (len(got) + 1)
        if what == "put":
            got[at:at] = given_bytes
        elif what == "set":
            got[at : at + len(given_bytes)] = given_bytes
        elif what == "cut":
            del got[at:]
        else:
            del got[at : at + 3]
    return bytes(got)


def refusal_of(act: Callable[[], object]) -> tuple[object, Refused | Misconfigured | None]:
    try:
        return act(), None
    except (Refused, Misconfigured) as refusal:
        return None, refusal


@pytest.mark.parametrize("whole", WHOLE, ids=lambda whole: whole.name)
@given(how=damage)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_damaged_file_is_refused_or_read(
    tmp_path: Path, whole: Whole, how: list[tuple[int, str, bytes]]
) -> None:
    got, refusal = refusal_of(
        lambda: read(tmp_path, damaged(whole.content, how), whole.rules, whole.name)
    )
    if isinstance(got, Read):
        json.dumps([line.raw for line in got.lines]).encode()
        assert len(got.said) == len(got.lines)
    else:
        assert refusal
        assert refusal.code
        assert refusal.sentence.endswith((".", ")"))


@pytest.mark.parametrize("whole", WHOLE, ids=lambda whole: whole.name)
@given(how=damage)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_draft_of_a_damaged_file_is_a_refusal_or_a_draft(
    tmp_path: Path, whole: Whole, how: list[tuple[int, str, bytes]]
) -> None:
    path = tmp_path / whole.name
    path.write_bytes(damaged(whole.content, how))
    text, refusal = refusal_of(lambda: propose(path))
    if text is None:
        assert isinstance(refusal, Refused)
        return
    _, refusal = refusal_of(lambda: mapping_file.parse(str(text), "draft"))
    assert "not TOML" not in str(refusal)
