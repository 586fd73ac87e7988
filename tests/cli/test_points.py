"""Check-outs and points on the command line: run, report, move, export, add up elsewhere."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from staytrue.flow import recognising
from staytrue.guests.accounts import configuring
from staytrue.guests.models import Account
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.loyalty import modules, recompute, versions
from staytrue.staff.access import house_access
from tests.cli.conftest import Cli

NOW = datetime(2026, 5, 21, 12, tzinfo=UTC)
DAYS = ("--from", "2026-05-14", "--to", "2026-05-20")


def programme(cli: Cli, **setting: Any) -> None:
    """The hotel is configured, and gives 25 points a night from the beginning."""
    # Another test may have left this process at another home.
    cli("list", "guests", "--json")
    recognising.catch_up(NOW)
    chief = house_access("tests")
    with scope.everything():
        hotel = Property.objects.get(code="BIO")
        configuring.set_for(chief, hotel, setting, NOW)
        modules.turn(chief, None, NOW, on=True)
        draft = versions.write(chief, {"terms": {"default": {"key": "default", "per": "night",
                                                             "points": 25}}}, NOW)  # fmt: skip
        versions.go_live(chief, draft.number, date(2000, 1, 1), NOW)


def test_past_check_outs_are_run_once_and_their_points_add_up_elsewhere(
    filled: Cli, tmp_path: Path
) -> None:
    programme(filled, qualifying={"not_rate_codes": ["COMP"]})
    foreseen = filled("checkout", "preview", *DAYS, "--json").document
    told = filled("checkout", "run", *DAYS, "--property", "BIO", "--json").document
    by_outcome: dict[str, int] = {}
    for row in told["rows"]:
        by_outcome[row["outcome"]] = by_outcome.get(row["outcome"], 0) + row["stays"]
    assert by_outcome == foreseen["counts"]
    assert sum(by_outcome.values()) == told["stays"] == foreseen["stays"] > 0
    given = sum(row["points"] for row in told["points"])
    assert given > 0
    assert (
        f"run {told['run']}: {told['stays']} check-outs"
        in filled("checkout", "report", told["run"]).out
    )
    # Again it finds them done: nothing is given twice.
    again = filled("checkout", "run", *DAYS, "--json").document
    assert sum(row["points"] for row in again["points"]) == 0
    assert {row["outcome"] for row in again["rows"]} <= {
        "already",
        "unrecognised",
        "not_qualifying",
    }

    with scope.everything():
        account = Account.objects.order_by("pk")[0].pk
    has = filled("points", "balance", account, "--json").document["balance"]
    opened = filled("points", "open", account, 1200, "--reason", "Card file", "--json").document
    assert opened["balance"] == has + 1200
    taken = filled("points", "adjust", account, "-200", "--reason", "Slip", "--json").document
    assert taken["balance"] == has + 1000
    held = filled("points", "hold", account, 300, "--for", "Wine", "--json").document["redemption"]
    assert filled("points", "release", held).code == 0
    assert filled("points", "use", held, "--json").document["error"]["code"] == "redemption_settled"
    assert "Card file" in filled("points", "balance", account).out

    ledger, balances = tmp_path / "ledger.csv", tmp_path / "balances.csv"
    filled("points", "export", ledger, "--balances", balances)
    script = [sys.executable, "-I", recompute.__file__, str(ledger)]
    assert subprocess.run([*script, str(balances)], check=False).returncode == 0
    added = subprocess.run(script, check=True, capture_output=True, text=True).stdout
    assert f"{account},{has + 1000}\n" in added
    assert filled("verify", "ledger").out == "The ledger stands.\n"


def test_a_file_of_openings_with_a_bad_line_is_refused_whole(filled: Cli, tmp_path: Path) -> None:
    sheet = tmp_path / "openings.csv"
    sheet.write_text("account,points\n999999,5\n", encoding="utf-8")
    ran = filled("points", "openings", sheet, "--total", 5, "--reason", "Cards", "--json")
    assert (ran.code, ran.document["error"]["code"]) == (1, "openings_refused")
    assert "line 2: unknown account 999999" in ran.err
    checked = filled("points", "openings", sheet, "--total", 5, "--check")
    assert (checked.code, "unknown account" in checked.out) == (1, True)
