"""Keeps the plans of stays true: after a stay changed, after a guest or his addresses did."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection

from staytrue.changes import pending
from staytrue.hotel import scope
from staytrue.inbox.models import Connection
from staytrue.journeys import settling
from staytrue.journeys.actions import LOOKED_BACK, REACTION, replan

PEOPLE = "plan_for_people"
"""Plans the stays of profiles anew."""
WRONG = "find_wrong_sends_to"
"""Lists what left for profiles and was wrong, as is known by now."""

# Coming stays, and those with something still to leave: a birthday comes long after.
_OF_PEOPLE = """
  SELECT DISTINCT r.id FROM profile p
    JOIN roster t ON t.connection_id = p.connection_id AND t.profile = p.source_id
     AND t.until_at IS NULL
    JOIN reservation r ON r.id = t.reservation_id
   WHERE p.id = ANY(%(ids)s)
     AND (r.departure_on >= %(since)s OR EXISTS (
       SELECT FROM message m WHERE m.reservation_id = r.id AND m.state IN ('planned', 'held')))"""
_COMING = "SELECT id FROM reservation WHERE id = ANY(%(ids)s) AND departure_on >= %(since)s"


def look_after(profile_ids: Collection[int], now: datetime) -> None:
    """What these people are, or said, differs: their plans are made anew, what left is judged."""
    pending.add(PEOPLE, "profile", profile_ids, now)
    pending.add(WRONG, "profile", profile_ids, now)


def settle_plans(reservation_ids: Collection[int], now: datetime) -> None:
    """What should leave for these stays is planned anew from what they are now."""
    settling.settle(reservation_ids, now)


def plan_for_people(profile_ids: Collection[int], now: datetime) -> None:
    """The stays of these profiles, as far as something can still leave for them."""
    settling.settle(_ids(_OF_PEOPLE, profile_ids, now), now)


def plan_new(reservation_ids: Collection[int], now: datetime) -> None:
    """Have new stays planned; what a history brought and is over needs no plan."""
    pending.add(REACTION, "reservation", _ids(_COMING, reservation_ids, now), now)


def plan_all(connection_id: int, now: datetime) -> None:
    """Have all coming stays of this connection's hotel planned: whom they reach is known now."""
    with scope.everything():
        replan(Connection.objects.filter(pk=connection_id).values_list("property", flat=True), now)


def _ids(statement: str, ids: Collection[int], now: datetime) -> list[int]:
    since = (now - LOOKED_BACK - timedelta(days=1)).date()
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ids": list(ids), "since": since})
        return [id_ for (id_,) in cursor.fetchall()]
