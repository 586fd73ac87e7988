"""Every stay of several profiles together: one person at the hotels of the group."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from staytrue.mirror import sheets
from staytrue.mirror.sheets import StayOfProfile, Totals
from staytrue.staff.access import Access


@dataclass(frozen=True)
class History:
    """Stays by arrival, newest first, and what they add up to in each currency."""

    stays: list[StayOfProfile]
    totals: list[Totals]

    @property
    def nights(self) -> int:
        """Nights that took place."""
        return sum(stay.nights for stay in self.stays if stay.status == "checked_out")


def history_of(access: Access, profile_ids: Collection[int]) -> History:
    """The stays these profiles are on, each once, at the hotels where he may read stays.

    Which profiles are one person is decided elsewhere; here they are only added up.
    """
    found = {
        stay.id: stay
        for profile_id in sorted(profile_ids)
        for stay in sheets.profile(access, profile_id).stays
    }
    stays = sorted(found.values(), key=lambda stay: (stay.arrival_on, stay.id), reverse=True)
    return History(stays, sheets.totals_of(stays))
