"""What messages say: the texts of a hotel or of the group, from draft to live, seen on a real stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import messages
from django.core import signing
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from staytrue.consent import bases
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.messages.kinds import DEMANDS, Kind
from staytrue.messages.models import TemplateVersion
from staytrue.messages.writing import live, previews, standard_set, versions
from staytrue.messages.writing.language import LANGUAGES
from staytrue.messages.writing.layout import Text
from staytrue.messages.writing.letterheads import WRITE
from staytrue.messages.writing.versions import APPROVE
from staytrue.staff.access import Access, require, visible_to
from staytrue.staff.guard import access_in, needs
from staytrue.staff.queries import names_of
from staytrue.web import formats, given, reasons, text_words
from staytrue.web.pages import page
from staytrue.web.words import word

SHOWN_MAX = 6_000
"""A draft longer than this travels no address; it is shown once it is saved."""
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'none'; sandbox"
)
_PARTS = ("subject", "preview", "body")


@dataclass(frozen=True)
class Line:
    """One text in the list."""

    kind: str
    channel: str
    purpose: str
    state: str
    number: int | None
    is_open: str


@dataclass(frozen=True)
class Place:
    """Which text a page is about: kind, channel, and the hotel, or none for the group's."""

    kind: Kind
    channel: str
    hotel: Property | None

    @property
    def property_id(self) -> int | None:
        """The hotel's id, or none."""
        return self.hotel.pk if self.hotel else None

    def url(self, name: str = "text", **query: str) -> str:
        """The address of a page about it."""
        told = {"hotel": self.hotel.code if self.hotel else "", **query}
        path = reverse(name, args=[self.kind.value, self.channel])
        return path + "?" + "&".join(f"{key}={value}" for key, value in told.items() if value)


@needs(WRITE)
@require_GET
def texts(request: HttpRequest) -> HttpResponse:
    """Every kind with the text in force and what is being written."""
    access, now = access_in(request), clock.now()
    hotel = _hotel(access, request.GET.get("hotel", ""))
    rows = TemplateVersion.objects.exclude(state="retired").select_related("template")
    known: dict[tuple[str, str], dict[str, TemplateVersion]] = {}
    for row in rows.filter(Q(property_id=hotel.pk if hotel else None) | Q(property_id=None)):
        state = "group" if hotel and row.property_id is None else row.state
        if state != "group" or row.state == "live":
            known.setdefault((row.template.kind, row.template.channel), {})[state] = row
    pairs = [*standard_set.SETS, (Kind.MAILING, standard_set.EMAIL)]
    lines = [_line(kind, channel, known.get((kind.value, channel), {})) for kind, channel in pairs]
    return page(
        request, "texts.html", now, screen="texts", lines=lines, hotel=hotel,
        hotels=visible_to(access, Property.objects.all(), WRITE),
        may_adopt=access.may(APPROVE, hotel.pk if hotel else None)
        and any(each.state == "standard" for each in lines),
        is_group=access.may(WRITE),
    )  # fmt: skip


def _line(kind: Kind, channel: str, rows: Mapping[str, TemplateVersion]) -> Line:
    writing = rows.get("waiting") or rows.get("draft")
    current = rows.get("live") or rows.get("group")
    state = "standard" if standard_set.texts(kind, channel) else "missing"
    if current is not None:
        state = "live" if "live" in rows else "group"
    return Line(
        kind.value, channel, current.purpose if current else DEMANDS[kind].purpose, state,
        current.number if current else None, writing.state if writing else "",
    )  # fmt: skip


@needs(APPROVE)
@require_POST
def adopt(request: HttpRequest) -> HttpResponse:
    """Approve all texts that ship, for a hotel or for the group."""
    access, now = access_in(request), clock.now()
    hotel = _hotel(access, request.POST.get("hotel", ""))
    try:
        count = versions.adopt_standard(access, standard_set.SETS, now, hotel.pk if hotel else None)
    except Refused as refusal:
        messages.error(request, refused(refusal))
    else:
        messages.success(request, _("%(n)s texts are live.") % {"n": count})
    query = f"?hotel={hotel.code}" if hotel else ""
    return redirect(reverse("texts") + query)


