"""What the connector of database views claims, proven on its simulated PMS by the suite."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from staytrue.connectors.contract.results import State
from staytrue.lab.pms.sql_views import staged
from tests.connectors.contract.running import run


@pytest.fixture(autouse=True)
def server(django_db_setup: None) -> Iterator[None]:
    """The running server, and nothing left on it."""
    yield
    staged.close_all()


def test_every_claim_is_proven() -> None:
    # Some seconds: two dozen houses, each a database of its own.
    wrong = {name: one.sentence for name, one in run("sql_views").items()
             if one.state is State.FAILED}  # fmt: skip
    assert wrong == {}
