"""Consent on the guest card: what holds, every act with its proof, and what the desk records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from staytrue.consent import actions, desk, told
from staytrue.consent.desk import MANAGE, RECORD
from staytrue.consent.permissions import Permission
from staytrue.consent.purposes import Channel, Within
from staytrue.consent.queries import contacts_of
from staytrue.consent.rules import Role
from staytrue.consent.told import Holds, ToldAct
from staytrue.guests.card import Card
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.text import clean
from staytrue.loyalty import modules
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access
from staytrue.staff.guard import access_in, needs
from staytrue.staff.queries import names_of
from staytrue.web import card as cards
from staytrue.web import consent_words, guest_words, words
from staytrue.web import given as forms
from staytrue.web.acting import tried
from staytrue.web.words import word

CHANNELS = [(channel.value, consent_words.CHANNEL[channel]) for channel in Channel]
RULED = (Role.COMPANY, Role.PRIVATE, Role.FAMILY, Role.AGENCY, Role.RELAY)
"""What a person may say of an address; the others are told by its letters."""
BACK = "taken back on the card"
WITHIN = [(each.value, consent_words.WITHIN[each]) for each in reversed(Within)]


@dataclass(frozen=True)
class ShownHolds:
    """One address by one channel, with the answers in words, purpose by purpose."""

    of: Holds
    channel: str
    answers: list[tuple[str, Permission, str]]


@dataclass(frozen=True)
class ShownAct:
    """An act in words; `who` is the member or machine that recorded it."""

    of: ToldAct
    said: str
    reach: str
    origin: str
    who: str


@needs(PROFILES)
def tab(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What holds for each of his addresses, and everything that was said, with its proof."""
    access, now = access_in(request), clock.now()
    shown = cards.card_of(request, public_id, now)
    if isinstance(shown, HttpResponse):
        return shown
    ids, hotels = [each.id for each in shown.sources], _hotels(shown)
    holding = told.holding(access, ids, {hotel.pk for hotel in hotels}, now)
    return cards.card_page(
        request, "card_consent.html", shown, now,
        holding=[_held(each) for each in holding],
        ruled={
            each.contact.point_id: (each.contact, _behind(each.contact.role))
            for each in holding if each.contact.ruled_by
        }.values(),
        acts=_acts(access, ids),
        contacts_hidden=not access.may_anywhere("contact.read"), is_programme=modules.is_on(),
        **_form(access, hotels),
    )  # fmt: skip


@needs(RECORD)
def opt_out(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Does not want news: the one form that a search result leads to."""
    access, now = access_in(request), clock.now()
    shown = cards.card_of(request, public_id, now)
    if isinstance(shown, HttpResponse):
        return shown
    form = _form(access, _hotels(shown))
    if not form["desks"]:
        raise Http404
    return cards.card_page(request, "consent_opt_out.html", shown, now, **form)


@needs(RECORD)
@require_POST
def record(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Record what was said at the desk."""
    access, now = access_in(request), clock.now()
    shown = cards.card_of(request, public_id, now)
    if isinstance(shown, HttpResponse):
        return shown
    ids, hotel = [each.id for each in shown.sources], _hotel(request, shown)
    said = clean(request.POST.get("words", ""))
    channels = _known_of(Channel, request.POST.getlist("channel"))
    (within,) = _known_of(Within, [request.POST.get("within", Within.GROUP)])
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "out": (
            lambda: desk.opted_out(access, ids, hotel, channels, within, said, now),
            _("Recorded. He gets no more news from now on; what his stay needs still reaches him."),
        ),
        "in": (
            lambda: desk.opted_in(access, ids, hotel, channels, within, said, now),
            _("Recorded with his words."),
        ),
        "off": (
            lambda: desk.taken_off(access, _point(request, access, ids), channels[0], hotel, said, now),
            _("Taken off. Nothing is sent to this address any more."),
        ),
    }  # fmt: skip
    acts["role"] = (
        lambda: actions.rule_role(access, _point(request, access, ids), _role(request), said, now),
        _("Recorded. It counts at every hotel that uses this address."),
    )
    acts["unrole"] = (
        lambda: actions.rule_role(access, _point(request, access, ids), None, BACK, now),
        _("Taken back. What is learned of the address counts again."),
    )
    chosen = acts.get(request.POST.get("act", ""))
    if chosen is None or (request.POST.get("act") == "off" and not channels):
        raise Http404
    act, done = chosen
    tried(request, act, done)
    return redirect("guest_consent", public_id)


def _known_of(kind: type, texts: list[str]) -> list:  # type: ignore[type-arg]
    """The members of an enumeration that a form names; nonsense does not exist."""
    try:
        return [kind(text) for text in texts]
    except ValueError as error:
        raise Http404 from error


def _point(request: HttpRequest, access: Access, profile_ids: list[int]) -> int:
    point = forms.known(request.POST.get("point", ""))
    if point not in {each.point_id for each in contacts_of(access, profile_ids)}:
        raise Http404
    return point


def _behind(role: Role) -> str | Promise:
    return guest_words.POINT_ROLE.get(role, _("his own"))


def _role(request: HttpRequest) -> Role:
    (role,) = _known_of(Role, [request.POST.get("role", "")])
    return role  # type: ignore[no-any-return]


def _hotels(shown: Card) -> list[Property]:
    found = {each.hotel.pk: each.hotel for each in shown.sources if each.hotel}
    return [found[pk] for pk in sorted(found)]


def _hotel(request: HttpRequest, shown: Card) -> Property:
    """Where it was said: one of the guest's hotels; the act checks the right."""
    asked = forms.known(request.POST.get("hotel", ""))
    found = next((each for each in _hotels(shown) if each.pk == asked), None)
    if found is None:
        raise Http404
    return found


def _form(access: Access, hotels: list[Property]) -> dict[str, Any]:
    return {
        "desks": [hotel for hotel in hotels if access.may(RECORD, hotel.pk)],
        "channels": CHANNELS,
        "widths": WITHIN,
        "me": names_of([access.actor]).get(access.actor, access.actor),
        "may_manage": access.may_anywhere(MANAGE),
        "may_rule": access.may_anywhere(actions.MANAGE),
        "roles": [(role, _behind(role)) for role in RULED],
    }


def _held(each: Holds) -> ShownHolds:
    answers = [
        (label, given, consent_words.answer(given))
        for label, given in (
            (_("News and offers"), each.marketing),
            (_("Surveys"), each.survey),
            (_("Service"), each.service),
        )
    ]
    return ShownHolds(each, word(consent_words.CHANNEL, each.channel), answers)


def _acts(access: Access, profile_ids: list[int]) -> list[ShownAct]:
    return shown_acts(told.acts_of(access, profile_ids))


def shown_acts(found: list[ToldAct]) -> list[ShownAct]:
    """Acts in words, with the names of who recorded them."""
    who = names_of(each.actor for each in found)
    return [
        ShownAct(
            each,
            consent_words.said(each),
            consent_words.reach(each),
            word(consent_words.ORIGIN, each.origin),
            who.get(each.actor) or word(words.ACTOR, each.actor) or each.actor,
        )
        for each in found
    ]
