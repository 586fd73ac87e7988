"""Claire with her links, in a home and at an instant of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache

from staytrue.kit import clock
from tests.forms import scene
from tests.make import NOON
from tests.messages import ways


@pytest.fixture
def claire(db: None, tmp_path: Path) -> Iterator[scene.Claire]:
    cache.clear()
    with ways.home(tmp_path / "home"), clock.use(lambda: NOON):
        yield scene.build()
