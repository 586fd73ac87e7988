"""What a person would have set up in the demo group for check-outs: terms, past days, a member.

Every hotel has the same configuration, the programme is on, and the last month was run by hand.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count

from staytrue.cli.frame import ACTOR
from staytrue.flow import checking_out
from staytrue.guests.accounts import configuring, runs
from staytrue.guests.models import Account, CheckOut
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.loyalty import modules, moving, queries, versions
from staytrue.loyalty.models import TermsVersion
from staytrue.staff.access import house_access

PAST = timedelta(days=30)
_SETTING = {"qualifying": {"not_rate_codes": ["COMP", "HOUSE"]}}
_OPENING, _DINNER = 1_200, 150


def prepare(now: datetime) -> None:
    """Set everything up once and award the past; called again, it does nothing."""
    access = house_access(ACTOR)
    with scope.everything():
        if TermsVersion.objects.exists():
            return
        configuring.set_for_all(access, _SETTING, now)
        modules.turn(access, None, now, on=True)
        draft = versions.write(access, _terms(now), now)
        versions.go_live(access, draft.number, (now - timedelta(days=365)).date(), now)
        hotels = tuple(Property.objects.order_by("pk").values_list("pk", flat=True))
    checking_out.run(access, runs.Days((now - PAST).date(), now.date(), hotels), now)
    with scope.everything():
        _a_member(now)


def _terms(now: datetime) -> dict[str, Any]:
    """A bonus for this year's longer stays, 25 points a night for everybody, two tiers."""
    year = {"first": f"{now.year}-01-01", "last": f"{now.year}-12-31", "by": "arrival"}
    bonus = {"key": f"longer-{now.year}", "per": "stay", "points": 250, "dates": year,
             "only": {"nights_min": 3}}  # fmt: skip
    tiers = [
        {"key": "silver", "name": "Silver", "any_of": [[{"measure": "nights", "at_least": 6}]]},
        {"key": "gold", "name": "Gold", "any_of": [[{"measure": "nights", "at_least": 20}]]},
    ]
    return {
        "terms": {
            "rules": [bonus],
            "default": {"key": "default", "per": "night", "points": 25},
        },
        "ladder": {"tiers": tiers},
        "expires_after": 24,
    }


def _a_member(now: datetime) -> None:
    """Whoever came most often brings points from before, and sets some aside for a dinner."""
    access = house_access(ACTOR)
    rows = CheckOut.objects.exclude(account=None).values("account").annotate(stays=Count("pk"))
    for row in rows.order_by("-stays", "account")[:1]:
        moving.open_with(access, row["account"], _OPENING, "From the card of before", now)
        moving.hold(access, row["account"], _DINNER, "Dinner for two", now)


def figures() -> dict[str, int]:
    """How many accounts there are, and what is owed to them."""
    with scope.everything():
        months = queries.liability(house_access(ACTOR))
        return {"accounts": Account.objects.count(),
                "points": months[-1].outstanding if months else 0}  # fmt: skip


def in_words(told: dict[str, int]) -> str:
    """The same, in one line."""
    return (
        f"Check-outs: {told['accounts']} accounts, {told['points']} points owed; "
        f"{settings.BASE_URL}/loyalty/ shows the programme."
    )