@needs(WRITE)
@require_http_methods(["GET", "POST"])
def text(request: HttpRequest, kind: str, channel: str) -> HttpResponse:
    """One text: the words of a language, what is wrong with them, and how they read on a stay."""
    access, now = access_in(request), clock.now()
    place = _place(access, kind, channel, request.GET.get("hotel", ""))
    language = _language(request)
    words, version, origin = _base(place)
    if request.method == "POST":
        typed = _typed(request)
        words = {**words, language: typed}
        try:
            versions.save_draft(
                access, place.kind, place.channel, place.property_id, _said(words), now
            )
        except Refused as refusal:
            messages.error(request, refused(refusal))
        else:
            messages.success(request, _("Saved as a draft. Nothing is sent with it yet."))
            return redirect(place.url(**{"in": language}))
    stays = previews.stays(access, place.property_id, now.date())
    chosen = given.number(request.GET.get("stay", "")) or (stays[0].id if stays else None)
    history = TemplateVersion.objects.filter(
        template__kind=place.kind.value, template__channel=place.channel,
        property_id=place.property_id,
    ).order_by("-number")[:10]  # fmt: skip
    shown = words.get(language, Text("", "", ""))
    return page(
        request, "text.html", now, screen="texts", place=place, written=language,
        languages=[(each, place.url(**{"in": each})) for each in LANGUAGES],
        words=shown, version=version, origin=origin, stays=stays, chosen=chosen,
        history=history, who=names_of([each.written_by for each in history]),
        may_approve=access.may_anywhere(APPROVE), is_email=place.channel == standard_set.EMAIL,
        purpose=version.purpose if version else DEMANDS[place.kind].purpose,
        check=place.url("text_check", **{"in": language}),
        links=_links(place, words),
        bases=_bases(access, place, version),
        rule_version=bases.table().version,
        **_checked(access, place, shown, language, chosen),
    )  # fmt: skip


@needs(WRITE, keeps_awake=False)
@require_POST
def check(request: HttpRequest, kind: str, channel: str) -> HttpResponse:
    """What is wrong with words as they are typed, and how they read; nothing is kept."""
    access = access_in(request)
    place = _place(access, kind, channel, request.GET.get("hotel", ""))
    language = _language(request)
    chosen = given.number(request.POST.get("stay", ""))
    found = _checked(access, place, _typed(request), language, chosen)
    return render(request, "parts/text_check.html", {"place": place, **found})


@needs(WRITE)
@require_GET
@xframe_options_sameorigin
def mail(request: HttpRequest) -> HttpResponse:
    """The mail alone, for the frame beside the editor: without scripts, fetching nothing."""
    access = access_in(request)
    try:
        asked = signing.loads(request.GET.get("t", ""), salt="text")
    except signing.BadSignature as error:
        raise Http404 from error
    kind, channel, property_id, language, parts, stay = asked
    if property_id is not None:
        require(access, WRITE, property_id)
    now, words = clock.now(), Text(*parts)
    try:
        made = previews.shown(access, Kind(kind), channel, property_id, language, words, stay, now)
    except Refused as error:
        raise Http404 from error
    response = render(request, "text_mail.html", {"made": made})
    response["Content-Security-Policy"] = _MAIL_POLICY
    return response


