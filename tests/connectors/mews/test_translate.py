"""What Mews's answers mean: the vendor's own examples, and ours for what those do not show."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.mews.reading import (
    EXPECTED,
    OWN,
    SHARED,
    assert_says,
    load,
    plain,
    said,
    translated,
)

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the vendor's example payloads stand beside the repository only"
)
FILES = sorted(path.name for path in EXPECTED.glob("*.json"))
ADDED = [
    pytest.param(name, case, id=f"{name}-{place}")
    for name in FILES
    for place, case in enumerate(load(EXPECTED / name).get("adds", []))
]


@needs_shared
def test_every_answer_and_push_of_the_vendor_has_its_expected_records() -> None:
    given = {path.name for path in SHARED.glob("*.json")}
    assert set(FILES) == {name for name in given if not name.endswith(".request.json")}


@needs_shared
@pytest.mark.parametrize("name", FILES)
def test_a_vendor_example_says_what_the_facts_say(name: str) -> None:
    assert_says(translated(load(SHARED / name)), load(EXPECTED / name)["says"])


@needs_shared
@pytest.mark.parametrize(("name", "case"), ADDED)
def test_a_side_entity_adds_exactly_what_it_knows(name: str, case: dict[str, Any]) -> None:
    payload = load(SHARED / case["to"])
    record = next(value for value in payload.values() if isinstance(value, list))[0]
    record.update(case.get("given", {}))
    kind = "reservations" if "reservations" in case["to"] else "profiles"
    alone = said(translated(payload))[kind][0]
    context = [load(SHARED / beside) for beside in (name, *case.get("beside", []))]
    assert said(translated(payload, context))[kind] == [plain(alone | case["gives"])]


@pytest.mark.parametrize(
    "name", sorted(path.name for path in OWN.glob("*.json") if ".expected." not in path.name)
)
def test_an_own_payload_says_what_is_written_beside_it(name: str) -> None:
    assert_says(translated(load(OWN / name)), load(OWN / name.replace(".json", ".expected.json")))
