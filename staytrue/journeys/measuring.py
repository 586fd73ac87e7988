"""Reads what was measured of the hotels, for what each step becomes there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection

from staytrue.connectors import registry
from staytrue.inbox.models import Connection
from staytrue.journeys.availability import Sheet
from staytrue.kit.errors import Refused
from staytrue.messages.models import GateSetting
from staytrue.mirror.capability import is_filled
from staytrue.mirror.models import FillRate

MEASURED = timedelta(days=30)
"""So far back a filled field still counts as sent."""
EVIDENCE = timedelta(days=400)
"""So far back a check-in told by the PMS shows that it tells them: a hotel may close for winter."""
_AHEAD, _LONGEST = timedelta(days=2), timedelta(days=60)
"""Nobody is checked in so long before his booked day; and so long most stays last at most."""

# Bounded by the day of arrival, which has an index: of a hotel's coming stays none is looked at.
_EVIDENCE = """
  SELECT z.id,
         EXISTS (SELECT FROM reservation r WHERE r.property_id = z.id
                    AND r.arrival_on BETWEEN %(first)s AND %(last)s AND r.departure_on >= %(since)s
                    AND (r.checked_in_at IS NOT NULL
                         OR r.status = 'in_house' AND r.status_origin = 'pms')),
         EXISTS (SELECT FROM reservation r WHERE r.property_id = z.id
                    AND r.arrival_on BETWEEN %(first)s AND %(last)s AND r.departure_on >= %(since)s
                    AND r.status = 'checked_out' AND r.status_origin = 'pms')
    FROM unnest(%(ids)s::bigint[]) z(id)"""

_MIRRORED = " UNION ALL ".join(
    f"""SELECT '{field}' WHERE EXISTS (SELECT FROM profile p WHERE p.property_id = h.id
          AND {is_filled(field, "p")})"""
    for field in ("emails", "phones", "birth_date")
)
_MIRRORED = f"WITH h AS (SELECT %s::bigint AS id) SELECT x.f FROM h, LATERAL ({_MIRRORED}) x(f)"


def sheets(property_ids: Collection[int], now: datetime) -> dict[int, Sheet]:
    """The sheet of each of these hotels."""
    ids = sorted(set(property_ids))
    with connection.cursor() as cursor:
        since, last = (now - EVIDENCE).date(), now.date() + _AHEAD
        cursor.execute(
            _EVIDENCE, {"ids": ids, "first": since - _LONGEST, "since": since, "last": last}
        )
        says = {id_: (came, went) for id_, came, went in cursor.fetchall()}
    sent: dict[int, set[str]] = {}
    rates = FillRate.objects.filter(
        property_id__in=ids, object="profile", filled__gt=0, day__gte=(now - MEASURED).date()
    )
    for hotel, field in rates.values_list("property_id", "field").distinct():
        sent.setdefault(hotel, set()).add(field)
    for hotel in set(ids).difference(sent):
        sent[hotel] = _mirrored(hotel)
    links: dict[int, list[Connection]] = {}
    for link in Connection.objects.filter(property_id__in=ids, lookups_only=False).order_by("pk"):
        links.setdefault(link.property_id, []).append(link)
    chosen = GateSetting.objects.in_bulk(ids)
    return {
        id_: _sheet(links.get(id_, []), says[id_], sent.get(id_, set()), chosen.get(id_))
        for id_ in ids
    }


def _mirrored(property_id: int) -> set[str]:
    """What came with a first load: nothing is measured before the feed has shown a day."""
    with connection.cursor() as cursor:
        cursor.execute(_MIRRORED, [property_id])
        return {field for (field,) in cursor.fetchall()}


def _sheet(
    links: Collection[Connection],
    says: tuple[bool, bool],
    sent: Collection[str],
    chosen: GateSetting | None,
) -> Sheet:
    working = [link for link in links if not link.stopped_at]
    return Sheet(
        cadence=min((timedelta(seconds=link.cadence_seconds) for link in links), default=None),
        can_look_up=any(_can_look_up(link) for link in working),
        is_stopped=bool(links) and not working,
        says_check_in=says[0],
        says_check_out=says[1],
        sent=frozenset(sent),
        waived=frozenset(chosen.without_check_in if chosen else ()),
        limits=dict(chosen.limits) if chosen else {},
    )


def _can_look_up(link: Connection) -> bool:
    try:
        told = registry.manifest(link.dialect)
    except Refused:
        # The connector was taken away; its connection tells nothing any more.
        return False
    return bool(told.get("capabilities", {}).get("look_up")) and bool(registry.live(link.dialect))
