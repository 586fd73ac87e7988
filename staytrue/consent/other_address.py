"""Whose only addresses are dead or unwelcome is asked for another one at his next arrival.

The guest is not lost: who has another address that may be used is asked nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from staytrue.consent import permissions
from staytrue.consent.permissions import Asked
from staytrue.staff.actions import NewAsk, close_asks, open_asks

KIND = "other_address"
ROLE = "front_desk"


def ask_for_profiles(profile_ids: Collection[int], now: datetime) -> None:
    """Look at the coming stays of these profiles."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT o.reservation_id FROM profile p
                 JOIN roster o ON o.connection_id = p.connection_id AND o.profile = p.source_id
                      AND o.role = 'primary' AND o.until_at IS NULL
                 JOIN reservation r ON r.id = o.reservation_id AND r.status = 'confirmed'
                WHERE p.id = ANY(%s)""",
            [list(profile_ids)],
        )
        stays = [id_ for (id_,) in cursor.fetchall()]
    ask_for_stays(stays, now)


def ask_for_stays(reservation_ids: Collection[int], now: datetime) -> None:
    """Make the asks of these stays what their guests' addresses call for."""
    asks = [_ask(row) for row in _without_address(reservation_ids, now)]
    open_asks(asks, now)
    keys = {_key(id_) for id_ in reservation_ids} - {ask.key for ask in asks}
    close_asks(keys, "has_address", now)


def _key(reservation_id: int) -> str:
    return f"other-address:{reservation_id}"


def _ask(row: tuple[Any, ...]) -> NewAsk:
    stay, hotel, number, arrival_on, zone, *_ = row
    return NewAsk(
        key=_key(stay),
        kind=KIND,
        role=ROLE,
        property_id=hotel,
        facts={"number": number},
        link=f"/stays/{stay}/",
        due_at=datetime.combine(arrival_on, time(18), ZoneInfo(zone)),
    )


def _without_address(reservation_ids: Collection[int], now: datetime) -> list[tuple[Any, ...]]:
    """The stays whose guest has e-mail addresses, and none that what his stay needs may use."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT r.id, r.property_id, r.number, r.arrival_on, h.timezone, p.id,
                      u.contact_point_id
                 FROM reservation r JOIN property h ON h.id = r.property_id
                 JOIN profile p ON p.connection_id = r.connection_id
                      AND p.source_id = r.primary_profile
                 JOIN contact_use u ON u.profile_id = p.id AND u.until_at IS NULL
                 JOIN contact_point c ON c.id = u.contact_point_id AND c.kind = 'email'
                WHERE r.id = ANY(%s) AND r.status = 'confirmed'
                  AND EXISTS (SELECT FROM contact_use b JOIN consent_act a
                                  ON a.contact_point_id = b.contact_point_id AND a.act = 'suppress'
                               WHERE b.profile_id = p.id AND b.until_at IS NULL)""",
            [list(reservation_ids)],
        )
        rows = cursor.fetchall()
    # A complaint stops no mail about the stay, and yet he is asked where else to write.
    asked = [Asked(point, profile, hotel, "service", "email")
             for _, hotel, _, _, _, profile, point in rows]  # fmt: skip
    is_dead: dict[int, list[bool]] = defaultdict(list)
    for row, answer in zip(rows, permissions.of(asked, now), strict=True):
        is_dead[row[0]].append(answer.reason == "suppressed")
    last = {row[0]: row for row in rows}
    return [last[stay] for stay, dead in is_dead.items() if all(dead)]
