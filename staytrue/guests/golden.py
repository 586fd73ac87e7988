"""What a guest's fields are, computed from his profiles; kept on the guest for lists and search."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection


def compute(guest_ids: Collection[int], now: datetime) -> None:
    """Compute these guests' fields, number of profiles and state again."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE guest g
                  SET computed_at = %(now)s, profiles = coalesce(x.profiles, 0),
                      state = CASE WHEN g.state = 'erased' THEN g.state
                                   WHEN x.profiles IS NULL THEN 'retired' ELSE 'active' END,
                      name = coalesce(x.name, g.name), name_key = coalesce(x.name_key, g.name_key),
                      last_name_key = coalesce(x.last_name_key, g.last_name_key),
                      kind = coalesce(x.kind, g.kind)
                 FROM unnest(%(ids)s::bigint[]) i(id)
                 LEFT JOIN LATERAL (
                   SELECT count(*) OVER () AS profiles, p.kind, p.name_key, p.last_name_key,
                          concat_ws(' ', p.first_name, p.last_name, p.second_last_name) AS name
                     FROM link l LEFT JOIN profile p ON p.id = l.profile_id
                    WHERE l.guest_id = i.id AND l.until_at IS NULL
                    ORDER BY p.version_at DESC NULLS LAST, p.id LIMIT 1) x ON true
                WHERE g.id = i.id""",
            {"now": now, "ids": sorted(guest_ids)},
        )
