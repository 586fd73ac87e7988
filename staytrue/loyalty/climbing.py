"""What a member still lacks for the next tier."""

from __future__ import annotations

from datetime import date

from staytrue.guests.accounts import queries as accounts
from staytrue.hotel import scope
from staytrue.loyalty import tiers, versions
from staytrue.loyalty.models import CountedStay
from staytrue.loyalty.queries import READ
from staytrue.loyalty.tiers import Earned, Need
from staytrue.staff.access import Access, require


def next_tier(access: Access, guest_id: int, today: date) -> tuple[str, list[Need]] | None:
    """The name of the tier above a member's and the needs he still lacks; none at the top."""
    require(access, READ)
    with scope.everything():
        version, held = versions.in_force(today), accounts.of_guest(guest_id)
        if version is None or held is None:
            return None
        rows = CountedStay.objects.filter(profile_id__in=held.profile_ids).values_list(
            "left_on", "nights", "spend", "points"
        )
        earned = [Earned(on, nights, 1, spend, points) for on, nights, spend, points in rows]
    found = tiers.way_up(today, earned, version.ladder)
    return (found[0].name, found[1]) if found else None
