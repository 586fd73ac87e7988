"""The do-not-award switch of a hotel: on which days who checks out is entered but earns nothing."""

from __future__ import annotations

from datetime import date, datetime

from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit.asking import ask
from staytrue.kit.errors import Refused
from staytrue.loyalty.models import AwardPause
from staytrue.loyalty.modules import MANAGE
from staytrue.staff import audit
from staytrue.staff.access import Access, one_of, require, visible_to


def listed(access: Access) -> list[AwardPause]:
    """The pauses of one's hotels, the newest first."""
    rows = visible_to(access, AwardPause.objects.all(), "loyalty.read")
    return list(rows.select_related("property").order_by("-from_on", "-pk"))


def would_seal(access: Access, hotel: Property, first: date, last: date | None) -> int:
    """How many stays a pause would seal for ever: those that leave then and have earned nothing.

    To be shown before the switch: what is skipped can never be regained.
    """
    require(access, MANAGE, hotel.pk)
    with scope.everything():
        ((count,),) = ask(_TO_SEAL, [hotel.pk, first, last or date.max])
    return int(count)


_TO_SEAL = """
  SELECT count(*) FROM reservation r LEFT JOIN checkout o ON o.reservation_id = r.id
   WHERE r.property_id = %s AND r.status NOT IN ('cancelled', 'no_show')
     AND coalesce(o.left_on, r.departure_on) BETWEEN %s AND %s
     AND NOT EXISTS (SELECT FROM points_entry e WHERE e.reservation_id = r.id)
     AND NOT EXISTS (SELECT FROM points_seal s WHERE s.reservation_id = r.id)"""


def pause(
    access: Access,
    hotel: Property,
    from_on: date,
    until_on: date | None,
    now: datetime,
    reason: str = "",
) -> AwardPause:
    """Award nothing for check-outs of these days, both included; without an end until further."""
    require(access, MANAGE, hotel.pk)
    if until_on and until_on < from_on:
        raise Refused("The pause ends before it begins. Exchange its dates.", "pause_reversed")
    with scope.everything(), audit.acting(access.actor, now, reason):
        return AwardPause.objects.create(
            property=hotel, from_on=from_on, until_on=until_on, set_by=access.actor, set_at=now
        )


def end(access: Access, pause_id: int, until_on: date, now: datetime, reason: str = "") -> None:
    """Award again after this day; what was sealed stays sealed. Before its first day: it never was."""
    with scope.everything(), audit.acting(access.actor, now, reason):
        row = one_of(access, AwardPause.objects.select_for_update(), MANAGE, pk=pause_id)
        if until_on < row.from_on:
            row.delete()
            return
        row.until_on, row.set_by, row.set_at = until_on, access.actor, now
        row.save(update_fields=["until_on", "set_by", "set_at"])
