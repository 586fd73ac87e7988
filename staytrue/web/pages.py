"""What every page stands in: the rail with its clocks, the menu of one's rights, help and keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from staytrue.changes.models import ScreenNumber
from staytrue.desk import board as boards
from staytrue.hotel.models import Group
from staytrue.kit import clock
from staytrue.loyalty import modules
from staytrue.messages import standing
from staytrue.mirror import feeds
from staytrue.mirror.feeds import Feed
from staytrue.staff.access import Access
from staytrue.staff.guard import access_in
from staytrue.web import formats, help_pages

SINGLE_KEYS_COOKIE = "staytrue_single_keys"
CLOCKS_MAX = 5


@dataclass(frozen=True)
class Entry:
    """One entry of the menu: where it leads, the right that opens it, its key after G.

    `everywhere`: the right must hold at all hotels.
    """

    name: str
    label: str | Promise
    icon: str
    right: str
    go: str
    section: str = ""
    on_phone: bool = False
    everywhere: bool = False


LOYALTY = "loyalty"
# Entries a role may not open, and screens that are not built yet, are absent (LOOK section 6).
MENU = (
    Entry("today", _("Today"), "home", "stays.read", "t", on_phone=True),
    Entry("stays", _("Stays"), "bed", "stays.read", "s"),
    Entry("guests", _("Guests"), "guests", "profiles.read", "u", on_phone=True),
    Entry("desk", _("Desk"), "desk", "stays.read", "d", on_phone=True),
    Entry("outbox", _("Outbox"), "out", "stays.read", "o", "write"),
    Entry("journeys", _("Journeys"), "note", "stays.read", "j", "write"),
    Entry("review", _("Duplicates"), "twin", "guests.merge", "r", "write"),
    Entry("mailings", _("Mailings"), "mail", "mailings.write", "l", "write"),
    Entry("texts", _("Texts"), "text", "templates.write", "x", "write"),
    Entry("check_outs", _("Check-outs"), "key", "checkout.run", "c", "write"),
    Entry(LOYALTY, _("Loyalty"), "star", "loyalty.read", "y", "write"),
    Entry("connections", _("Connections"), "plug", "connections.read", "n", "know"),
    Entry("audit", _("Audit"), "shield", "audit.read", "a", "know"),
    Entry("recognition", _("Recognition"), "twin", "matching.manage", "e", "know", everywhere=True),
    Entry("sending", _("Sending"), "send", "sending.arm", "p", "know"),
    Entry("members", _("Members"), "tune", "staff.manage", "m", "know", everywhere=True),
)


@dataclass(frozen=True)
class Clock:
    """The mirror of one hotel in the rail: as true as its oldest feed."""

    code: str
    hotel: str
    feed: Feed
    address: str


def menu_of(access: Access) -> list[Entry]:
    """The screens he may open."""
    found = [entry for entry in MENU if _may_open(access, entry)]
    if any(entry.name == LOYALTY for entry in found) and not modules.is_on():
        # A module that is off is nowhere mentioned.
        return [entry for entry in found if entry.name != LOYALTY]
    return found


def _may_open(access: Access, entry: Entry) -> bool:
    return access.may(entry.right) if entry.everywhere else access.may_anywhere(entry.right)


def clocks(access: Access, found: list[Feed]) -> list[Clock]:
    """One clock per hotel, in the order of codes; the oldest first when there are many."""
    oldest: dict[int, Feed] = {}
    for feed in found:
        known = oldest.get(feed.property_id)
        if known is None or _older(feed, known):
            oldest[feed.property_id] = feed
    made = [Clock(f.code, f.hotel, f, _address(access, f)) for f in oldest.values()]
    if len(made) > CLOCKS_MAX:
        never = datetime.min.replace(tzinfo=clock.now().tzinfo)
        made.sort(key=lambda each: each.feed.true_through or never)
    return made


def _older(one: Feed, other: Feed) -> bool:
    if other.true_through is None:
        return False
    return one.true_through is None or one.true_through < other.true_through


def _address(access: Access, feed: Feed) -> str:
    if access.may(feeds.CONNECTIONS, feed.property_id):
        return reverse("connection", args=[feed.name])
    return reverse("today_of", args=[feed.code])


def screen_number(access: Access) -> int:
    """The number that any change on his screens raises."""
    mine = ScreenNumber.objects.filter(property_id__in=access.property_ids)
    return int(mine.aggregate(total=Sum("number"))["total"] or 0)


def page(
    request: HttpRequest,
    template: str,
    now: datetime,
    *,
    live: bool = False,
    screen: str = "",
    **context: Any,
) -> HttpResponse:
    """Render a screen inside the frame. A `live` one is fetched again when its number moves."""
    access = access_in(request)
    found = context.get("feeds") or feeds.feeds(access)
    view = request.resolver_match.view_name if request.resolver_match else ""
    menu, help_page = menu_of(access), help_pages.page_of(view)
    if help_page in help_pages.OF_LOYALTY and all(entry.name != LOYALTY for entry in menu):
        help_page = help_pages.START
    frame = {
        "access": access,
        "now": now,
        "menu": menu,
        "help_page": help_page,
        "here": screen or view,
        "clocks": clocks(access, [each for each in found if not each.lookups_only]),
        "feeds": found,
        "group": Group.objects.first(),
        "asked": len(boards.next_actions(access, now)),
        "seen": screen_number(access) if live else None,
        "ages": formats.age_patterns(),
        "may_stop": standing.may_be_stopped(access, now),
        "single_keys": request.COOKIES.get(SINGLE_KEYS_COOKIE) != "off",
    }
    return render(request, template, frame | context)
