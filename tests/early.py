"""Loaded before pytest-django reads the settings: tests get a home of their own and no other database."""

import os
from pathlib import Path

# Kept between runs (the template database stays), ignored by git, removed by `make clean`.
HOME = Path(__file__).parents[1] / ".pytest_cache" / "home"

os.environ["STAYTRUE_HOME"] = str(HOME)
# Playwright's event loop lives in the test's own thread.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
for name in [name for name in os.environ if name.startswith("DATABASE_")]:
    del os.environ[name]
