"""A journey's way from draft to live, and the plan of a stay, on the command line."""

from __future__ import annotations

from staytrue.lab.demo import Year
from tests.cli.conftest import Cli


def test_a_journey_is_installed_rehearsed_approved_and_switched_on(filled: Cli, year: Year) -> None:
    assert filled("journey", "install", "--json").document == {"key": "stay"}
    early = filled("journey", "approve", "stay", "--json")
    assert (early.code, early.document["error"]["code"]) == (1, "not_rehearsed")

    told = filled("journey", "rehearse", "stay", "--json").document
    assert told["stays"] > 50
    assert sum(told["steps"].values()) == told["messages"]
    assert filled("journey", "approve", "stay").code == 0
    assert filled("journey", "live", "stay").code == 0

    refused = filled("journey", "on", "stay", "BIO", "--json")
    assert (refused.code, refused.document["error"]["code"]) == (1, "step_impossible")
    assert filled("journey", "on", "stay", "BIO", "--leave-out").code == 0

    key = f"BIO:{year.numbers['arrival']}"
    lines = filled("plan", key, "--json").document["lines"]
    assert {line["kind"] for line in lines} >= {"confirmation", "pre_stay", "welcome", "survey"}
    assert all(line["reason"] for line in lines if line["what"] == "absent")
    assert "confirmation" in filled("plan", key).out
    told = filled("journey", "compare", "--days", 7, "--json")
    assert (told.code, told.document) == (0, {"same": 0, "differences": []})
    assert filled("journey", "off", "stay", "BIO").code == 0


def test_an_unknown_journey_is_a_no(cli: Cli) -> None:
    ran = cli("journey", "rehearse", "nothing", "--json")

    assert (ran.code, ran.document["error"]["code"]) == (1, "no_journey")


def test_a_hotel_says_which_channels_confirm_and_whether_blocks_are_written_to(cli: Cli) -> None:
    assert cli("journey", "hotel", "BIO", "--json").document["confirming_channels"] == ["ota"]
    told = cli("journey", "hotel", "BIO", "--confirms-none", "--blocks", "--json").document

    assert (told["confirming_channels"], told["writes_to_blocks"]) == ([], True)
    assert cli("journey", "hotel", "BIO", "--confirms", "ota", "--no-blocks").code == 0
