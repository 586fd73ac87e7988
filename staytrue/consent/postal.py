"""Letters: whom a hotel may write to by post, one line for each guest. Who refused letters is left out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.consent import permissions
from staytrue.consent.permissions import Asked, Permission
from staytrue.consent.points import POST, points_of
from staytrue.consent.purposes import Channel, Purpose
from staytrue.hotel.models import Property
from staytrue.mirror.lists import full_name
from staytrue.staff import audit
from staytrue.staff.access import Access, require

HEADING = ("name", "line1", "line2", "postcode", "city", "region", "country", "language",
           "basis", "rule")  # fmt: skip
_PARTS = HEADING[1:7]
EXPORT = "export.list"
_CHUNK = 1_000
Letter = tuple[str, ...]


def letters(access: Access, hotel: Property, now: datetime) -> Iterator[Letter]:
    """The lines of the export, each guest once, at his first address that may be used."""
    require(access, EXPORT, hotel)
    require(access, "contact.read", hotel)
    written: set[object] = set()
    count = 0
    for page in _pages(hotel.pk):
        for row, home, given in _permitted(page, hotel.pk, now):
            if row["person"] in written:
                continue
            written.add(row["person"])
            count += 1
            parts = tuple(str(home.get(part) or "") for part in _PARTS)
            yield (row["name"], *parts, row["language"], given.basis, given.rule_version)
    with audit.acting(access.actor, now):
        audit.record("exported", "postal", property_id=hotel.pk, facts={"lines": count})


def _permitted(
    rows: Sequence[Mapping[str, Any]], property_id: int, now: datetime
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any], Permission]]:
    known = _point_ids([value for row in rows for value, _ in row["homes"]])
    offered = [
        (row, home, Asked(known[value], row["id"], property_id, Purpose.MARKETING, Channel.POST))
        for row in rows
        for value, home in row["homes"]
        if value in known
    ]
    answers = permissions.of([asked for _, _, asked in offered], now)
    for (row, home, _), given in zip(offered, answers, strict=True):
        if given.allowed:
            yield row, home, given


def _point_ids(values: list[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT value, id FROM contact_point WHERE kind = %s AND value = ANY(%s)",
            [POST, values],
        )
        return dict(cursor.fetchall())


def _pages(property_id: int) -> Iterator[list[dict[str, Any]]]:
    """People of this hotel with a postal address, page by page; `person` is the guest, if known."""
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT p.id, coalesce('g' || l.guest_id, 'p' || p.id), p.first_name, p.last_name,
                          p.second_last_name, coalesce(p.language, ''), p.addresses::text
                     FROM profile p
                     LEFT JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL
                    WHERE p.property_id = %s AND p.id > %s AND p.kind = 'person' AND NOT p.deleted
                      AND NOT p.anonymised AND p.addresses <> '[]'
                    ORDER BY p.id LIMIT %s""",
                [property_id, after, _CHUNK],
            )
            rows = cursor.fetchall()
        yield [
            {
                "id": id_,
                "person": person,
                "name": full_name(first, last, second),
                "language": language,
                "homes": _homes(json.loads(text)),
            }
            for id_, person, first, last, second, language, text in rows
        ]
        if len(rows) < _CHUNK:
            return
        after = rows[-1][0]


def _homes(addresses: Sequence[Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """Each address that places somebody, with the value of its contact point."""
    found = []
    for home in addresses:
        points = points_of({"addresses": [home]})
        found += [(value, home) for _, value in points]
    return found
