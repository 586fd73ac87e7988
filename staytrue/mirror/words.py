"""Texts of guests that no table understands, listed for mapping: countries and languages."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from staytrue.staff.access import Access, hides

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


def unknown(field: str) -> str:
    """SQL: what a profile p says for this field, where it has no meaning; else null."""
    return f"(CASE WHEN p.{field} IS NULL THEN p.custom ->> '{field}_text' END)"


def unknown_texts(access: Access, property_id: int | None = None) -> list[UnknownText]:
    """The texts without a meaning at his hotels or at one of them, those with most profiles first.

    A mapping answers them in its tables [values.country] and the like.
    """
    ids = access.where(PROFILES)
    if property_id is not None:
        ids &= {property_id}
    parts = " UNION ALL ".join(
        f"""SELECT h.code, '{name}', {unknown(name)}, count(*)
              FROM profile p JOIN property h ON h.id = p.property_id
             WHERE p.property_id = ANY(%({name})s) AND NOT p.deleted
               AND {unknown(name)} IS NOT NULL
             GROUP BY 1, 3"""
        for name in FIELDS
    )
    seen = {name: sorted(id_ for id_ in ids if not hides(access, name, id_)) for name in FIELDS}
    with connection.cursor() as cursor:
        cursor.execute(
            f"{parts} ORDER BY 4 DESC, 1, 2, 3 LIMIT %(most)s", {**seen, "most": SHOWN_MAX}
        )
        return [UnknownText(*row) for row in cursor.fetchall()]
