"""The frame of guests' own pages: opened by the link alone, in the guest's language, without script.

No account, no cookie: the link is the right, so a post needs no token against forgery either. A
GET changes nothing, whatever fetches it before the guest does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.messages import guest_links
from staytrue.messages.guest_links import Opens
from staytrue.messages.models import GuestLink, Letterhead
from staytrue.staff.guard import open_to_all

View = Callable[[HttpRequest, GuestLink, datetime], HttpResponse]
WRONG_MOST, WRONG_SECONDS = 30, 60
"""So many wrong links a minute from one address; after them the answer costs a refusal."""


def opened_by(opens: Opens) -> Callable[[View], Callable[[HttpRequest, str], HttpResponse]]:
    """Give a view the link that opened it; a wrong, cut, ended or foreign one all see one page."""

    def mark(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
        @wraps(view)
        def opened(request: HttpRequest, token: str) -> HttpResponse:
            now = clock.now()
            # Whoever opens it is nobody's member: what he may see is what the link says.
            with scope.everything():
                link = guest_links.resolve(token, opens, now)
                language = language_of(request, link.language if link else "")
                with translation.override(language):
                    answer = view(request, link, now) if link else nothing(request)
            answer["Content-Language"] = language
            # The address is the right: no search engine and no linked page may learn it.
            answer["Referrer-Policy"] = "no-referrer"
            answer["X-Robots-Tag"] = "noindex, nofollow"
            return answer

        guarded = require_http_methods(["GET", "HEAD", "POST"])(opened)
        return open_to_all(csrf_exempt(guarded))

    return mark


def nothing(request: HttpRequest) -> HttpResponse:
    """The one answer to every link that opens nothing; 429 to who tries many."""
    status = 429 if _wrong_lately(request) > WRONG_MOST else 404
    return render(request, "guest_nothing.html", {"languages": _languages(request)}, status=status)


def guest_page(request: HttpRequest, template: str, link: GuestLink, **more: Any) -> HttpResponse:
    """Render a page behind a link, in its hotel's name."""
    return hotel_page(request, template, link.property, **more)


def hotel_page(
    request: HttpRequest, template: str, hotel: Property, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Render a page in the hotel's name."""
    context = {
        "hotel": hotel,
        "head": Letterhead.objects.filter(pk=hotel.pk).first(),
        "languages": _languages(request),
        "language_asked": request.GET.get("lang", ""),
    }
    return render(request, template, context | more, status=status)


def back_to(request: HttpRequest, **told: str) -> HttpResponse:
    """After a post the same page again, by GET, so that loading it anew posts nothing."""
    if lang := request.GET.get("lang"):
        told["lang"] = lang
    return HttpResponseRedirect(f"{request.path}?{urlencode(told)}", status=303)


def language_of(request: HttpRequest, told: str = "") -> str:
    """The language asked for, else the one told of the guest, else that of his browser."""
    known = dict(settings.LANGUAGES)
    asked = request.GET.get("lang", "")
    if asked in known:
        return asked
    told = told.partition("-")[0]
    # Who speaks another one reads what his browser asks for.
    return told if told in known else translation.get_language() or settings.LANGUAGE_CODE


def _languages(request: HttpRequest) -> list[tuple[str, bool, str]]:
    """Code, whether it is this one, and the way to it."""
    here = translation.get_language()
    return [(code, code == here, f"{request.path}?lang={code}") for code, _ in settings.LANGUAGES]


def _wrong_lately(request: HttpRequest) -> int:
    """How many wrong links this address tried lately, this one among them.

    Only wrong ones are counted and refused: who has a right one is never shut out by a neighbour.
    """
    return lately(f"wrong-guest-link:{caller(request)}", WRONG_SECONDS)


def caller(request: HttpRequest) -> str:
    """The address that asks, as a proxy we trust tells it."""
    return str(get_adapter(request).get_client_ip(request))


def lately(key: str, seconds: int) -> int:
    """How often this happened within so many seconds, this time among them."""
    cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key))
    except ValueError:
        # It ended between the two lines: a new minute begins.
        return 1
