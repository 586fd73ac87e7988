"""A process of its own that imports one file, and kills itself at a share of the pages if told to.

Run by `test_resuming`: DATABASE CONNECTION FILE SHARE, on the running server of the tests.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import django

from tests import early  # noqa: F401 - the tests' home, before settings are read

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staytrue.settings")
django.setup()

from staytrue.flow import intake  # noqa: E402 - needs Django set up
from staytrue.hotel import scope  # noqa: E402
from staytrue.inbox import queries  # noqa: E402
from staytrue.kit import database  # noqa: E402
from tests.flow.feeds import MORNING  # noqa: E402

PAGE_ROWS = 60


def main(name: str, link_name: str, path: str, share: float) -> None:
    """Import; `share` of one or more lets it finish."""

    def watch(step: str, done: int, of: int) -> None:
        if step == "merge" and done >= share * of:
            os.kill(os.getpid(), signal.SIGKILL)

    database.attach("app", name=name)
    intake.PAGE_ROWS = PAGE_ROWS
    with scope.everything():
        link = queries.connection_named(link_name)
    intake.import_file(
        link, Path(path), mapping="staytrue_stays", history=True, now=MORNING, progress=watch
    )


if __name__ == "__main__":
    main(*sys.argv[1:4], float(sys.argv[4]))
