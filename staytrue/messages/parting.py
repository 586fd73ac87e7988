"""Messages that went to the wrong person because two were taken for one: known before it is undone.

Afterwards they list themselves as wrong sends (`wrong_finding.of_people`), each with its ask.
"""

from __future__ import annotations

from collections.abc import Iterator

from staytrue.guests.consequences import Consequence, Kind, Parting, also
from staytrue.kit.asking import ask
from staytrue.messages.kinds import LEFT

_MISDIRECTED = """
  SELECT m.profile_id, count(*) FROM unnest(%(ids)s::bigint[], %(groups)s::int[]) x(id, place)
    JOIN message m ON m.profile_id = x.id AND m.contact_point_id IS NOT NULL
     AND m.state = ANY(%(left)s)
   WHERE NOT EXISTS (
     SELECT FROM unnest(%(ids)s::bigint[], %(groups)s::int[]) y(id, place)
       JOIN contact_use u ON u.profile_id = y.id AND u.contact_point_id = m.contact_point_id
      WHERE y.place = x.place)
   GROUP BY m.profile_id ORDER BY m.profile_id"""


def follows(parting: Parting) -> Iterator[Consequence]:
    """Of each profile, how many messages left to an address that only the other had."""
    places = [(id_, place) for place, ids in enumerate(parting.groups) for id_ in ids]
    rows = ask(
        _MISDIRECTED,
        {"ids": [id_ for id_, _ in places], "groups": [place for _, place in places],
         "left": sorted(state.value for state in LEFT)},
    )  # fmt: skip
    for profile, count in rows:
        yield Consequence(Kind.MESSAGES, profile, parting.hotels.get(profile), {"count": count})


also(follows)
