"""Mailings: their list, a new one, whom it reaches and on which ground, and how far it is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from staytrue.consent import bases
from staytrue.guests import search as guests
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.kit.text import clean
from staytrue.messages.mailings import actions, lists, looking, queries
from staytrue.messages.mailings.actions import APPROVE, SEND, WRITE
from staytrue.messages.mailings.queries import Told
from staytrue.messages.models import Mailing
from staytrue.mirror import lists as mirror
from staytrue.staff.access import Access, visible_to
from staytrue.staff.guard import access_in, needs, proved
from staytrue.staff.queries import names_of
from staytrue.web import given, mailing_words
from staytrue.web.acting import tried
from staytrue.web.consent_words import BASIS
from staytrue.web.pages import page
from staytrue.web.words import word

WORDS_MAX = 200
_PREVIEWED = "en"


@needs(WRITE)
@require_GET
def mailings(request: HttpRequest) -> HttpResponse:
    """Every mailing of one's hotels, the newest first."""
    access, now = access_in(request), clock.now()
    listed = queries.listed(access)
    counts = queries.counts_of(listed)
    found = [(each, counts[each.pk]) for each in listed]
    return page(request, "mailings.html", now, screen="mailings", found=found)


@needs(WRITE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """Which text, of which hotel, to what sort of list."""
    access, now = access_in(request), clock.now()
    hotels = list(visible_to(access, Property.objects.order_by("code"), WRITE))
    code = given.plain(request.GET.get("hotel", ""))
    hotel = next((each for each in hotels if each.code == code), None if code else hotels[0])
    if hotel is None:
        raise Http404
    if request.method == "POST":
        made: list[Mailing] = []
        form = request.POST

        def write() -> None:
            per_minute = given.number(form.get("per_minute", "")) or 0
            source = form.get("source", "")
            made.append(
                actions.write(access, hotel, clean(form.get("name", "")),
                              given.number(form.get("text", "")) or 0, source, now, per_minute)
            )  # fmt: skip

        if form.get("source") not in mailing_words.SOURCE:
            raise Http404
        if tried(request, write, _("The draft is kept. Nothing leaves before it was approved.")):
            return redirect("mailing", made[0].public_id)
    texts = [(each, _subject(each.texts)) for each in actions.texts(access, hotel)]
    return page(
        request, "mailing_new.html", now, screen="mailings", hotels=hotels, hotel=hotel,
        texts=texts, sources=mailing_words.SOURCE.items(), pace_max=actions.PER_MINUTE_MAX,
        name_max=actions.NAME_MAX, kept=request.POST,
    )  # fmt: skip


def _subject(texts: dict[str, dict[str, str]]) -> str:
    language = (get_language() or _PREVIEWED)[:2]
    found = texts.get(language) or texts.get(_PREVIEWED) or next(iter(texts.values()), {})
    return found.get("subject", "")


@needs(WRITE)
@require_GET
def mailing(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One mailing: its list, whom it reaches on which ground, who not and why, how far it is."""
    access, now = access_in(request), clock.now()
    told = queries.one(access, public_id)
    after, heap = given.number(request.GET.get("after", "")) or 0, request.GET.get("heap", "")
    found = queries.lines(access, told.mailing, after, heap)
    by = names_of([told.mailing.written_by, told.mailing.approved_by, told.mailing.started_by,
                   told.mailing.stopped_by])  # fmt: skip
    return page(
        request, "mailing.html", now, screen="mailings", told=told, mailing=told.mailing,
        counts=told.counts, who=by, subject=_subject(told.text.texts), heap=heap,
        lines=found[: queries.LINES],
        later=found[queries.LINES - 1].recipient.pk if len(found) > queries.LINES else None,
        heaps=[(name, told.counts.heaps[name]) for name in queries.HEAPS],
        **_grounds(told), **_hand(request, access, told),
        may={right: access.may(right, told.mailing.property_id) for right in (WRITE, APPROVE, SEND)},
        acts=_acts(access, told),
    )  # fmt: skip


def _grounds(told: Told) -> dict[str, Any]:
    """On which grounds it goes, and what the rules of these countries say."""
    found = queries.grounds(told.mailing)
    language = get_language() or _PREVIEWED
    countries = sorted({each.country for each in found if each.country})
    return {
        "grounds": [(each, word(BASIS, each.basis)) for each in found],
        "rules": [(country, bases.text_for(country, language)) for country in countries],
        "rule_version": bases.table().version,
    }


def _hand(request: HttpRequest, access: Access, told: Told) -> dict[str, Any]:
    """Guests that a search finds for a list chosen by hand."""
    words = clean(request.GET.get("q", "")[:WORDS_MAX])
    is_by_hand = told.mailing.state == "draft" and told.mailing.source == "hand"
    if not (words and is_by_hand):
        return {"words": words, "hits": []}
    found = guests.search(access, words, mirror.today_of(access, clock.now())).guests
    here = lists.at_hotel(access, told.mailing.property_id, [each.id for each in found])
    return {"words": words, "hits": [each for each in found if each.id in here]}


def _acts(access: Access, told: Told) -> dict[str, bool]:
    """What this person may do with it now."""
    mailing, at = told.mailing, told.mailing.property_id
    writes, sends = access.may(WRITE, at), access.may(SEND, at)
    is_counting = mailing.asked_at is not None and mailing.looked_at is None
    return {
        "counting": is_counting,
        "hand_in": writes and mailing.state == "draft",
        "decide": access.may(APPROVE, at) and mailing.state == "waiting",
        "send": sends and mailing.state == "approved",
        "pause": sends and mailing.state == "sending",
        "resume": sends and mailing.state == "paused",
        "recall": sends and mailing.state in ("sending", "paused"),
        "withdraw": writes and mailing.state in ("draft", "waiting", "approved"),
    }


@needs(WRITE)
@require_POST
def listing(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Put guests on the list of a draft, take one off, or take the list from a file."""
    access, now, form = access_in(request), clock.now(), request.POST
    if off := form.get("off", ""):
        profile = given.known(off)
        tried(request, lambda: actions.remove(access, public_id, profile, now), _("Taken off."))
    elif "take" in form:
        tried(request, lambda: _take(request, access, public_id), _("The file was read."))
    else:
        ids = [given.known(each) for each in form.getlist("profile")]
        tried(request, lambda: actions.add(access, public_id, ids, now), _("The list is kept."))
    return redirect("mailing", public_id)


def _take(request: HttpRequest, access: Access, public_id: UUID) -> None:
    file = request.FILES.get("file")
    if file is None:
        raise Refused("Choose a file.", "file_missing")
    # One byte more than is taken tells a file that is too large.
    actions.take_file(access, public_id, file.read(lists.BYTES_MAX + 1), clock.now())


@needs(WRITE)
@proved("POST", acts=("approve", "send", "resume"))
@require_POST
def act(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Count it, hand it in, approve, send back, send, pause, resume or recall it."""
    access, now, name = access_in(request), clock.now(), request.POST.get("act", "")
    if name == "back":
        why = clean(request.POST.get("why", ""))
        tried(request, lambda: actions.send_back(access, public_id, why, now),
              word(mailing_words.DONE, name))  # fmt: skip
    elif name in actions.ACTS:
        done = word(mailing_words.DONE, name)
        if tried(request, lambda: actions.ACTS[name](access, public_id, now), done):
            looking.look_if_short(public_id, now)
    else:
        raise Http404
    return redirect("mailing", public_id)
