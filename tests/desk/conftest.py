"""The desk of Hotel Sirga, for every test that asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from staytrue.hotel import scope
from tests.desk import scene
from tests.desk.scene import Desk


@pytest.fixture
def desk(db: None) -> Iterator[Desk]:
    """As one request: in the scope of every hotel."""
    made = scene.build()
    with scope.everything():
        yield made
