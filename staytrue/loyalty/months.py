"""The entries that make a month of what is owed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from staytrue.loyalty.models import PointsEntry
from staytrue.loyalty.queries import READ
from staytrue.staff.access import Access, visible_to

LIMIT = 30


def entries_in(access: Access, month: date) -> list[PointsEntry]:
    """The last entries of a month at one's own hotels, the newest first."""
    begin = datetime(month.year, month.month, 1, tzinfo=UTC)
    end = (begin + timedelta(days=31)).replace(day=1)
    rows = visible_to(access, PointsEntry.objects.filter(at__gte=begin, at__lt=end), READ)
    return list(rows.order_by("-at", "-id")[:LIMIT])
