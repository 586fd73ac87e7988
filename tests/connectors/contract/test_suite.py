"""Our own connectors hold what they claim, and their published sheets say so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from staytrue.connectors import registry
from staytrue.connectors.contract.manifest import faults_of, manifest_of
from staytrue.connectors.contract.results import State
from staytrue.connectors.contract.sheet import sheet_of
from staytrue.connectors.contract.suite import CHECKS, Suite
from staytrue.connectors.contract.vocabulary import BASIC, PROVEN
from staytrue.kit.errors import Misconfigured
from tests.connectors.contract.running import SIMULATED, candidate, simulator

SHEETS = Path(__file__).parents[3] / "docs" / "pms"
MANIFEST = registry.folder("mews").joinpath("manifest.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SIMULATED)
def test_a_connector_holds_what_it_claims_and_its_sheet_is_the_published_one(name: str) -> None:
    suite = Suite(candidate(name), simulator(name))
    found = list(suite.run())
    assert [one for one in found if one.state is State.FAILED] == []
    published = json.loads((SHEETS / f"{name}.json").read_text(encoding="utf-8"))
    assert sheet_of(name, suite.candidate.manifest, found, suite.seen) == published


@pytest.mark.parametrize("name", registry.names())
def test_every_manifest_is_complete(name: str) -> None:
    text = registry.folder(name).joinpath("manifest.toml").read_text(encoding="utf-8")
    assert list(faults_of(manifest_of(text))) == []


def test_every_capability_has_its_check_and_every_check_its_capability() -> None:
    assert CHECKS.keys() == PROVEN.keys()


def test_a_claim_without_a_simulated_pms_has_failed() -> None:
    found = {one.capability: one for one in Suite(candidate("mews")).run()}
    assert found["history"].state is State.FAILED
    assert found["repair"].state is State.NOT_CLAIMED
    assert found["translation"].state is State.PASSED


def test_a_word_that_no_manifest_knows_is_refused() -> None:
    with pytest.raises(Misconfigured) as refusal:
        manifest_of(MANIFEST.replace('vendor = "', 'seller = "'))
    assert "seller" in refusal.value.sentence


@pytest.mark.parametrize(
    ("was", "instead", "said"),
    [
        ("history = true", "histoire = true", "There is no capability histoire."),
        ('"room_number"', '"room_nr"', "A reservation has no field room_nr."),
        ("calls = 200", "call = 200", "how many calls"),
        ('help = "Leave empty: Mews', 'help = ""\n# "', "no help"),
        ("secret = true", "secret = false", "sounds like a secret"),
        ('house = "enterprise_id"', 'house = "hotel"', "which is no setting"),
        ('["client_token", ', '["client", ', "shared by client, which is no setting"),
        ('["client_token", ', "[", "of which none is secret"),
        ("push_house = ", "# ", "no call says which hotel"),
    ],
)
def test_what_a_manifest_lacks_is_said(was: str, instead: str, said: str) -> None:
    assert was in MANIFEST
    told = list(faults_of(manifest_of(MANIFEST.replace(was, instead, 1))))
    assert any(said in one for one in told), told


def test_the_documentation_explains_every_check_in_the_words_of_the_suite() -> None:
    page = (SHEETS.parent / "connectors.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", page, re.MULTILINE))
    assert rows == BASIC | PROVEN
