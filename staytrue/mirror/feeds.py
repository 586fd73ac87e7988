"""Named reads about feeds: how old each mirror is, what a feed fills, and words it does not know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection

from staytrue.inbox.models import Connection
from staytrue.mirror import rules
from staytrue.staff.access import Access

CONNECTIONS = "connections.read"

# What a feed is asked for, as SQL over a reservation r and the profile p of its main guest.
FILLED = {
    "created_at": "r.created_at IS NOT NULL",
    "room_number": "r.room_number IS NOT NULL",
    "room_category": "r.room_category IS NOT NULL",
    "rate_code": "r.rate_code IS NOT NULL",
    "board": "r.board IS NOT NULL",
    "channel": "r.source_channel IS NOT NULL",
    "segment": "r.segment IS NOT NULL",
    "amount": "r.amount IS NOT NULL",
    "extras": "r.extras <> '[]'",
    "payment_method": "r.payment_method IS NOT NULL",
    "last_name": "p.last_name IS NOT NULL",
    "emails": "p.emails <> '[]'",
    "phones": "p.phones <> '[]'",
    "language": "p.language IS NOT NULL",
    "birth_date": "p.birth_date IS NOT NULL",
}
_SAMPLE = 5000


@dataclass(frozen=True)
class Feed:
    """One connection and how true its mirror of reservations is."""

    id: int
    name: str
    dialect: str
    two_way: bool
    property_id: int
    code: str
    hotel: str
    city: str
    zone: str
    cadence_seconds: int
    true_through: datetime | None
    last_success_at: datetime | None
    last_attempt_at: datetime | None
    scope: str | None
    stopped_code: str
    parked: int
    held: int
    lookups_only: bool = False

    @property
    def late_from(self) -> datetime | None:
        """From this instant on the feed is late against its own promise."""
        if self.true_through is None:
            return None
        return self.true_through + timedelta(seconds=self.cadence_seconds) + rules.GRACE

    @property
    def next_at(self) -> datetime | None:
        """When the next delivery is due."""
        if self.true_through is None:
            return None
        return self.true_through + timedelta(seconds=self.cadence_seconds)

    def is_stale(self, now: datetime) -> bool:
        """Whether it is late now (FEATURES A04)."""
        return not self.lookups_only and rules.is_stale(
            self.true_through, self.cadence_seconds, now
        )


_FEEDS = """
  SELECT c.id, c.name, c.dialect, c.two_way, h.id, h.code, h.name, h.city, h.timezone,
         c.cadence_seconds, f.true_through, f.last_success_at, c.last_attempt_at, f.scope,
         c.stopped_code,
         (SELECT count(*) FROM parked_part k WHERE k.connection_id = c.id AND k.state = 'parked'),
         (SELECT count(*) FROM delivery d WHERE d.connection_id = c.id AND d.state = 'held'),
         c.lookups_only
    FROM connection c JOIN property h ON h.id = c.property_id
    LEFT JOIN freshness f ON f.connection_id = c.id AND f.object = 'reservation'
   WHERE h.id = ANY(%s) ORDER BY h.code, c.name"""


def feeds(access: Access, right: str | None = None) -> list[Feed]:
    """The connections of his properties; with `right`, of those where he holds it.

    How old what he reads is, everybody may know: the clocks of the rail need no right.
    """
    ids = access.where(right) if right else access.property_ids
    with connection.cursor() as cursor:
        cursor.execute(_FEEDS, [sorted(ids)])
        return [Feed(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Fill:
    """How often a field is filled among the newest bookings of a feed."""

    name: str
    share: float


def filled(link: Connection) -> tuple[list[Fill], int]:
    """Which fields a feed fills, over its newest bookings, and how many those are."""
    parts = ", ".join(f"count(*) FILTER (WHERE {sql})" for sql in FILLED.values())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*), {parts}
                  FROM (SELECT * FROM reservation WHERE connection_id = %s AND property_id = %s
                         ORDER BY arrival_on DESC LIMIT %s) r
                  LEFT JOIN profile p ON p.connection_id = r.connection_id
                        AND p.source_id = r.primary_profile""",
            [link.pk, link.property_id, _SAMPLE],
        )
        total, *counts = cursor.fetchone()
    shares = zip(FILLED, counts, strict=True)
    return [Fill(name, count / total if total else 0.0) for name, count in shares], total


@dataclass(frozen=True)
class UnknownWord:
    """A word of the source that no table maps: how many bookings say it, with which revenue."""

    field: str
    word: str
    bookings: int
    revenue: Decimal | None
    currency: str | None


_UNMAPPED = {
    "channel": ("source_channel", "channel = 'other'"),
    "segment": ("source_segment", "coalesce(segment, 'other') = 'other'"),
    "board": ("source_board", "board IS NULL"),
    "payment_method": ("source_payment", "coalesce(payment_method, 'other') = 'other'"),
}


def unmapped(link: Connection) -> list[UnknownWord]:
    """Words taken as `other` or nothing, those with most bookings first (FEATURES E15)."""
    parts = " UNION ALL ".join(
        f"""(SELECT '{name}', {word}, count(*), sum(amount), currency FROM reservation
              WHERE connection_id = %(link)s AND {word} IS NOT NULL AND {condition}
              GROUP BY {word}, currency)"""
        for name, (word, condition) in _UNMAPPED.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"{parts} ORDER BY 3 DESC, 1, 2 LIMIT 50", {"link": link.pk})
        return [UnknownWord(*row) for row in cursor.fetchall()]
