"""The same bytes again: a sign of life where the file itself says a later instant, else nothing.

Reasons: docs/decisions/cut-files.md.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from staytrue.connectors.export_files.connector import Chosen
from staytrue.connectors.export_files.opening import Opened
from staytrue.flow import reactions
from staytrue.hotel import scope
from staytrue.inbox.models import Connection, Delivery
from staytrue.mirror import actions as mirror
from staytrue.mirror.models import Freshness


def heed(
    link: Connection, layout: Chosen, delivery: Delivery, opened: Opened, now: datetime
) -> bool:
    """Move freshness to the instant of a file whose bytes `delivery` brought; whether it moved.

    Only if nothing else came since then: otherwise it is an old file under a new name.
    """
    made_at = opened.made_at
    if made_at is None or made_at == opened.modified_at or made_at > now:
        return False
    day = made_at.astimezone(ZoneInfo(link.property.timezone)).date()
    if layout.scope_on(day).kind == "delta" or delivery.state != Delivery.State.APPLIED:
        return False
    with scope.everything():
        known = Freshness.objects.filter(
            connection=link, object=layout.object, delivery_id=delivery.pk, true_through__lt=made_at
        ).first()
        if known is None or delivery.history:
            return False
        mirror.tell_freshness(
            link.id,
            layout.object,
            property_id=link.property_id,
            true_through=made_at,
            now=now,
            delivery_id=delivery.pk,
            scope=known.scope,
            walked=(known.walked_first, known.walked_last),
        )
        reactions.raise_screens([link.property_id])
    return True
