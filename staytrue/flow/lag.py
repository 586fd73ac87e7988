"""The lag report of a connection: the pace it is asked at, and how late its changes really arrive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from staytrue.changes import log
from staytrue.inbox import pace
from staytrue.inbox.models import Connection
from staytrue.mirror.models import Freshness

SPANS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}


@dataclass(frozen=True)
class Report:
    """`cadence` holds the pauses in force now: spans of hours, and "" for all others."""

    cadence: dict[str, list[tuple[str, int]]]
    measured: dict[str, log.Lag]
    true_through: dict[str, datetime | None]


def report(link: Connection, now: datetime) -> Report:
    """What holds for the connection's next turn, and what its last ones gave."""
    measured = log.lags_since(link.pk, [now - span for span in SPANS.values()])
    through = Freshness.objects.filter(connection=link).order_by("object")
    return Report(
        {task: pace.in_force(link.cadence, task) for task in pace.TASKS},
        dict(zip(SPANS, measured, strict=True)),
        dict(through.values_list("object", "true_through")),
    )
