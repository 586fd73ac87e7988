"""The programme of the demo house: Bilbao's past check-outs run by hand, terms live, a draft tried."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count

from staytrue.flow import checking_out
from staytrue.guests import links
from staytrue.guests.accounts import configuring
from staytrue.guests.accounts.queries import held, of_guest
from staytrue.guests.accounts.runs import Days
from staytrue.guests.models import CheckOut, CheckOutRun, Guest
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.loyalty import dry_runs, modules, moving, pauses, versions
from staytrue.staff.access import house_access
from staytrue.staff.models import Member

SETTING = {"qualifying": {"not_rate_codes": ["COMP", "HOUSE"], "amount_min": "40"}}
TERMS: dict[str, Any] = {
    "terms": {
        "rules": [
            {"key": "spring-2026", "per": "stay", "points": 500,
             "dates": {"first": "2026-03-01", "last": "2026-05-31", "by": "arrival"},
             "only": {"channels": ["website", "direct"], "nights_min": 2}},
            {"key": "spend", "per": "unit", "points": "1.5", "of": ["room", "extra"]},
        ],
        "default": {"key": "default", "per": "night", "points": 25},
        "combine": "best",
    },
    "ladder": {
        "tiers": [
            {"key": "silver", "name": "Silver", "any_of": [
                [{"measure": "stays", "at_least": 2}],
                [{"measure": "nights", "at_least": 6}, {"measure": "spend", "at_least": 600}]]},
            {"key": "gold", "name": "Gold", "any_of": [[{"measure": "nights", "at_least": 25}]]},
        ],
        "months": 12,
    },
    "expires_after": 24,
}  # fmt: skip
DRAFT = {**TERMS, "terms": {"default": {"key": "default", "per": "night", "points": 40}}}
BEHIND = timedelta(days=75)


def pages(card: str) -> dict[str, str]:
    """Every page of check-outs and the programme, and the account of a member."""
    with scope.everything():
        run = CheckOutRun.objects.earliest("pk").pk
    days = "from=2026-05-01&to=2026-05-07"
    return {
        "check-outs": "/check-outs/",
        "check-outs-list": "/check-outs/list/?outcome=not_qualifying",
        "check-outs-preview": f"/check-outs/run/?{days}&hotel=LIS",
        "check-outs-run": f"/check-outs/runs/{run}/",
        "check-outs-settings": "/check-outs/settings/?hotel=BIO",
        "check-outs-unset": "/check-outs/settings/?hotel=LIS",
        "check-outs-all": "/check-outs/settings/?hotel=*",
        "loyalty": "/loyalty/",
        "loyalty-terms": "/loyalty/terms/",
        "loyalty-terms-plain": "/loyalty/terms/?mode=room_charge",
        "loyalty-draft": "/loyalty/draft/",
        "loyalty-version": "/loyalty/versions/1/",
        "loyalty-pause": "/loyalty/pause/?hotel=LIS&from=2026-06-01&to=2026-06-14",
        "loyalty-owed": "/loyalty/owed/?month=2026-05",
        "loyalty-openings": "/loyalty/openings/",
        "guest-account-none": f"{card}account/",
        "guest-account": f"/guests/{_member().public_id}/account/",
    }


def _member() -> Guest:
    """Who checked out most often since."""
    with scope.everything():
        rows = CheckOut.objects.exclude(account=None).values("account").annotate(n=Count("pk"))
        best = rows.order_by("-n", "account")[0]["account"]
        return Guest.objects.get(pk=held(best).guest_id)


def build(now: datetime) -> None:
    """As a house sets it up: terms, past days by hand, one member's account, a draft."""
    chief = house_access("scene")
    with scope.everything():
        maite = house_access(f"member:{Member.objects.get(name='Maite Arrieta').pk}")
        bilbao = Property.objects.get(code="BIO")
        lisbon = Property.objects.get(code="LIS")
        configuring.set_for(maite, bilbao, SETTING, now)
        modules.turn(chief, None, now, on=True)
        first = versions.write(maite, TERMS, now)
        versions.go_live(maite, first.number, date(2026, 1, 1), now)
        pauses.pause(maite, lisbon, date(2026, 6, 1), date(2026, 6, 14), now)
    days = Days(now.date() - BEHIND, now.date(), (bilbao.pk,))
    _recognise(days, now)
    months = now - timedelta(days=40)
    earlier = Days(days.first, months.date(), days.property_ids)
    checking_out.run(maite, earlier, months)
    checking_out.run(maite, days, now)
    with scope.everything():
        found = of_guest(_member().pk)
        if found:
            number = found.account.pk
            moving.open_with(maite, number, 1_200, "From the card of the old programme", now)
            kept = moving.hold(maite, number, 300, "A night in a superior room", now)
            moving.use(maite, kept, now)
            moving.hold(maite, number, 150, "Dinner for two", now)
        versions.write(maite, DRAFT, now)
        dry_runs.ask(maite, days.first, days.last, now)


def _recognise(days: Days, now: datetime) -> None:
    """Whoever left on these days is somebody, as recognition would have found."""
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT p.id FROM reservation r
                 JOIN profile p ON p.connection_id = r.connection_id
                  AND p.source_id = r.primary_profile AND p.kind = 'person'
                 LEFT JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL
                WHERE l.id IS NULL AND r.property_id = ANY(%s) AND r.departure_on >= %s
                  AND r.status = 'checked_out' ORDER BY p.id""",
            [list(Property.objects.values_list("pk", flat=True)), days.first - timedelta(days=31)],
        )
        ids = [pk for (pk,) in cursor.fetchall()]
        made = links.note(links.Act(links.Kind.CREATED, "scene"), now)
        links.move(dict(zip(ids, links.open_guests(len(ids), now), strict=True)), made, now)
