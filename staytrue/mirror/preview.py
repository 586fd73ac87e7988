"""What a staged batch would come to, asked of the database without changing the mirror."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from staytrue.kit.merge import Target


@dataclass(frozen=True)
class Preview:
    """Records of a file: new ones, changed ones, and the ones that name a record a second time.

    `same_person` counts profiles with exactly the name and an e-mail or phone of another one, in
    the file or in the mirror: what recognising guests will propose first.
    """

    created: int
    changed: int
    repeated: int
    same_person: int = 0


def preview(target: Target, link_id: int, batch: int, made_at: datetime) -> Preview:
    """Count what merging this batch would do; older versions change nothing."""
    key = [name for name in target.key if name != "connection_id"]
    joined = " AND ".join(f"t.{name} = d.{name}" for name in key)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH d AS (
                  SELECT DISTINCT ON ({", ".join(key)}) * FROM {target.stage}
                   WHERE batch = %(batch)s
                   ORDER BY {", ".join(key)}, coalesce(version, 0) DESC, version_at DESC, line DESC)
                SELECT count(*) FILTER (WHERE t.id IS NULL),
                       count(*) FILTER (WHERE t.{target.content} <> d.{target.content}
                         AND (coalesce(t.version, 0), t.version_at, t.read_at)
                          <= (coalesce(d.version, 0), d.version_at, %(made_at)s)),
                       (SELECT count(*) FROM {target.stage} WHERE batch = %(batch)s) - count(*)
                  FROM d LEFT JOIN {target.table} t ON t.connection_id = %(link)s AND {joined}""",
            {"batch": batch, "link": link_id, "made_at": made_at},
        )
        created, changed, repeated = cursor.fetchone()
    same_person = _same_person(link_id, batch) if target.table == "profile" else 0
    return Preview(created, changed, repeated, same_person)


def _same_person(link_id: int, batch: int) -> int:
    """Profiles of the batch that share name and contact with another profile of any hotel."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH named AS (
                 SELECT source_id, name_key, unnest(contact_keys) AS contact, true AS is_staged
                   FROM stage_profile WHERE batch = %(batch)s AND name_key <> ''
                  UNION ALL
                 SELECT p.source_id || ' ' || p.connection_id, p.name_key, unnest(p.contact_keys),
                        false
                   FROM profile p WHERE p.name_key <> '' AND p.name_key IN (
                          SELECT name_key FROM stage_profile WHERE batch = %(batch)s)
                    AND NOT (p.connection_id = %(link)s AND p.source_id IN (
                          SELECT source_id FROM stage_profile WHERE batch = %(batch)s))),
               shared AS (
                 SELECT name_key, contact FROM named GROUP BY 1, 2
                 HAVING count(DISTINCT source_id) > 1)
               SELECT count(DISTINCT source_id) FROM named JOIN shared USING (name_key, contact)
                WHERE is_staged""",
            {"batch": batch, "link": link_id},
        )
        return int(cursor.fetchone()[0])
