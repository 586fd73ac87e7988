"""The house of the screens, at a fixed instant, and the demo house in a browser."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from staytrue.kit import clock
from tests import databases
from tests.web import album, house, scene
from tests.web.album import Album


@pytest.fixture
def hotel_house(db: None) -> Iterator[house.House]:
    """Hotel Sirga on the evening of 21 May."""
    with clock.use(lambda: house.NOW):
        yield house.build()


@pytest.fixture(scope="module")
def book(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Album]:
    """The demo house, read through the real line once for all tests of a file: takes seconds."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    folder = tmp_path_factory.mktemp("scene")
    with django_db_blocker.unblock(), clock.use(lambda: scene.NOW):
        year = scene.build(folder)
        with album.served() as base, album.browser() as window:
            yield Album(base, window, year.numbers)
        databases.renew()
