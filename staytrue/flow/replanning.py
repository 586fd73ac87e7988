"""Very many plans at once, as after a journey changed at a large hotel: shared with a process beside.

Both take from what waits in the database, from its two ends: whichever is killed, nothing is lost.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime

from django.conf import settings

from staytrue.changes import pending
from staytrue.flow import plans, reactions
from staytrue.kit import collecting
from staytrue.kit.processes import CHILD

MANY, BATCH = 20_000, 5_000
"""From here on a process more is worth its start; what a set costs beside its members is shared."""


def settle_many(now: datetime) -> int:
    """Settle the plans that wait, where they are very many; how many that were in this process."""
    if not pending.is_many(plans.settle_plans.__name__, MANY):
        return 0
    command = [sys.executable, "-m", "staytrue.cli", "work", "--plans"]
    environment = {**os.environ, "STAYTRUE_HOME": str(settings.HOME), CHILD: "plans"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL):
        return _settle(now, from_end=False)


def help_out(now: datetime) -> int:
    """The process beside: from the other end, until nothing waits."""
    return _settle(now, from_end=True)


def _settle(now: datetime, *, from_end: bool) -> int:
    with collecting.seldom():
        return reactions.settle_one(plans.settle_plans, now, BATCH, from_end=from_end)
