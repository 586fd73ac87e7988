"""Feeds that are late against their own promise: who was set for it is asked, until they return."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from staytrue.flow import reactions
from staytrue.hotel import scope
from staytrue.inbox import objectives
from staytrue.inbox.models import Connection
from staytrue.mirror import rules
from staytrue.mirror.models import Freshness
from staytrue.staff.actions import NewAsk, settle_asks
from staytrue.staff.models import Ask

PREFIX = "stale_feed:"


def tell_late_feeds(now: datetime) -> int:
    """Make the open asks exactly the feeds that are late now; returns how many those are.

    A connection that was never read is late one cadence after it was made. A stopped one is asked
    about already.
    """
    with scope.everything():
        read = Freshness.objects.filter(object="reservation", true_through__isnull=False)
        through: dict[int, Any] = dict(read.values_list("connection_id", "true_through"))
        asks = [
            _ask(link, through.get(link.pk))
            for link in Connection.objects.filter(stopped_at=None, lookups_only=False)
            if rules.is_stale(through.get(link.pk, link.created_at), link.cadence_seconds, now)
        ]
        before = set(
            Ask.objects.filter(kind="stale_feed", closed_at=None).values_list("key", flat=True)
        )
        settle_asks(PREFIX, asks, "fresh", now)
        if changed := before.symmetric_difference(ask.key for ask in asks):
            ids = [int(key.removeprefix(PREFIX)) for key in changed]
            reactions.raise_screens(
                Connection.objects.filter(pk__in=ids).values_list("property_id", flat=True)
            )
    return len(asks)


def _ask(link: Connection, through: datetime | None) -> NewAsk:
    return NewAsk(
        key=f"{PREFIX}{link.pk}",
        kind="stale_feed",
        role=objectives.role(link.objectives),
        property_id=link.property_id,
        facts={
            "connection": link.name,
            "true_through": through.isoformat() if through else None,
            "cadence_seconds": link.cadence_seconds,
        },
        link=link.page(),
    )
