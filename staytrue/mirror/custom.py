"""Custom fields as the mappings fill them: which there are, of which type, how often filled.

Nothing is declared anywhere: a mapping that names a new field fills it with the next file, and it
is here and in every filter from then on. In SQL a field is `custom ->> 'name'`.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from staytrue.mirror.words import FIELDS
from staytrue.staff.access import Access, hides

OBJECTS = {"reservation": ("stays.read", "true"), "profile": ("profiles.read", "NOT deleted")}
# What no table understood is listed for mapping by `mirror.words`; it is no field of the PMS.
_NO_FIELDS = [f"{field}_text" for field in FIELDS]


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


def custom_fields(access: Access, object: str, property_id: int | None = None) -> list[CustomField]:
    """The custom fields of stays (`reservation`) or guests (`profile`), by hotel and name.

    Of all hotels where he may read them, or of one of these.
    """
    right, counted = OBJECTS[object]
    ids = [id_ for id_ in access.where(right) if not hides(access, "custom", id_)]
    if property_id is not None:
        ids = [id_ for id_ in ids if id_ == property_id]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH t AS (
                  SELECT property_id, custom FROM {object}
                   WHERE property_id = ANY(%(ids)s) AND {counted}),
                size AS (SELECT property_id, count(*) AS records FROM t GROUP BY 1)
                SELECT h.code, c.key,
                       CASE WHEN count(DISTINCT jsonb_typeof(c.value)) > 1 THEN 'mixed'
                            ELSE min(jsonb_typeof(c.value)) END,
                       count(*), s.records
                  FROM t CROSS JOIN LATERAL jsonb_each(t.custom) c
                  JOIN size s USING (property_id) JOIN property h ON h.id = t.property_id
                 WHERE c.value <> 'null' AND c.key <> ALL(%(no)s)
                 GROUP BY h.code, c.key, s.records ORDER BY h.code, c.key""",
            {"ids": sorted(ids), "no": _NO_FIELDS},
        )
        rows = cursor.fetchall()
    words = {"string": "text", "boolean": "bool", "array": "list", "object": "table"}
    return [CustomField(code, key, words.get(type_, type_), *n) for code, key, type_, *n in rows]
