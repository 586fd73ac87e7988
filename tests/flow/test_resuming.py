"""An import that is killed and run again ends as one that was left alone (FEATURES H03).

Slow on purpose: each import is a real process, killed by the kernel.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from staytrue.hotel import scope
from staytrue.inbox.models import Delivery
from staytrue.lab import bulk
from staytrue.mirror import hashing
from staytrue.mirror.models import Reservation, Roster
from tests import databases, make

ROOT = Path(__file__).parents[2]
BOOKINGS = 1_500
NEVER = 2.0


def import_in_a_process(path: Path, share: float) -> int:
    """The exit code of a process that imports this file and dies at this share of its pages."""
    call = [sys.executable, "-m", "tests.flow.importing", databases.COPY, "bio-files", str(path)]
    return subprocess.run([*call, str(share)], cwd=ROOT, check=False, timeout=120).returncode


def state() -> tuple[hashing.StateHash, int, int]:
    with scope.everything():
        changes = Delivery.objects.filter(state="applied").count()
        return hashing.state_hash(), Roster.objects.count(), changes


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return bulk.write_bulk(tmp_path, reservations=BOOKINGS, profiles=900).stays


@pytest.mark.django_db(transaction=True)
def test_an_import_killed_at_43_percent_and_run_again_ends_with_the_same_hash(
    history: Path,
) -> None:
    make.link(make.hotel())
    assert import_in_a_process(history, NEVER) == 0
    undisturbed = state()
    databases.renew()
    make.link(make.hotel())
    assert import_in_a_process(history, 0.43) == -signal.SIGKILL
    with scope.everything():
        assert 0 < Reservation.objects.count() < BOOKINGS
    assert import_in_a_process(history, NEVER) == 0
    assert state() == undisturbed
