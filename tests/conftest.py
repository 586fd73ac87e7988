"""What every test stands on: a database as the app's role, and no word to any other machine."""

from __future__ import annotations

import ipaddress
import shutil
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from tests import databases

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def _guard(event: str, facts: tuple[Any, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = facts[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(facts[1], tuple):
        host = facts[1][0]
    else:
        return
    if not _is_this_machine(host):
        raise RuntimeError(f"A test wanted to speak to {host}; tests speak to this machine only.")


def _is_this_machine(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    if name in ("localhost", "0.0.0.0", "::"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def pytest_configure(config: pytest.Config) -> None:
    """Refuse connections beyond this machine from here on."""
    sys.addaudithook(_guard)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One embedded server for the run, one copy of the template for this process."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        # Django would TRUNCATE after a test that commits; the app's role may not, and must not.
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: databases.renew())
        with databases.prepared():
            yield


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is; without one the browser tests are skipped."""
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            return found
    pytest.skip("no chromium on this machine: `make test` installs it where apt-get is allowed")
