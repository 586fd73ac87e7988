"""Texts of guests that no table understands, listed for mapping: countries and languages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from staytrue.staff.access import Access

PROFILES = "profiles.read"
FIELDS = ("country", "nationality", "language")
SHOWN_MAX = 50


@dataclass(frozen=True)
class UnknownText:
    """What profiles say for a field that has no meaning yet, and how many say it."""

    code: str
    field: str
    text: str
    profiles: int


def unknown_texts(access: Access) -> list[UnknownText]:
    """The texts without a meaning at his properties, those with most profiles first."""
    return texts_at(access.where(PROFILES))


def texts_at(property_ids: Collection[int]) -> list[UnknownText]:
    """The same for these properties; a mapping answers them in [values.country] and the like."""
    parts = " UNION ALL ".join(
        f"""SELECT h.code, '{name}', p.custom ->> '{name}_text', count(*)
              FROM profile p JOIN property h ON h.id = p.property_id
             WHERE p.property_id = ANY(%(ids)s) AND p.{name} IS NULL
               AND p.custom ->> '{name}_text' IS NOT NULL
             GROUP BY 1, 3"""
        for name in FIELDS
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"{parts} ORDER BY 4 DESC, 1, 2, 3 LIMIT %(most)s",
            {"ids": sorted(property_ids), "most": SHOWN_MAX},
        )
        return [UnknownText(*row) for row in cursor.fetchall()]
