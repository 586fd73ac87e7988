"""The sessions of a member as he sees them in a list, and how he ends those that are elsewhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_network

from allauth.core.internal.httpkit import get_client_ip
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from staytrue.staff.models import Member, MemberSession, Seat

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
# In this order: Edge and Opera call themselves Chrome too, and Chrome Safari.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


def note(request: HttpRequest, member: Member, now: datetime) -> None:
    """Keep where and on what this session is, and that it was used just now."""
    key = request.session.session_key
    if key is None:
        return
    MemberSession.objects.filter(member=member, began_at__lt=now - LONGEST).delete()
    MemberSession.objects.update_or_create(
        key=key,
        defaults={
            "member": member,
            "seen_at": now,
            "network": network_of(get_client_ip(request)),
            "device": device_of(request.headers.get("User-Agent", "")),
            "machine_id": request.session.get("machine"),
        },
        create_defaults={
            "member": member,
            "began_at": now,
            "seen_at": now,
            "network": network_of(get_client_ip(request)),
            "device": device_of(request.headers.get("User-Agent", "")),
            "machine_id": request.session.get("machine"),
        },
    )


def of(member: Member, now: datetime) -> QuerySet[MemberSession]:
    """His sessions that still open something, the one used last first."""
    alive = Exists(Session.objects.filter(session_key=OuterRef("key")))
    mine = MemberSession.objects.filter(alive, member=member, seen_at__gte=now - IDLE)
    return mine.select_related("machine").order_by("-seen_at", "key")


def end_others(member: Member, present: str | None) -> int:
    """End every session of his but the present one, at once; how many there were."""
    others = MemberSession.objects.filter(member=member).exclude(key=present or "")
    keys = list(others.values_list("key", flat=True))
    ended, _by_table = Session.objects.filter(session_key__in=keys).delete()
    others.delete()
    # A PIN opens nothing either until he signed in whole once more.
    Seat.objects.filter(member=member).delete()
    return ended


def network_of(ip: str | None) -> str:
    """The network of an address: enough to see an attack, not enough to follow a person."""
    if not ip:
        return ""
    return str(ip_network(f"{ip}/{64 if ':' in ip else 24}", strict=False))


def device_of(agent: str) -> str:
    """Browser and system as a person would name them; empty when neither is known."""
    found = (
        next((name for mark, name in known if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(filter(None, found))
