"""Mail that a carrier takes and that never arrives: somebody is told, per domain of the guests.

Only of hotels whose carrier tells deliveries: silence means something only from one who speaks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from staytrue.hotel import scope
from staytrue.kit.asking import ask
from staytrue.messages.carriers.notices import What
from staytrue.messages.kinds import LEFT, State
from staytrue.staff.actions import NewAsk, settle_asks

KIND, PREFIX = "mail_vanishes", "mail-vanishes:"
WINDOW = timedelta(hours=24)
PATIENCE = timedelta(minutes=30)
"""So long a delivery may take before its silence counts."""
SPEAKS = timedelta(days=30)
"""A carrier that told of a delivery so lately tells of all."""
LEAST, MOST_SHARE = 5, 0.5

_SENT = """
SELECT m.property_id, split_part(m.address, '@', 2), count(*),
       count(*) FILTER (WHERE m.state = %(accepted)s)
  FROM message m
 WHERE m.channel = 'email' AND m.state = ANY(%(left)s) AND m.due_at > %(since)s - interval '3 days'
   AND m.handed_at > %(since)s AND m.handed_at <= %(until)s
   AND m.property_id = ANY(%(hotels)s)
 GROUP BY 1, 2"""


@dataclass(frozen=True)
class Gone:
    """What left a hotel for one domain in a day, and of how much nobody heard again."""

    property_id: int
    domain: str
    sent: int
    silent: int

    @property
    def is_too_much(self) -> bool:
        """Whether it is more than the slowness of single mailboxes."""
        return self.silent >= LEAST and self.silent > self.sent * MOST_SHARE


def settle(now: datetime) -> int:
    """Make the open asks exactly the domains at which mail vanishes now; how many those are."""
    with scope.everything():
        lost = [each for each in _gone(now) if each.is_too_much]
        asks = [
            NewAsk(
                f"{PREFIX}{each.property_id}:{each.domain}", KIND, "administrator",
                each.property_id,
                {"domain": each.domain, "sent": each.sent, "silent": each.silent}, "/sending/",
            )
            for each in lost
        ]  # fmt: skip
        settle_asks(PREFIX, asks, "arrives", now)
    return len(asks)


def _gone(now: datetime) -> list[Gone]:
    speaking = ask(
        "SELECT DISTINCT property_id FROM carrier_report WHERE what = %s AND at > %s",
        [What.DELIVERED.value, now - SPEAKS],
    )
    if not speaking:
        return []
    rows = ask(
        _SENT,
        {
            "accepted": State.ACCEPTED.value, "left": sorted(state.value for state in LEFT),
            "since": now - WINDOW, "until": now - PATIENCE,
            "hotels": [hotel for (hotel,) in speaking],
        },
    )  # fmt: skip
    return [Gone(*row) for row in rows]
