"""The number that open screens ask for: whoever changes what they show raises it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection


def raise_for(property_ids: Iterable[int]) -> None:
    """Raise the number that open screens of these hotels ask for."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO screen_number AS s (property_id, number)
               SELECT id, 1 FROM unnest(%s::bigint[]) x(id) ORDER BY id
               ON CONFLICT (property_id) DO UPDATE SET number = s.number + 1""",
            [sorted(set(property_ids))],
        )
