"""For the demo house: a month of measured fields, and nights of audits with what the last one found."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection

from staytrue.hotel import scope
from staytrue.inbox.models import Connection
from staytrue.mirror import audits, capability
from staytrue.mirror.models import FidelityDifference, FidelityRun, Reservation

NIGHTS = 9


def measured(link: Connection, today: date, now: datetime) -> None:
    """Thirty days of fill rates; language fell by half today, e-mails change silently."""
    with scope.everything(), connection.cursor() as cursor:
        capability.measure(link, today)
        cursor.execute(
            """INSERT INTO fill_rate (connection_id, property_id, object, field, day, records,
                                      filled)
               SELECT connection_id, property_id, object, field, day - n, records,
                      greatest(0, least(records, filled + (n * 7 %% 5 - 2) * (records / 60)))
                 FROM fill_rate, generate_series(1, 29) n WHERE connection_id = %s""",
            [link.pk],
        )
        cursor.execute(
            """UPDATE fill_rate SET filled = filled / 2
                WHERE connection_id = %s AND field = 'language' AND day = %s""",
            [link.pk, today],
        )
        capability.note_silent(link.pk, link.property_id, "profile", ["emails"] * 14, now)
        capability.note_silent(link.pk, link.property_id, "reservation", ["notes"] * 2, now)


def audited(link: Connection, now: datetime) -> None:
    """An audit each night; the last one found three fields that differ and a stay that is gone."""
    with scope.everything():
        for night in range(NIGHTS, 0, -1):
            at = now - timedelta(days=night) + timedelta(hours=11)
            run = FidelityRun.objects.create(
                connection=link, property_id=link.property_id, begun_at=at,
                ended_at=at + timedelta(minutes=6), sample=200,
                tallies={
                    "in_house": {"reservation": [21, 21, 640, 640], "profile": [18, 18, 170, 170]},
                    "next_7": {"reservation": [44, 43, 1290, 1289], "profile": [40, 40, 372, 372]},
                    "next_30": {"reservation": [57, 57 - night % 2, 1610, 1610 - night % 2],
                                "profile": [66, 66, 598, 598]},
                    "past": {"reservation": [78, 76, 2411, 2409], "profile": [76, 76, 702, 702]},
                },
            )  # fmt: skip
        stays = list(Reservation.objects.filter(connection=link).order_by("-arrival_on")[:3])
        known = {"run": run, "property_id": link.property_id, "object": "reservation"}
        found = [("room_number", "12", "14"), ("notes", "Ground floor, please", None),
                 ("departure_on", "2026-05-24", "2026-05-25")]  # fmt: skip
        audits.save(run, [
            FidelityDifference(
                kind="differs", key=f"BIO:{stay.number}:{stay.leg}", object_id=stay.pk,
                field=field, ours=ours, theirs=theirs, window="next_30", ours_since=stay.read_at, **known,
            )
            for stay, (field, ours, theirs) in zip(stays, found, strict=True)
        ] + [FidelityDifference(kind="missing_here", key="BIO:30999:1", **known)])  # fmt: skip
