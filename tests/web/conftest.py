"""A browser for tests marked `browser`: one per run, a fresh context for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own chromium; a container gives it neither a sandbox nor shared memory."""
    with sync_playwright() as driver:
        flags = ["--no-sandbox", "--disable-dev-shm-usage"]
        opened = driver.chromium.launch(executable_path=chromium(), args=flags)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page without cookies; a failing look-up does not wait long."""
    context = browser.new_context()
    context.set_default_timeout(5000)
    yield context.new_page()
    context.close()
