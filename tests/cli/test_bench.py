"""The bench: figures beside a yardstick of the same run. How fast is for `make bench`."""

from __future__ import annotations

import pytest

from staytrue.lab import linking
from staytrue.lab.seeking import KINDS
from tests.cli.conftest import Cli


def test_every_figure_has_its_yardstick(cli: Cli) -> None:
    found = cli("bench", "import", "--reservations", 1000, "--profiles", 600, "--json").document
    names = [each["name"] for each in found]
    assert names == ["import", "import.memory", "import.growth", "import.again"]
    assert all(each["value"] > 0 and each["yardstick"] > 0 for each in found)
    assert all(set(each) == {"name", "value", "unit", "yardstick", "ratio"} for each in found)


def test_calls_are_measured_over_a_real_server(cli: Cli) -> None:
    """Slow: it starts servers and a worker of its own."""
    found = cli("bench", "intake", "--reservations", 1000, "--json").document
    names = ["intake", "intake.p99", "intake.change.p50", "intake.change.p99"]
    assert [each["name"] for each in found] == names
    assert all(each["value"] > 0 and each["yardstick"] > 0 for each in found)


def test_the_search_page_is_asked_over_a_real_server(cli: Cli) -> None:
    """Slow: it reads two thousand guests, and asks some hundred questions twice."""
    found = cli("bench", "search", "--guests", 2000, "--json").document
    assert len(found) == 3 * len(KINDS)
    assert all(each["value"] > 0 and each["yardstick"] > 0 for each in found)
    assert all(each["ratio"] >= 1 for each in found if each["name"].endswith(".first"))


def test_a_crowd_is_linked_beside_splink_or_the_bench_says_why_not(cli: Cli) -> None:
    """Slow: every part runs in a process of its own."""
    ran = cli("bench", "identity", "--crowd", 1000, "--json")
    found = {each["name"]: each for each in ran.document}
    crowds = ("identity", "identity.unseen1", "identity.unseen2")
    parts = ("pairwise", "pairwise.stated", "b3", "b3.stated", "pairs")
    beside = {f"{crowd}.{part}" for crowd in crowds for part in parts}
    beside |= {"identity.batch", "identity.batch.memory"}
    one_by_one = {"online", "online.p50", "online.p99", "hub.p99"}
    any_order = {"orders", "online_as_batch"}
    assert set(found) == beside | {f"identity.{name}" for name in one_by_one | any_order}
    assert found["identity.orders"]["value"] == found["identity.online_as_batch"]["value"] == 1
    assert all(each["value"] > 0 for each in found.values())
    for each in (found[name] for name in beside):
        assert (each["yardstick"] is not None) == linking.has_splink()
        assert ("not measured" in each["unit"]) != linking.has_splink()


def test_mails_leave_through_the_gate_beside_django(cli: Cli) -> None:
    """Slow: it reads guests, and starts a mail server of its own."""
    found = cli("bench", "dispatch", "--reservations", 1000, "--json").document
    assert [each["name"] for each in found] == ["dispatch", "dispatch.first"]
    assert all(each["value"] > 0 and each["yardstick"] > 0 for each in found)


@pytest.mark.large
def test_a_no_is_heard_while_a_mailing_leaves(cli: Cli) -> None:
    ran = cli("bench", "opt_out", "--reservations", 10_000, "--json")
    found = {each["name"]: each["value"] for each in ran.document}
    assert found["opt_out.mailing"] + found["opt_out.spared"] > 900
    assert found["opt_out.late"] == 0


def test_all_stays_are_planned_anew(cli: Cli) -> None:
    """Slow: it reads a thousand stays and their guests."""
    found = cli("bench", "replan", "--reservations", 1000, "--profiles", 600, "--json").document
    names = ["replan.first", "replan", "replan.moved", "replan.memory"]
    assert [each["name"] for each in found] == names
    assert all(each["value"] > 0 for each in found)
