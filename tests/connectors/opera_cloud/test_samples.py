"""Every payload gives the records that were written by hand from the facts, before translation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from staytrue.connectors import opera_cloud
from tests.connectors.opera_cloud.reading_back import UNTOLD, read, settings

OWN = Path(opera_cloud.__file__).parent / "samples"
EXPECTED = Path(__file__).parent / "expected"
VENDOR = Path(__file__).parents[4] / "shared" / "pms" / "samples" / "ohip"


def said(found: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """What was found, of parked parts and hints only as far as the expectation goes."""
    cut = dict(found)
    for name in ("parked", "hints"):
        wanted = expected.get(name, [])
        assert len(found[name]) == len(wanted), (name, found[name])
        cut[name] = [
            {key: item.get(key) for key in want}
            for item, want in zip(found[name], wanted, strict=True)
        ]
    return cut


@pytest.mark.parametrize("name", sorted(path.name for path in EXPECTED.glob("*.json")))
def test_the_vendors_own_examples_say_what_the_facts_say(name: str) -> None:
    payload = VENDOR / name
    if not payload.is_file():
        pytest.skip("the vendor's examples are not part of this repository")
    expected = json.loads((EXPECTED / name).read_text(encoding="utf-8"))
    assert said(read(payload.read_bytes(), UNTOLD), expected) == expected


def test_every_example_of_the_vendor_has_its_records() -> None:
    if not VENDOR.is_dir():
        pytest.skip("the vendor's examples are not part of this repository")
    names = {path.name for path in VENDOR.glob("*.response.json")}
    assert names == {path.name for path in EXPECTED.glob("*.json")}


@pytest.mark.parametrize("name", sorted(path.name for path in OWN.glob("*.expected.json")))
def test_our_own_payloads_say_what_the_facts_say(name: str) -> None:
    expected = json.loads((OWN / name).read_text(encoding="utf-8"))
    payload = (OWN / name.replace(".expected", "")).read_bytes()
    expected.setdefault("hints", [])
    assert said(read(payload, settings()), expected) == expected
