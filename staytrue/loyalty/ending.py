"""Points that end: so many months after the month they were earned in, the oldest first."""

from __future__ import annotations

from array import array
from datetime import date, datetime, timedelta

from staytrue.kit.asking import ask, ask_all
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


class Changes:
    """By how many points lots would be others than they are; columns, for a million of them."""

    def __init__(self) -> None:
        self.profiles, self.days, self.points = array("q"), array("q"), array("q")

    def add(self, profile_id: int, earned_on: date, points: int) -> None:
        """So many points more, or fewer, that this profile earned on this day."""
        if points:
            self.profiles.append(profile_id)
            self.days.append(earned_on.toordinal())
            self.points.append(points)


def would_end(changes: Changes, today: date, months: int | None) -> int:
    """How many points end at once if so many months count and lots are changed like this."""
    if months is None:
        return 0
    ((points,),) = ask_all(
        _WOULD_END,
        {"profiles": changes.profiles.tolist(), "days": changes.days.tolist(),
         "points": changes.points.tolist(), "until": earned_until(today, months)},
    )  # fmt: skip
    return int(points)


# As `ledger.expired` ends a member's lots: the oldest pay his debt first.
_WOULD_END = """
  WITH entry AS (
    SELECT profile_id, lot_on, points FROM points_entry
    UNION ALL
    SELECT profile_id, DATE '0001-01-01' + (day - 1)::int, points
      FROM unnest(%(profiles)s::bigint[], %(days)s::bigint[], %(points)s::bigint[])
           AS changed (profile_id, day, points)),
  lot AS (
    SELECT l.guest_id, e.profile_id, e.lot_on, sum(e.points) AS points FROM entry e
      JOIN link l ON l.profile_id = e.profile_id AND l.until_at IS NULL
     GROUP BY l.guest_id, e.profile_id, e.lot_on),
  member AS (
    SELECT DISTINCT l.guest_id FROM account a
      JOIN link l ON l.profile_id = a.profile_id AND l.until_at IS NULL),
  heap AS (
    SELECT coalesce(sum(points) FILTER (WHERE points > 0 AND lot_on <= %(until)s), 0) AS old,
           coalesce(-sum(points) FILTER (WHERE points < 0), 0) AS debt
      FROM lot JOIN member USING (guest_id) GROUP BY guest_id)
  SELECT coalesce(sum(greatest(0, old - debt)), 0) FROM heap"""