@needs(WRITE)
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a draft for approval, approve it, or send it back."""
    access, now = access_in(request), clock.now()
    row = TemplateVersion.objects.filter(pk=pk).select_related("template").first()
    if row is None:
        raise Http404
    hotel = Property.objects.get(pk=row.property_id).code if row.property_id else ""
    place = _place(access, row.template.kind, row.template.channel, hotel)
    wanted = request.POST.get("act", "")
    try:
        if wanted == "ask":
            versions.send_for_approval(access, pk, now)
        elif wanted == "approve":
            versions.approve(access, pk, now, looked_at=request.POST.getlist("looked_at"))
        elif wanted == "back":
            versions.send_back(access, pk, request.POST.get("why", ""), now)
        else:
            raise Http404
    except Refused as refusal:
        messages.error(request, refused(refusal))
    return redirect(place.url())


def _checked(
    access: Access, place: Place, words: Text, language: str, stay: int | None
) -> dict[str, Any]:
    """What the side of the editor shows."""
    found = versions.problems(place.kind, place.channel, place.property_id, {language: words})
    problems = found[language]
    wrong = [each for each in problems if not each.needs_approval]
    shown: dict[str, Any] = {"wrong": [text_words.told(each) for each in wrong]}
    shown["foreign"] = [text_words.told(each) for each in problems if each.needs_approval]
    if wrong or stay is None:
        return shown
    place_ = (place.kind, place.channel, place.property_id, language)
    try:
        made = previews.shown(access, *place_, words, stay, clock.now())
    except Refused as refusal:
        return {**shown, "refused": refused(refusal)}
    parts = [getattr(words, part) for part in _PARTS]
    frame = signing.dumps([*place_, parts, stay], salt="text", compress=True)
    url = f"{reverse('text_mail')}?t={frame}" if len(frame) <= SHOWN_MAX else ""
    return {**shown, "made": made, "frame": url}


def _base(place: Place) -> tuple[dict[str, Text], TemplateVersion | None, str]:
    """The words to begin from, the version they are, and where they come from."""
    rows = TemplateVersion.objects.filter(
        template__kind=place.kind.value, template__channel=place.channel
    )
    own = rows.filter(property_id=place.property_id)
    open_ = own.filter(state__in=["draft", "waiting"]).first()
    for row, origin in (
        (open_, "own"),
        (own.filter(state="live").first(), "own"),
        (rows.filter(property_id=None, state="live").first(), "group"),
    ):
        if row is not None:
            return live.texts_of(row.texts), row if origin == "own" else None, origin
    return dict(standard_set.texts(place.kind, place.channel)), None, "standard"


def _bases(access: Access, place: Place, version: TemplateVersion | None) -> list[tuple[str, str]]:
    """What the countries of these hotels ask before such a message is written: country, rule."""
    purpose = version.purpose if version else DEMANDS[place.kind].purpose
    if purpose not in {"marketing", "survey"}:
        return []
    hotels = [place.hotel] if place.hotel else visible_to(access, Property.objects.all(), WRITE)
    reader = formats.locale().language
    countries = sorted({hotel.country for hotel in hotels})
    return [(country, bases.text_for(country, reader)) for country in countries]


def _links(place: Place, words: Mapping[str, Text]) -> list[str]:
    """The links that whoever approves it must have looked at."""
    found = versions.problems(place.kind, place.channel, place.property_id, _said(words))
    return sorted({each.name for told in found.values() for each in told if each.needs_approval})


def _said(words: Mapping[str, Text]) -> dict[str, Text]:
    """Only languages in which something is said."""
    return {language: each for language, each in words.items() if any(asdict(each).values())}


def _typed(request: HttpRequest) -> Text:
    return Text(*(request.POST.get(part, "").replace("\r\n", "\n").strip() for part in _PARTS))


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("in", LANGUAGES[0])
    if asked not in LANGUAGES:
        raise Http404
    return asked


def _place(access: Access, kind: str, channel: str, code: str) -> Place:
    known = {(each.value, way) for each, way in standard_set.SETS} | {("mailing", "email")}
    if (kind, channel) not in known:
        raise Http404
    return Place(Kind(kind), channel, _hotel(access, code))


def _hotel(access: Access, code: str) -> Property | None:
    """The hotel asked for; the group where he may write for it; else the first he may write for."""
    mine = visible_to(access, Property.objects.all(), WRITE)
    if not code:
        return None if access.may(WRITE) else mine.order_by("code").first()
    found = mine.filter(code=given.plain(code)).first()
    if found is None:
        raise Http404
    return found


def refused(refusal: Refused) -> str:
    """Why a text or letterhead was refused, in the reader's language."""
    if refusal.code == "template_wrong":
        problem = str(refusal.facts["problem"])
        return word(text_words.PROBLEM, problem) % {"name": refusal.facts["name"]}
    if refusal.code == "missing_field" and "of" not in refusal.facts:
        return word(text_words.REFUSED, "no_value") % refusal.facts
    if refusal.code in text_words.REFUSED:
        return word(text_words.REFUSED, refusal.code) % refusal.facts
    return reasons.of(refusal)
