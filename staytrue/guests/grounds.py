"""Why profiles are one guest's: for each, the comparison that brought it in, since when, by whom.

Levels only, no values: whoever may see the guest may be told the reason.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.guests import published
from staytrue.guests.matching.model import PERSON, Model
from staytrue.guests.models import SourceProfile
from staytrue.hotel import phones, scope

FACTS_MAX = 3


@dataclass(frozen=True)
class Ground:
    """Why a profile is a guest's. `codes` are what agrees, the weightiest first; `rule` decided.

    `by` is the actor where a person joined them, `confirmed_by` the one who said yes afterwards.
    """

    profile_id: int
    other_id: int | None
    event: int
    codes: tuple[str, ...]
    rule: str
    at: datetime
    by: str
    reason: str
    confirmed_by: str
    confirmed_at: datetime | None


def of_guest(guest_id: int) -> list[Ground]:
    """The ground of each profile but the first, in the order they came to the guest."""
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute(_SQL, [guest_id])
        rows = cursor.fetchall()
        known = _features({id_ for row in rows for id_ in (row[1], row[2]) if id_})
    model = published.current().model
    return [
        Ground(
            profile_id=profile,
            other_id=one if other == profile else other,
            event=event,
            codes=agreeing(
                model,
                json.loads(levels),
                is_mobile=_is_mobile(known.get(one), known.get(other)),
            ),
            rule=rule,
            at=at,
            by=actor if actor.startswith("member:") else "",
            reason=reason,
            confirmed_by=confirmed_by or "",
            confirmed_at=confirmed_at,
        )
        for profile, one, other, event, levels, rule, at, actor, reason, confirmed_by, confirmed_at
        in rows
    ]  # fmt: skip


# The levels of the pair as it is compared now, or else as it was when it was decided.
_SQL = """
  SELECT DISTINCT ON (v.id, v.one, v.other) l.profile_id, v.one, v.other, v.id,
         coalesce(to_jsonb(e.levels), v.evidence->'levels', '[]')::text, v.rule, v.at, v.actor, v.reason,
         c.actor, c.at
    FROM link l
    JOIN identity_event v ON v.id = l.begun_by AND v.kind IN ('attached', 'merged')
    LEFT JOIN edge e ON e.one = least(v.one, v.other) AND e.other = greatest(v.one, v.other)
    LEFT JOIN LATERAL (
      SELECT f.actor, f.at FROM identity_event f
       WHERE f.kind = 'confirmed' AND f.undone_by IS NULL
         AND f.one = least(v.one, v.other) AND f.other = greatest(v.one, v.other)
       ORDER BY f.id DESC LIMIT 1) c ON true
   WHERE l.guest_id = %s AND l.until_at IS NULL
   ORDER BY v.id, v.one, v.other, l.profile_id IN (v.one, v.other) DESC, l.profile_id"""


def _features(profile_ids: Collection[int]) -> dict[int, Mapping[str, Any]]:
    found = SourceProfile.objects.filter(profile_id__in=profile_ids)
    return dict(found.values_list("profile_id", "features"))


def agreeing(
    model: Model, levels: Any, *, of: int = PERSON, is_mobile: bool = False
) -> tuple[str, ...]:
    """What agrees between two profiles, by weight for one person or another class; a few codes."""
    found = []
    for place, (field, level) in enumerate(zip(model.fields, _listed(levels), strict=False)):
        if 0 <= level <= field.agrees:
            code = f"{field.name}.{field.levels[level]}"
            if code == "phone.exact" and is_mobile:
                code = "phone.mobile"
            found.append((-float(model.table[of, place, level]), place, code))
    return tuple(code for _weight, _place, code in sorted(found)[:FACTS_MAX])


def _listed(levels: Any) -> Sequence[int]:
    return levels if isinstance(levels, list) else []


def _is_mobile(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Whether a number that both have is a mobile's."""
    both = set((one or {}).get("phones", ())) & set((other or {}).get("phones", ()))
    return any(phones.phone(number, None, "").line == "mobile" for number in both)
