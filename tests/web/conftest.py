"""The house of the screens, at a fixed instant."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from staytrue.kit import clock
from tests.web import house


@pytest.fixture
def hotel_house(db: None) -> Iterator[house.House]:
    """Hotel Sirga on the evening of 21 May."""
    with clock.use(lambda: house.NOW):
        yield house.build()
