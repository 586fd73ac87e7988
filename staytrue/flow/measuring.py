"""What each feed fills, measured through the day; a field that suddenly comes less often is asked
about until it is back.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from staytrue.hotel import scope
from staytrue.inbox import objectives
from staytrue.inbox.models import Connection
from staytrue.mirror import capability
from staytrue.mirror.capability import Drop
from staytrue.staff.actions import NewAsk, settle_asks

PREFIX = "fill_dropped:"


def measure_feeds(now: datetime) -> int:
    """Measure every feed's present day; returns how many feeds lost a field."""
    with scope.everything():
        asks = []
        for link in Connection.objects.select_related("property").order_by("id"):
            day = now.astimezone(ZoneInfo(link.property.timezone)).date()
            capability.measure(link, day)
            if lost := capability.drops(link, day):
                asks.append(_ask(link, lost))
        settle_asks(PREFIX, asks, "filled", now)
    return len(asks)


def _ask(link: Connection, lost: list[Drop]) -> NewAsk:
    return NewAsk(
        key=f"{PREFIX}{link.pk}",
        kind="fill_dropped",
        role=objectives.role(link.objectives),
        property_id=link.property_id,
        facts={
            "connection": link.name,
            "fields": [
                {
                    "object": each.object,
                    "field": each.field,
                    "before": round(each.before, 3),
                    "now": round(each.now, 3),
                }
                for each in lost
            ],
        },
        link=link.page() + "fields/",
    )
