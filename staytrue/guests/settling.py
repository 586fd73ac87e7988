"""The settler: guests made equal to what their profiles say now, in whatever order they came."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from staytrue.guests.admitting import admit


def settle_guests(profile_ids: Collection[int], now: datetime) -> None:
    """Look again at these profiles: their values, their keys, whom they meet, and who they are.

    Decides nothing that people decided. A profile that has left the mirror is left out.
    """
    admit(profile_ids, now, anew=True)
