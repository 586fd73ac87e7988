"""The change log's own reads: how they find what they look for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from staytrue.changes import log
from staytrue.hotel import scope
from tests import make

pytestmark = pytest.mark.django_db


def planned(query: str) -> dict[str, Any]:
    """How the database would run it, if the log were too long to be read whole."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN (FORMAT json) {query}")
        plan: dict[str, Any] = cursor.fetchone()[0][0]["Plan"]
    return plan


def scans(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """The places where it reads the log."""
    own = [plan] if str(plan.get("Relation Name", "")).startswith("change_") else []
    return own + [scan for inner in plan.get("Plans", []) for scan in scans(inner)]


@pytest.mark.parametrize("read", [log.lag_seconds, log.lag_by_hour])
def test_the_lag_of_a_connection_is_read_from_its_live_changes_alone(read: Any) -> None:
    link = make.link(make.hotel())
    with scope.everything(), CaptureQueriesContext(connection) as asked:
        read(link.pk, make.NOON - timedelta(days=7))
        found = scans(planned(asked[0]["sql"]))
    assert found
    for scan in found:
        assert scan["Node Type"] == "Index Scan"
        assert f"(connection_id = {link.pk})" in scan["Index Cond"]
        assert "at >= " in scan["Index Cond"]
        assert "history" not in scan["Filter"]
