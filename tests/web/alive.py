"""For the demo house: a PMS that is followed as it lives, and one that stopped because it changed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from staytrue.flow import living
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.inbox import actions as inbox
from staytrue.inbox import wanted
from staytrue.inbox.models import Connection, Delivery
from staytrue.inbox.wanted import Want
from staytrue.mirror import actions as mirror
from staytrue.staff import audit

CHANGED = (
    "The PMS's database has changed: in staytrue.stays, column dep is gone and departure is new. "
    "Nothing was written and the mirror stays as it was. Compare the view with the mapping, then "
    "accept the new shape."
)


def connect(now: datetime) -> None:
    """Lisbon's Mews two weeks in, and Bilbao's old PMS whose views were changed at noon."""
    with scope.everything(), audit.acting("scene", now):
        mews = _link("LIS", "lis-mews", "mews", now)
        inbox.set_cadence(mews, "changes", 30, "14-20")
        inbox.set_objectives(mews, {"lag_p95": 300, "fidelity": 0.999, "role": "guest_relations"})
        _read(mews, now - timedelta(minutes=3), now)
        wanted.want(mews, [Want("reservation", str(n)) for n in range(12)], now)
        inbox.set_bookmark(mews, "turn changes", {}, now - timedelta(seconds=10))
        _late(mews, now)
        views = _link("BIO", "bio-views", "sql_views", now)
        _read(views, now - timedelta(hours=4), now)
        inbox.stop(views, "views_changed", {"reason": CHANGED}, now - timedelta(hours=4))


def _link(code: str, name: str, dialect: str, now: datetime) -> Connection:
    hotel = Property.objects.get(code=code)
    return inbox.connect(
        name, hotel, dialect, {}, now=now - timedelta(days=14), cadence_seconds=300
    )


def _read(link: Connection, through: datetime, now: datetime) -> None:
    inbox.set_bookmark(link, living.WALK, {"through": through.isoformat()}, through)
    for object in ("profile", "reservation"):
        mirror.tell_read(
            link.pk, object, property_id=link.property_id, true_through=through, now=now
        )


def _late(link: Connection, now: datetime) -> None:
    """Seven days of changes, half a minute late in the afternoon and minutes in the morning."""
    parcel = Delivery.objects.create(
        connection=link, property_id=link.property_id, object="records", kind="live",
        name="records 16:00", content_hash="alive", size=18_400, state="applied",
        received_at=now - timedelta(days=8), made_at=now - timedelta(days=8),
        settled_at=now - timedelta(days=8), counts={"read": 112, "created": 9, "changed": 31},
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO change (at, source_at, object, object_id, no, connection_id,
                                   property_id, kinds, delivery_id, history)
               SELECT at, at - CASE WHEN extract(hour FROM at) BETWEEN 12 AND 18
                                    THEN (12 + n * 7 %% 31) * interval '1 second'
                                    ELSE (70 + n * 13 %% 190) * interval '1 second' END,
                      'reservation', 1000000 + n, 2, %s, %s, '{modified}', %s, false
                 FROM (SELECT n, %s - n * interval '11 minutes' AS at
                         FROM generate_series(1, 900) n) x
                WHERE extract(hour FROM at) > 4""",
            [link.pk, link.property_id, parcel.pk, now],
        )
