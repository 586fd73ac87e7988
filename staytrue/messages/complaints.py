"""Too many complaints stop what nobody asked for: a hotel's domain is worth more than a newsletter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet

from staytrue.hotel import scope
from staytrue.messages import outlets
from staytrue.messages.kinds import LEFT
from staytrue.messages.models import CarrierReport, Message, Outlet
from staytrue.staff.actions import NewAsk, open_asks

WINDOW = timedelta(days=7)
MOST_SHARE = 0.002
LEAST = 2
"""One complaint is one guest's; a share is only told by several."""
COMPLAINED = "complained"


def is_too_many(complaints: int, sent: int) -> bool:
    """Whether the share passes what mailbox providers bear."""
    return complaints >= LEAST and complaints >= sent * MOST_SHARE


def settle(now: datetime) -> int:
    """Quieten the outlets of domains with too many complaints; returns how many were."""
    with scope.everything():
        armed = Outlet.objects.filter(armed_at__isnull=False, quieted_at=None, channel="email")
        if not armed.exists():
            return 0
        wrong = _loud(now)
        loud = [each for each in armed if each.pk in wrong]
        if not loud:
            return 0
        outlets.quieten([each.pk for each in loud], now)
        open_asks([_ask(each) for each in loud], now)
    return len(loud)


def shares(now: datetime) -> dict[str, tuple[int, int]]:
    """Sending domain → complaints and messages of the last days, over all hotels that share it."""
    domains = {
        each.property_id: each.sender_address.rpartition("@")[2]
        for each in Outlet.objects.filter(channel="email")
    }
    since = now - WINDOW
    complained = CarrierReport.objects.filter(what=COMPLAINED, at__gte=since)
    left = Message.objects.filter(channel="email", state__in=LEFT, handed_at__gte=since)
    told = _by_domain(_counted(complained), domains)
    sent = _by_domain(_counted(left), domains)
    return {domain: (told[domain], sent[domain]) for domain in set(domains.values())}


def _loud(now: datetime) -> set[int]:
    wrong = {domain for domain, (told, sent) in shares(now).items() if is_too_many(told, sent)}
    mail = Outlet.objects.filter(channel="email")
    return {each.pk for each in mail if each.sender_address.rpartition("@")[2] in wrong}


def _counted(rows: QuerySet[Any]) -> Iterable[tuple[int, int]]:
    counted = rows.values("property_id").annotate(n=Count("pk"))
    return ((each["property_id"], each["n"]) for each in counted)


def _by_domain(counted: Iterable[tuple[int, int]], domains: dict[int, str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for property_id, count in counted:
        found[domains.get(property_id, "")] += count
    return found


def _ask(outlet: Outlet) -> NewAsk:
    return NewAsk(
        key=f"complaints:{outlet.pk}",
        kind="complaints",
        role="general_manager",
        property_id=outlet.property_id,
        facts={"domain": outlet.sender_address.rpartition("@")[2]},
        link="/sending/",
    )
