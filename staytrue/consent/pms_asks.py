"""What a one-way PMS must be told by hand: each opt-out is asked for until its mirror shows the flag."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import connection

from staytrue.staff.actions import NewAsk, close_asks, open_asks
from staytrue.staff.models import Ask

KIND = "opt_out_in_pms"
ROLE, ROLE_ABOVE = "front_desk", "general_manager"
DUE_AFTER = timedelta(days=3)
"""After so long the general manager is asked instead."""

_OF_PMS = ("email", "sms", "phone", "post")


def key(profile_id: int, channel: str) -> str:
    """One ask for each profile and channel."""
    return f"opt-out-in-pms:{profile_id}:{channel}"


def open_for(refusals: Iterable[tuple[int | None, str]], now: datetime) -> None:
    """Ask for these (profile, channel) whose PMS does not know it yet."""
    wanted = sorted({(id_, channel) for id_, channel in refusals if id_ and channel in _OF_PMS})
    if not wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT p.id, x.channel, p.property_id, c.name, g.public_id
                 FROM unnest(%s::bigint[], %s::text[]) x(profile, channel)
                 JOIN profile p ON p.id = x.profile JOIN connection c ON c.id = p.connection_id
                 LEFT JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL
                 LEFT JOIN guest g ON g.id = l.guest_id
                WHERE NOT p.deleted AND NOT p.anonymised AND NOT {_SAID}""",
            [[id_ for id_, _ in wanted], [channel for _, channel in wanted]],
        )
        rows = cursor.fetchall()
    asks = [
        NewAsk(
            key=key(profile, channel),
            kind=KIND,
            role=ROLE,
            property_id=hotel,
            facts={"connection": connection_name, "channel": channel},
            link=f"/guests/{public_id}/consent/" if public_id else "",
            due_at=now + DUE_AFTER,
        )
        for profile, channel, hotel, connection_name, public_id in rows
    ]
    open_asks(asks, now)


_SAID = """EXISTS (
  SELECT FROM jsonb_array_elements(p.consents) s
   WHERE s->>'purpose' = 'marketing' AND s->>'channel' = x.channel AND s->>'state' = 'out')"""


def close_for(profile_ids: Collection[int], now: datetime) -> None:
    """The mirror shows the flag, or the profile is gone: nothing is left to type."""
    if not profile_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT a.key FROM profile p CROSS JOIN unnest(%s::text[]) x(channel)
                 JOIN ask a ON a.key = 'opt-out-in-pms:' || p.id || ':' || x.channel
                      AND a.closed_at IS NULL
                WHERE p.id = ANY(%s) AND (p.deleted OR p.anonymised OR {_SAID})""",
            [list(_OF_PMS), list(profile_ids)],
        )
        close_asks([found for (found,) in cursor.fetchall()], "seen_in_pms", now)


def lift_for(refusals: Iterable[tuple[int | None, str]], now: datetime) -> None:
    """He agreed again: nothing is to be typed any more."""
    close_asks([key(id_, channel) for id_, channel in refusals if id_], "agreed_again", now)


def escalate(now: datetime) -> None:
    """What nobody typed in time is asked of whoever leads the hotel; of who is gone, nobody is."""
    open_ = Ask.objects.filter(kind=KIND, closed_at=None).values_list("key", flat=True)
    close_for({int(key_.split(":")[1]) for key_ in open_}, now)
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE ask SET role_id = %s
                WHERE kind = %s AND closed_at IS NULL AND role_id = %s AND due_at < %s""",
            [ROLE_ABOVE, KIND, ROLE, now],
        )
