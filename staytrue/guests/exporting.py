"""Guests as a file: each guest of a hotel once, in the fields that its reader may see.

Every line carries the number of the export, so that a file found elsewhere tells who took it, when
and why: the audit has it. What one member takes out in a day has an end.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TextIO

from django.db import connection

from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit import ids
from staytrue.kit.errors import Refused
from staytrue.kit.spreadsheet import write_csv
from staytrue.kit.text import clean
from staytrue.staff import audit
from staytrue.staff.access import Access, hidden_among, require

EXPORT, PROFILES = "export.list", "profiles.read"
ACT = "guests_exported"
LINES_A_DAY = 150_000
"""More than a whole hotel, and not all hotels one after the other."""
HEADING = ("export", "guest", "title", "first_name", "last_name", "second_last_name", "language",
           "country", "email", "phone", "vip")  # fmt: skip
_FIELD = {"email": "emails", "phone": "phones"}
_CHUNK = 2_000
_DAY = timedelta(days=1)
# Of a guest with several profiles at the hotel the first stands for him.
_GUESTS = """
  FROM profile p LEFT JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL
 WHERE p.property_id = %(hotel)s AND p.kind = 'person' AND NOT p.deleted AND NOT p.anonymised
   AND NOT EXISTS (SELECT FROM link o JOIN profile q ON q.id = o.profile_id
                    WHERE o.guest_id = l.guest_id AND o.until_at IS NULL
                      AND q.property_id = %(hotel)s AND NOT q.deleted AND NOT q.anonymised
                      AND q.id < p.id)"""


@dataclass(frozen=True)
class Export:
    """A file that was written: its number, and how many guests it holds."""

    number: str
    lines: int


def export(access: Access, hotel: Property, reason: str, out: TextIO, now: datetime) -> Export:
    """Write the guests of this hotel; Refused without a reason, or past the day's limit."""
    require(access, EXPORT, hotel)
    require(access, PROFILES, hotel)
    if not clean(reason):
        raise Refused("Say why, for those who read it later.", "reason_missing")
    count = _count(hotel.pk)
    if _taken(access.actor, now) + count > LINES_A_DAY:
        raise Refused(
            "This would be more than one day allows. Take less, or go on tomorrow.",
            "export_limit",
        )
    number = base64.b32encode(ids.new().bytes)[:10].decode()
    fields = {_FIELD.get(name, name) for name in HEADING[2:]}
    hidden = hidden_among(access, fields, hotel.pk)
    lines = write_csv(out, HEADING, ((number, *row) for row in _rows(hotel.pk, hidden)))
    with audit.acting(access.actor, now, clean(reason)):
        audit.record(ACT, f"export:{number}", property_id=hotel.pk, fields=fields - hidden,
                     facts={"lines": lines})  # fmt: skip
    return Export(number, lines)


def _count(property_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {_GUESTS}", {"hotel": property_id})
        return int(cursor.fetchone()[0])


def _taken(actor: str, now: datetime) -> int:
    """So many lines this member took out within a day, of whichever hotel."""
    with scope.everything(), connection.cursor() as cursor:
        # Two exports at one moment count both.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('staytrue_export'), hashtext(%s))",
                       [actor])  # fmt: skip
        cursor.execute(
            """SELECT coalesce(sum((facts->>'lines')::bigint), 0) FROM audit_entry
                WHERE action = %s AND actor = %s AND at > %s""",
            [ACT, actor, now - _DAY],
        )
        return int(cursor.fetchone()[0])


def _rows(property_id: int, hidden: set[str]) -> Iterator[tuple[Any, ...]]:
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT p.id, p.title, p.first_name, p.last_name, p.second_last_name,
                           p.language, p.country,
                           jsonb_path_query_first(
                             p.emails, '$[*] ? (!(@.masked == true)).address') #>> '{{}}',
                           coalesce(p.phones #>> '{{0,number}}', p.phones #>> '{{0,raw}}'), p.vip
                      {_GUESTS} AND p.id > %(after)s ORDER BY p.id LIMIT %(limit)s""",
                {"hotel": property_id, "after": after, "limit": _CHUNK},
            )
            rows = cursor.fetchall()
        for row in rows:
            yield tuple(
                "" if value is None or _FIELD.get(name, name) in hidden else value
                for name, value in zip(("guest", *HEADING[2:]), row, strict=True)
            )
        if len(rows) < _CHUNK:
            return
        after = rows[-1][0]
