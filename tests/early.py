"""Loaded before pytest-django reads the settings: tests get a home of their own and no other database.

One server serves all processes that test at once; journal, token and spool belong to each alone.
"""

import os
import shutil
from pathlib import Path

PLACE = Path(__file__).parents[1] / ".pytest_cache"
# Kept between runs (the template database stays), ignored by git, removed by `make clean`.
SERVER = PLACE / "home"
HOME = PLACE / "homes" / str(os.getpid())
_SHARED = ("postgres", "secrets", "start.lock", "use.lock")


def _make_home() -> None:
    for old in HOME.parent.glob("*"):
        if not Path("/proc", old.name).exists() or old == HOME:
            shutil.rmtree(old, ignore_errors=True)
    HOME.mkdir(mode=0o700, parents=True)
    (SERVER / "secrets").mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in _SHARED:
        (HOME / name).symlink_to(SERVER / name)


_make_home()
os.environ["STAYTRUE_HOME"] = str(HOME)
# Playwright's event loop lives in the test's own thread.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
for name in [name for name in os.environ if name.startswith("DATABASE_")]:
    del os.environ[name]
