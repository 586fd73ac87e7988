"""For the demo house: a PMS that is followed as it lives, one that changed, one that went back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from staytrue.flow import living, restored
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.inbox import actions as inbox
from staytrue.inbox import wanted
from staytrue.inbox.models import Connection, Delivery
from staytrue.inbox.parcels import LIVE, Reading
from staytrue.inbox.wanted import Want
from staytrue.mirror import actions as mirror
from staytrue.staff import audit

CHANGED = (
    "The PMS's database has changed: in staytrue.stays, column dep is gone and departure is new. "
    "Nothing was written and the mirror stays as it was. Compare the view with the mapping, then "
    "accept the new shape."
)
WENT_BACK = (
    "The PMS shows 14 of its records older than at an earlier reading: it was restored from a "
    "backup, or its clock was set back. What is known stays as it is. Ask the hotel, and resume "
    "the connection once the PMS shows what is so."
)


def connect(now: datetime) -> None:
    """Lisbon's Mews two weeks in; Bilbao's old PMS, changed at noon; another, restored at one."""
    with scope.everything(), audit.acting("scene", now):
        mews = _link("LIS", "lis-mews", "mews", now)
        inbox.set_cadence(mews, "changes", 30, "14-20")
        inbox.set_objectives(mews, {"lag_p95": 300, "fidelity": 0.999, "role": "guest_relations"})
        _read(mews, now - timedelta(minutes=3), now)
        wanted.want(mews, [Want("reservation", str(n)) for n in range(12)], now)
        inbox.set_bookmark(mews, "turn changes", {}, now - timedelta(seconds=10))
        _late(mews, now)
        views = _link("BIO", "bio-views", "sql_views", now)
        _read(views, now - timedelta(hours=4), now - timedelta(hours=4))
        _read_before(views, now - timedelta(hours=4))
        inbox.stop(views, "views_changed", {"reason": CHANGED}, now - timedelta(hours=4))
        opera = _link("BIO", "bio-opera", "opera_cloud", now)
        _read(opera, now - timedelta(hours=3), now - timedelta(hours=3))
        _read_before(opera, now - timedelta(hours=3))
        inbox.stop(opera, restored.CODE, {"reason": WENT_BACK}, now - timedelta(hours=3))


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


def _read_before(link: Connection, at: datetime) -> None:
    """What came until it was stopped."""
    _reading(link, Reading.FIRST, "records", at - timedelta(days=13),
             {"read": 2_240, "created": 2_236, "parked_count": 4}, history=True)  # fmt: skip
    _reading(link, Reading.SWEEP, "reservation", at - timedelta(minutes=30), {"read": 41})
    _reading(link, Reading.POLL, "reservation", at, {"read": 14, "changed": 1})


def _late(link: Connection, now: datetime) -> None:
    """Seven days of changes, half a minute late in the afternoon and minutes in the morning."""
    parcel = _reading(link, Reading.FIRST, "records", now - timedelta(days=8),
                      {"read": 1_412, "created": 1_409}, history=True)  # fmt: skip
    _reading(link, Reading.WALK, "profile", now - timedelta(days=1), {"read": 506, "changed": 2})
    _reading(link, Reading.SWEEP, "records", now - timedelta(minutes=41), {"read": 64})
    _reading(link, Reading.POLL, "reservation", now - timedelta(minutes=9),
             {"read": 3, "created": 1, "changed": 2})  # fmt: skip
    _reading(link, Reading.NAMED, "records", now - timedelta(minutes=4), {"read": 2, "changed": 2})
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


def _reading(
    link: Connection, by: Reading, object: str, at: datetime, counts: dict[str, int],
    *, history: bool = False,
) -> Delivery:  # fmt: skip
    return Delivery.objects.create(
        connection=link, property_id=link.property_id, object=object, kind=LIVE,
        name=f"{object} {at:%Y-%m-%d %H:%M:%S}", content_hash=f"alive {at}", size=18_400,
        facts={"by": by}, history=history, state="applied", received_at=at, made_at=at,
        settled_at=at, counts=counts,
    )  # fmt: skip
