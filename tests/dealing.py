"""Which test process gets which tests: whole files, the long ones first, a shared home once."""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

# Their files share a fixture that takes long to make: one process gets all of them.
TOGETHER = ("tests/cli/", "tests/guests/matching/")

LONG = (
    "tests/cli/",
    "tests/web/test_browser.py",
    "tests/web/test_routes.py",
    "tests/lab/pms/test_sql_views.py",
    "tests/connectors/contract/test_taken_away.py",
    "tests/flow/test_living_stays.py",
    "tests/flow/test_crash.py",
    "tests/lab/rigs/test_full.py",
    "tests/flow/test_faults.py",
    "tests/lab/rigs/test_planner.py",
    "tests/lab/pms/test_opera_cloud.py",
    "tests/guests/test_standings.py",
    "tests/connectors/mews/test_following.py",
)


class Dealer(LoadScopeScheduling):
    """A unit is a file, or a folder whose files share what is costly. Units keep their order."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)


def unit(nodeid: str) -> str:
    """The file a test stands in, or its folder where that is kept together."""
    path = nodeid.split("::", 1)[0]
    return next((folder for folder in TOGETHER if path.startswith(folder)), path)


def longest_first(items: list[pytest.Item]) -> None:
    """The files that take long come first: at the end one process would be busy alone."""
    place = {path: rank for rank, path in enumerate(LONG)}
    items.sort(key=lambda item: place.get(unit(item.nodeid), len(LONG)))
