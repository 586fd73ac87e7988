"""The account on the guest card: his number, what was taken over, and his points with their ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from staytrue.guests import identities
from staytrue.guests.accounts import lists
from staytrue.guests.models import Account
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.kit.text import clean
from staytrue.loyalty import climbing, moving, queries
from staytrue.loyalty.models import CountedStay
from staytrue.loyalty.queries import Line, Member
from staytrue.mirror import lists as mirror
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access, hides
from staytrue.staff.guard import access_in, needs, proved
from staytrue.staff.queries import names_of
from staytrue.web import card, checkout_words, given, loyalty_sentences, loyalty_words, words
from staytrue.web.acting import tried
from staytrue.web.words import word

ADJUST = moving.RIGHT


@dataclass(frozen=True)
class Contact:
    """What the account took over; without a value, why."""

    label: str
    value: str
    why: str
    is_hidden: bool


@dataclass(frozen=True)
class Entry:
    """A line of the ledger in words."""

    of: Line
    told: str
    dot: str
    who: str
    parts: list[str]
    version: int | None


@needs(PROFILES)
@require_GET
def account(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Whether he is in the CRM's own list, since which stay, and what he has."""
    access, now = access_in(request), clock.now()
    shown = card.card_of(request, public_id, now)
    if isinstance(shown, HttpResponse):
        return shown
    today = mirror.today_of(access, now)
    member = queries.member(access, shown.guest.pk, today)
    given: dict[str, Any] = {}
    if member and member.points:
        given = _points(access, member, today)
    return card.card_page(
        request, "card_account.html", shown, now, member=member,
        contacts_taken=_contacts(access, member.account) if member else [],
        considered=lists.of_guest(access, [each.id for each in shown.sources])[: lists.LINES],
        **given,
    )  # fmt: skip


def _contacts(access: Access, of: Account) -> list[Contact]:
    made = []
    for name, label, field in (
        ("phone_1", _("Phone 1"), "phones"),
        ("phone_2", _("Phone 2"), "phones"),
        ("email", _("Main e-mail"), "emails"),
    ):
        code = of.empty.get(name, "")
        is_hidden = hides(access, field, of.property_id)
        value = "" if is_hidden else getattr(of, name)
        made.append(Contact(label, value, checkout_words.empty(code) if code else "", is_hidden))
    return made


def _points(access: Access, member: Member, today: date) -> dict[str, Any]:
    """His points, the way up, the ledger and what is set aside."""
    found = queries.entries(access, member.guest_id)
    stays = {each.reservation_id: each for each in queries.stays(access, member.guest_id)}
    aside = queries.redemptions(access, member.guest_id)
    who = names_of([each.actor for each in found] + [each.held_by for each in aside])
    up = climbing.next_tier(access, member.guest_id, today)
    return {
        "points": member.points,
        "up": (up[0], [loyalty_sentences.need(each) for each in up[1]]) if up else None,
        "entries": [_entry(each, stays.get(each.reservation_id or 0), who) for each in found],
        "redemptions": [(each, who.get(each.held_by, each.held_by)) for each in aside],
        "may_adjust": access.may(ADJUST, member.account.property_id),
        "is_opened": any(each.kind == "opening" for each in found),
    }


def _entry(of: Line, stay: CountedStay | None, who: dict[str, str]) -> Entry:
    """An award says what it was computed from, and by which version."""
    parts = []
    number = None
    if stay and of.kind in ("award", "correction"):
        parts = [loyalty_sentences.part(each) for each in stay.parts]
        number = stay.version.number if stay.version else None
    return Entry(
        of, word(loyalty_words.ENTRY, of.kind), loyalty_words.DOT.get(of.kind, ""),
        who.get(of.actor) or words.word(words.ACTOR, of.actor), parts, number,
    )  # fmt: skip


@needs(ADJUST)
@proved("POST")
@require_POST
def act(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Enter an opening balance, adjust, set points aside, use them or give them back."""
    access, now, form = access_in(request), clock.now(), request.POST
    found = identities.answer(access, public_id)
    what = form.get("act", "")
    if what not in loyalty_words.DONE or not found.current:
        raise Http404
    done = word(loyalty_words.DONE, what)
    if what in ("use", "release"):
        redemption = _uuid(form.get("redemption", ""))
        settle = moving.use if what == "use" else moving.release
        tried(request, lambda: settle(access, redemption, now), done)
        return redirect("guest_account", public_id)
    member = queries.member(access, found.current[0].pk, now.date())
    if member is None:
        raise Http404
    number, reason = member.account.pk, clean(form.get("reason", ""))

    def move() -> None:
        points = _signed(form.get("points", ""))
        if what == "open":
            moving.open_with(access, number, points, reason, now)
        elif what == "adjust":
            moving.adjust(access, number, points, reason, now)
        else:
            moving.hold(access, number, points, reason, now)

    tried(request, move, done)
    return redirect("guest_account", public_id)


def _signed(text: str) -> int:
    """A whole number, with its sign."""
    told = text.strip().replace("\u2212", "-")
    found = given.number(told.removeprefix("-").removeprefix("+"))
    if found is None:
        raise Refused("Say how many points.", "points_none")
    return -found if told.startswith("-") else found


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
