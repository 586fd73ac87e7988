"""A profile that was erased or anonymised is nobody's: its link ends, and no undoing brings it back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from staytrue.guests import links
from staytrue.guests.links import Act, Kind
from staytrue.guests.models import Correction, PersonaChoice


def erase(profile_ids: Collection[int], actor: str, now: datetime, rule: str = "pms") -> int | None:
    """End the links of these profiles; answers the event, or None where nothing was linked.

    What people said of them goes too; a guest of whom nothing is left answers `erased` for ever.
    """
    at = links.guests_of(profile_ids)
    if not at:
        return None
    links.lock(set(at.values()))
    event = links.note(Act(Kind.ERASED, actor, rule=rule), now)
    links.move(dict.fromkeys(at), event, now)
    Correction.objects.filter(profile_id__in=profile_ids).delete()
    PersonaChoice.objects.filter(profile_id__in=profile_ids).delete()
    _forget_names(profile_ids)
    return event


def _forget_names(profile_ids: Collection[int]) -> None:
    """Guests that ever held them and hold nobody now keep no name; erased, where all left so."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE guest g SET name = '', name_key = '', last_name_key = '', golden = '{}',
                      state = CASE WHEN EXISTS (
                        SELECT FROM link l JOIN link n ON n.profile_id = l.profile_id
                         WHERE l.guest_id = g.id AND n.until_at IS NULL)
                        THEN g.state ELSE 'erased' END
                WHERE g.id IN (SELECT guest_id FROM link WHERE profile_id = ANY(%s))
                  AND NOT EXISTS (
                    SELECT FROM link l WHERE l.guest_id = g.id AND l.until_at IS NULL)""",
            [list(profile_ids)],
        )
