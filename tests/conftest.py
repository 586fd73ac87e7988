"""What every test stands on: a database as the app's role, and no word to any other machine."""

from __future__ import annotations

import ipaddress
import os
import shutil
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import TransactionTestCase
from hypothesis import settings
from pytest_django import DjangoDbBlocker
from xdist.remote import Producer

from tests import databases
from tests.dealing import Dealer, longest_first

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
LONG = ("large", "proof")


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
    """Refuse connections beyond this machine; draw the same examples each time.

    What a submission is judged by must not depend on chance: with STAYTRUE_CHANCE set (long runs
    by hand) other examples are drawn each time.
    """
    sys.addaudithook(_guard)
    settings.register_profile("same", derandomize=True, print_blob=True)
    if not os.environ.get("STAYTRUE_CHANCE"):
        settings.load_profile("same")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One embedded server for the run, one copy of the template for this process."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        # Django would TRUNCATE after a test that commits; the app's role may not, and must not.
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: databases.renew())
        with databases.prepared():
            yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes long. Skip what needs a browser where there is none, and what takes
    minutes unless it is named.
    """
    longest_first(items)
    skipped = {}
    if chromium() is None:
        skipped["browser"] = "no chromium here: `make test` installs it where it may"
    if not any(name in config.option.markexpr for name in LONG):
        skipped |= {name: f"takes minutes: run with -m {name}" for name in LONG}
    for item in items:
        for name, reason in skipped.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Dealer:
    """Deal tests by file, and by folder where files share what takes long to make."""
    return Dealer(config, log)


def chromium() -> str | None:
    """Where the browser is; never one that a package would have to fetch."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
