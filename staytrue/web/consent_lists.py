"""Consent of the whole house: words that wait, addresses out of use, legal grounds and statements."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from staytrue.consent import bases, desk, proposals, told
from staytrue.consent.bases import ANY, Requirement
from staytrue.consent.desk import MANAGE, RECORD
from staytrue.consent.models import CustomerStatement
from staytrue.consent.purposes import Channel, Purpose
from staytrue.consent.recorded import choices
from staytrue.hotel.models import LegalEntity, Property
from staytrue.kit import clock
from staytrue.kit.text import clean
from staytrue.mirror import lists as mirror
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access, one_of
from staytrue.staff.guard import access_in, needs
from staytrue.staff.queries import names_of
from staytrue.web import consent_words, given
from staytrue.web.acting import tried
from staytrue.web.consent import shown_acts
from staytrue.web.pages import page
from staytrue.web.words import word

_OF_TABLE = (Purpose.MARKETING, Purpose.SURVEY)


@needs(RECORD)
def lists(request: HttpRequest) -> HttpResponse:
    """Words that wait for a reading, and the suppression list."""
    access, now = access_in(request), clock.now()
    after = given.number(request.GET.get("after", ""))
    found = told.suppressed(access, after)
    waiting = [
        (each, word(consent_words.ORIGIN, each.origin), word(consent_words.CHANNEL, each.channel))
        for each in told.proposed(access)
    ]
    return page(
        request, "consent.html", now, screen="guests", waiting=waiting, lines=shown_acts(found),
        later=found[-1].id if len(found) == told.LISTED_MAX else None,
        may_manage=access.may_anywhere(MANAGE),
    )  # fmt: skip


@needs(RECORD)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm that a guest's words are an opt-out, or dismiss them."""
    access, is_meant = access_in(request), request.POST.get("act") == "confirm"
    one_of(access, proposals.open_ones(), PROFILES, pk=pk)
    done = _("Recorded, with his words as the proof.") if is_meant else _("Dismissed.")
    tried(request, lambda: proposals.decide(access, pk, clock.now(), is_meant=is_meant), done)
    return redirect("consent")


@needs(MANAGE)
@require_POST
def put_back(request: HttpRequest, pk: int) -> HttpResponse:
    """An address may be used again, by the guest's own words."""
    access, words = access_in(request), clean(request.POST.get("words", ""))
    done = _("The address may be used again.")
    tried(request, lambda: desk.put_back(access, pk, words, clock.now()), done)
    return redirect("consent")


@dataclass(frozen=True)
class ShownCountry:
    """A country of the table: what it asks by channel, for each purpose, and its help."""

    code: str
    rows: list[tuple[str, list[str]]]
    text: str
    months: int


@needs(PROFILES)
def grounds(request: HttpRequest) -> HttpResponse:
    """What each country asks, what a hotel chose instead, and the statements on customers."""
    access, now = access_in(request), clock.now()
    hotels = mirror.hotels(access, PROFILES)
    chosen = choices([hotel.pk for hotel in hotels])
    names = {hotel.pk: hotel.name for hotel in hotels}
    signed = told.statements(access)
    who = names_of(each.signed_by for each in signed)
    entities = dict(LegalEntity.objects.values_list("pk", "name"))
    return page(
        request, "grounds.html", now, screen="guests",
        version=bases.table().version,
        countries=[_country(code) for code in sorted(bases.table().country)],
        channels=[word(consent_words.CHANNEL, channel) for channel in Channel],
        own=[(names[pk], each.country, word(consent_words.PURPOSE, each.purpose),
              word(consent_words.CHANNEL, each.channel), _asks(each.requirement))
             for pk, some in sorted(chosen.items()) for each in some],
        statements=[(each, entities.get(each.legal_entity_id or 0) or names.get(each.property_id or 0, ""),
                     who.get(each.signed_by, each.signed_by)) for each in signed],
        desks=[hotel for hotel in hotels if access.may(MANAGE, hotel.pk)],
        companies=sorted(entities.items()) if access.may(MANAGE) else [],
        purposes=[(each.value, consent_words.PURPOSE[each]) for each in _OF_TABLE],
        channel_choices=[(each.value, consent_words.CHANNEL[each]) for each in Channel],
        requirements=[(each.name.lower(), _asks(each)) for each in Requirement],
    )  # fmt: skip


def _country(code: str) -> ShownCountry:
    rows = [
        (
            word(consent_words.PURPOSE, purpose),
            [_asks(bases.rule_for(purpose, each, {code}).requirement) for each in Channel],
        )
        for purpose in _OF_TABLE
    ]
    months = bases.rule_for(Purpose.MARKETING, Channel.EMAIL, {code}).months
    return ShownCountry(code, rows, bases.text_for(code, get_language() or "en"), months)


def _asks(requirement: Requirement) -> str:
    return word(consent_words.REQUIREMENT, requirement.name.lower())


@needs(MANAGE)
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """A hotel asks something else than the table."""
    access, form = access_in(request), request.POST
    hotel = _hotel(access, form.get("hotel", ""))
    try:
        purpose, channel = Purpose(form.get("purpose", "")), Channel(form.get("channel", ""))
        named = form.get("requirement", "")
        requirement = Requirement[named.upper()] if named else None
    except (ValueError, KeyError) as error:
        raise Http404 from error
    country, why = form.get("country", ANY), clean(form.get("reason", ""))
    tried(
        request,
        lambda: desk.choose_basis(
            access, hotel, country, purpose, channel, requirement, why, clock.now()
        ),
        _("Saved. It counts from the next message on."),
    )
    return redirect("grounds")


@needs(MANAGE)
@require_POST
def sign(request: HttpRequest) -> HttpResponse:
    """Sign that customers were told of news and could say no."""
    access, form = access_in(request), request.POST
    kind, _colon, id_ = form.get("house", "").partition(":")
    house: LegalEntity | Property | None
    if kind == "company":
        house = LegalEntity.objects.filter(pk=given.known(id_)).first()
    else:
        house = _hotel(access, id_)
    since = given.day(form.get("since", ""))
    if house is None or since is None:
        raise Http404
    wording, language = clean(form.get("wording", "")), get_language() or "en"
    tried(
        request,
        lambda: desk.sign_statement(access, house, wording, language, since, clock.now()),
        _("Signed. Customers since then may be written to where the rule allows it."),
    )
    return redirect("grounds")


@needs(MANAGE)
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """A statement holds no longer."""
    access = access_in(request)
    found = next((each for each in told.statements(access) if each.pk == pk), None)
    if found is None:
        raise Http404
    statement: CustomerStatement = found
    tried(request, lambda: desk.end_statement(access, statement, clock.now()), _("Ended."))
    return redirect("grounds")


def _hotel(access: Access, text: str) -> Property:
    return one_of(access, Property.objects.all(), MANAGE, pk=given.known(text))
