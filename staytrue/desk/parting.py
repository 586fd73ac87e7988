"""Cases of guests who are taken apart: each goes with its profile, and somebody looks whose words it holds."""

from __future__ import annotations

from collections.abc import Iterator

from staytrue.guests.consequences import Consequence, Kind, Parting, also
from staytrue.kit.asking import ask


def follows(parting: Parting) -> Iterator[Consequence]:
    """Of each profile, how many cases were opened while they were one."""
    ids = [id_ for group in parting.groups for id_ in group]
    rows = ask(
        """SELECT profile_id, count(*) FROM desk_case
            WHERE profile_id = ANY(%s) AND opened_at >= %s GROUP BY 1 ORDER BY 1""",
        [ids, parting.since],
    )
    for profile, count in rows:
        yield Consequence(Kind.CASES, profile, parting.hotels.get(profile), {"count": count})


also(follows)
