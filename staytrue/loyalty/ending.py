"""Points that end: so many months after the month they were earned in, the oldest first."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from staytrue.kit.asking import ask
from staytrue.loyalty import moving
from staytrue.loyalty.models import TermsVersion
from staytrue.loyalty.settling import ITSELF


def earned_until(today: date, months: int) -> date:
    """The last day whose points have ended by today: the end of a month so many months ago."""
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, 1) - timedelta(days=1)


def ends_on(earned_on: date, months: int) -> date:
    """The first day on which points of a day are gone."""
    year, month = divmod(earned_on.year * 12 + earned_on.month + months, 12)
    return date(year, month + 1, 1)


def end_due(today: date, now: datetime) -> int:
    """End what is due by the terms in force today; how many points that were."""
    version = (
        TermsVersion.objects.filter(state=TermsVersion.State.LIVE, from_on__lte=today)
        .order_by("-from_on", "-number")
        .first()
    )
    if version is None or version.expires_after is None:
        return 0
    until = earned_until(today, version.expires_after)
    return sum(moving.end_old(guest, until, now, ITSELF) for (guest,) in ask(_WITH_OLD, [until]))


# A lot that is older and not empty; whether a debt eats it is seen when the guest is held.
_WITH_OLD = """
  SELECT DISTINCT l.guest_id FROM (
    SELECT profile_id FROM points_entry WHERE lot_on <= %s
     GROUP BY profile_id, lot_on HAVING sum(points) > 0) o
    JOIN link l ON l.profile_id = o.profile_id AND l.until_at IS NULL
   ORDER BY l.guest_id"""
