"""A hotel's contact form for its website: a page of its own, or plain HTML in any other.

Kept from robots without a third party: a field nobody sees, a stamp that says when the form was
shown, and so many in an hour. Whoever comes without a stamp is shown what he wrote, to send it.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from staytrue.consent.purposes import Purpose
from staytrue.forms import confirming, website
from staytrue.forms.website import Told
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit import clock, ids
from staytrue.kit.errors import Refused
from staytrue.kit.home import own_secret
from staytrue.staff.guard import open_to_all
from staytrue.web import reasons
from staytrue.web.guest_choices import WORDS, wording
from staytrue.web.guest_pages import caller, hotel_page, language_of, lately, nothing

TRAP = "website"
"""A field no person sees: what fills it is a robot."""
FIELDS = ("first_name", "last_name", "email", "phone", "words", "news")
BYTES_MAX = 16_384
_OF = {"emails": "email", "phones": "phone"}
SOONEST, LATEST = timedelta(seconds=3), timedelta(hours=12)
FROM_ONE, FROM_ALL, HOUR = 5, 100, 3_600
"""So many forms an hour from one address, and for one hotel."""


@open_to_all
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, code: str) -> HttpResponse:
    """Show it, take it, thank for it."""
    now = clock.now()
    # Whoever writes is nobody's member: he sees this page and nothing else.
    with scope.everything():
        hotel = Property.objects.filter(code=code).first()
        language = language_of(request)
        with translation.override(language):
            if hotel is None or not website.is_open(hotel):
                answer = nothing(request)
            elif request.method == "POST":
                answer = _taken(request, hotel, now)
            else:
                answer = _shown(request, hotel, now)
    answer["Content-Language"] = language
    return answer


def stamp(hotel: Property, now: datetime, nonce: str) -> str:
    """Says when a form was shown, for which hotel, and counts once."""
    said = f"{int(now.timestamp())}.{nonce}"
    key = own_secret(settings.HOME, "form_stamps").encode()
    return f"{said}.{hmac.new(key, f'{hotel.code} {said}'.encode(), 'sha256').hexdigest()[:32]}"


def _shown(
    request: HttpRequest, hotel: Property, now: datetime, status: int = 200, error: str = "",
    field: str = "",
) -> HttpResponse:  # fmt: skip
    typed = {name: request.POST.get(name, "")[:2_000] for name in FIELDS}
    return hotel_page(
        request, "website_form.html", hotel, typed=typed, error=error, wrong=field,
        stamp=stamp(hotel, now, ids.new().hex), trap=TRAP, news=WORDS[Purpose.MARKETING],
        is_sent="sent" in request.GET, is_asking=confirming.is_asking(hotel), is_checking=request.method == "POST" and not error,
        status=status,
    )  # fmt: skip


def _taken(request: HttpRequest, hotel: Property, now: datetime) -> HttpResponse:
    size = request.META.get("CONTENT_LENGTH") or "0"
    if not size.isdecimal() or int(size) > BYTES_MAX:
        return HttpResponse(status=413)
    told = request.POST
    if told.get(TRAP):
        # He is thanked like anybody: a robot that is told learns.
        return _thanks(request, hotel)
    came = _came(hotel, told.get("stamp", ""))
    if came is None or not SOONEST <= now - came <= LATEST:
        return _shown(request, hotel, now)
    if _too_many(request, hotel):
        error = _("Too many forms came at once. Try again in an hour, or call the hotel.")
        return _shown(request, hotel, now, 429, error)
    words = wording()
    given = Told(
        key=told["stamp"].split(".")[1], first_name=told.get("first_name", ""),
        last_name=told.get("last_name", ""), email=told.get("email", ""),
        phone=told.get("phone", ""), words=told.get("words", ""),
        wants_news=bool(told.get("news")), wording=words.texts[Purpose.MARKETING],
        wording_version=words.version, language=get_language() or "en",
    )  # fmt: skip
    try:
        website.take(hotel, given, now)
    except Refused as refusal:
        field = _OF.get(str(refusal.facts.get("field")), refusal.code.partition("_")[0])
        return _shown(request, hotel, now, 200, reasons.of(refusal), field)
    return _thanks(request, hotel)


def _thanks(request: HttpRequest, hotel: Property) -> HttpResponse:
    lang = f"&lang={get_language()}" if request.GET.get("lang") else ""
    return HttpResponseRedirect(
        f"{reverse('website_form', args=[hotel.code])}?sent=yes{lang}", status=303
    )


def _came(hotel: Property, said: str) -> datetime | None:
    """When this form was shown; nothing where it is not our stamp."""
    parts = said.split(".")
    if len(parts) != 3 or not parts[0].isascii() or not parts[0].isdigit() or len(parts[0]) > 11:
        return None
    at = datetime.fromtimestamp(int(parts[0]), UTC)
    expected = stamp(hotel, at, parts[1])
    return at if hmac.compare_digest(expected.encode(), said.encode("utf-8", "replace")) else None


def _too_many(request: HttpRequest, hotel: Property) -> bool:
    of_one = lately(f"website-form:{caller(request)}", HOUR)
    return of_one > FROM_ONE or lately(f"website-form-of:{hotel.pk}", HOUR) > FROM_ALL
