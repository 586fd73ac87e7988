"""Whom e-mail reaches, as the command line tells it after an import (H04)."""

from __future__ import annotations

from staytrue.guests import reachability
from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.staff.access import house_access
from tests.cli.conftest import Cli


def test_after_an_import_every_guest_is_counted_once(filled: Cli) -> None:
    filled("work", "--until-idle")
    document = filled("reach", "--json").document
    guests = document.pop("guests")
    assert document.pop("waiting") == 0
    assert sum(document.values()) == guests
    with scope.everything():
        recipients = list(reachability.recipients(house_access("tests"), clock.now()))
    assert document["reachable"] == len(recipients) > 0
    assert document["opted_out"] > 0
    assert document["relay"] > 0
    assert filled("reach", "--property", "BIO").out.splitlines()[-1].split() == [
        str(guests), "guests",
    ]  # fmt: skip
    assert filled("reach", "--property", "XXX").code == 2
