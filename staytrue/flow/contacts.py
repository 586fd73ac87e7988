"""Who is behind a contact point changes with the stays of all who use it: learned again by and by."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from staytrue.consent import actions as consent
from staytrue.consent.queries import users_of
from staytrue.guests import golden, links
from staytrue.hotel import scope

PARTS = 25
"""An hour does one part, a day all. Not 24: a machine that is off at night skips no part for ever."""
_BATCH = 500


def learn_part(now: datetime) -> None:
    """The part whose hour it is."""
    changed = sorted(consent.learn_all(now, int(now.timestamp()) // 3600 % PARTS, PARTS))
    for start in range(0, len(changed), _BATCH):
        with scope.everything():
            recompose(changed[start : start + _BATCH], now)


def recompose(contact_point_ids: Collection[int], now: datetime) -> None:
    """Guests who have one of these are composed anew: which address stands first hangs on roles."""
    golden.compute(links.guests_of(users_of(contact_point_ids)).values(), now)
