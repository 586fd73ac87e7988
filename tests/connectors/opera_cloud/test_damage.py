"""Whatever stands in a field, a body is translated or parked: never a crash, never a lost record."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from staytrue.connectors import opera_cloud
from tests.connectors.opera_cloud.reading_back import answers

OWN = Path(opera_cloud.__file__).parent / "samples"
BODIES = [
    path.read_text(encoding="utf-8")
    for path in sorted(OWN.glob("*.json"))
    if "expected" not in path.name
]
ODD = [None, "", [], {}, 0, -100_000_000, "x", True, [None], [[]], {"a": 1}, "2026-13-45", "9" * 30,
       "１２", 1.5, [["a"]], "\u202e", "NaN", "-"]  # fmt: skip


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every place of a tree that holds a value."""
    keys = list(node) if isinstance(node, dict) else range(len(node))
    found = [(node, key) for key in keys]
    return found + [
        inner for key in keys if isinstance(node[key], dict | list) for inner in places(node[key])
    ]


@given(st.sampled_from(BODIES), st.lists(st.tuples(st.integers(0), st.sampled_from(ODD)), min_size=1,
                                         max_size=4))  # fmt: skip
def test_no_value_in_any_field_breaks_the_translation(
    text: str, damages: list[tuple[int, Any]]
) -> None:
    body = json.loads(text)
    for index, odd in damages:
        found = places(body)
        if found:
            node, key = found[index % len(found)]
            node[key] = deepcopy(odd)
    for answer in answers(body):
        said = (answer.reservations, answer.profiles, answer.parked, answer.hints, answer.skipped)
        assert any(said)
