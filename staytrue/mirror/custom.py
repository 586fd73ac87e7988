"""Custom fields as the mappings fill them: which there are, of which type, how often filled.

Nothing is declared anywhere: a mapping that names a new field fills it with the next file, and it
is here and in every filter from then on. In SQL a field is `custom ->> 'name'`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from staytrue.staff.access import Access, hides

OBJECTS = {"reservation": "stays.read", "profile": "profiles.read"}


@dataclass(frozen=True)
class CustomField:
    """One field at one property; `type` is text, number, bool, or mixed where rows disagree."""

    code: str
    name: str
    type: str
    filled: int
    records: int

    @property
    def share(self) -> float:
        """How many of the property's records have it, from 0 to 1."""
        return self.filled / self.records if self.records else 0.0


def custom_fields(access: Access, object: str) -> list[CustomField]:
    """The custom fields of stays (`reservation`) or guests (`profile`) at his properties."""
    ids = [id_ for id_ in access.where(OBJECTS[object]) if not hides(access, "custom", id_)]
    return fields_at(ids, object)


def fields_at(property_ids: Collection[int], object: str) -> list[CustomField]:
    """The same for these properties, by property and name."""
    if object not in OBJECTS:
        raise ValueError(object)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH size AS (
                  SELECT property_id, count(*) AS records FROM {object}
                   WHERE property_id = ANY(%(ids)s) GROUP BY 1)
                SELECT h.code, c.key,
                       CASE WHEN count(DISTINCT jsonb_typeof(c.value)) > 1 THEN 'mixed'
                            ELSE min(jsonb_typeof(c.value)) END,
                       count(*), s.records
                  FROM {object} t CROSS JOIN LATERAL jsonb_each(t.custom) c
                  JOIN size s USING (property_id) JOIN property h ON h.id = t.property_id
                 WHERE t.property_id = ANY(%(ids)s) AND c.value <> 'null'
                 GROUP BY h.code, c.key, s.records ORDER BY h.code, c.key""",
            {"ids": sorted(property_ids)},
        )
        rows = cursor.fetchall()
    words = {"string": "text", "boolean": "bool", "array": "list", "object": "table"}
    return [CustomField(code, key, words.get(type_, type_), *n) for code, key, type_, *n in rows]
