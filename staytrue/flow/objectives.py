"""What a connection must reach: lag and fidelity, looked at each hour; who was set for it is asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from staytrue.changes import log
from staytrue.flow import reactions
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox import objectives as rules
from staytrue.inbox.models import Connection
from staytrue.mirror import audits
from staytrue.staff.actions import NewAsk, settle_asks

PREFIX = "objective:"
BOOKMARK = "objectives"


def watch(now: datetime) -> int:
    """Look at every connection whose interval is over; returns how many objectives are missed.

    One bad interval may be an accident: the second in a row is told.
    """
    with scope.everything():
        asks = []
        links = Connection.objects.select_related("property")
        for link in links.filter(stopped_at=None, lookups_only=False):
            missed = _look(link, now)
            asks += [_ask(link, name, facts) for name, facts in missed.items()]
        settle_asks(PREFIX, asks, "reached", now)
        reactions.raise_screens({ask.property_id for ask in asks if ask.property_id})
    return len(asks)


def measured(link: Connection, since: datetime) -> dict[str, float]:
    """What was measured: `lag_p95` in seconds since then, `fidelity` of the newest audit."""
    found = {}
    lag = log.lag_seconds(link.pk, since)["p95"]
    if lag is not None:
        found["lag_p95"] = lag
    for run in audits.newest(link, 1):
        share = audits.shares(run)[0].records.value
        if share is not None:
            found["fidelity"] = share
    return found


def _look(link: Connection, now: datetime) -> dict[str, dict[str, Any]]:
    """Objectives missed twice in a row, with what was measured; each interval is judged once."""
    wanted = rules.wanted(link.objectives)
    mark, at = inbox.bookmark(link, BOOKMARK)
    if at is None or now - at >= rules.INTERVAL:
        since = at or now - rules.INTERVAL
        missed = rules.missed(wanted, measured(link, max(since, now - timedelta(days=1))))
        before = mark.get("missed", {})
        mark = {
            "missed": {
                name: {"found": found, "times": before.get(name, {}).get("times", 0) + 1}
                for name, found in missed.items()
            }
        }
        inbox.set_bookmark(link, BOOKMARK, mark, now)
    return {
        name: {"found": each["found"], "wanted": wanted[name]}
        for name, each in mark.get("missed", {}).items()
        if each["times"] >= rules.PATIENCE and name in wanted
    }


def _ask(link: Connection, name: str, facts: dict[str, Any]) -> NewAsk:
    return NewAsk(
        key=f"{PREFIX}{link.pk}:{name}",
        kind="objective_missed",
        role=rules.role(link.objectives),
        property_id=link.property_id,
        facts={"connection": link.name, "objective": name, **facts},
        link=link.page(),
    )
