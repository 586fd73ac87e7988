"""A hotel's letterhead: what stands on every message it sends, and how it greets."""

from __future__ import annotations

from datetime import time

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.messages.models import Letterhead
from staytrue.messages.writing import letterheads
from staytrue.messages.writing.greeting import DEFAULTS, Person, Style, greeting
from staytrue.messages.writing.language import LANGUAGES
from staytrue.messages.writing.letterheads import WRITE
from staytrue.staff.access import one_of
from staytrue.staff.guard import access_in, needs
from staytrue.web.acting import tried
from staytrue.web.pages import page
from staytrue.web.texts import refused
from staytrue.web.words import Words, word

LINES: Words = {
    "legal_line": gettext_lazy("Legal line: who writes, and from where"),
    "address": gettext_lazy("Address"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("E-mail"),
    "website": gettext_lazy("Website"),
}
WORDS: Words = {
    "directions": gettext_lazy("Getting here"),
    "good_to_know": gettext_lazy("Good to know"),
}
_EXAMPLE = Person("Sr", "Juan", "GARCÍA LÓPEZ")


@needs(WRITE)
@require_http_methods(["GET", "POST"])
def letterhead(request: HttpRequest, code: str) -> HttpResponse:
    """Everything on it, in one form; saved, it counts from the next message on."""
    access, now = access_in(request), clock.now()
    hotel = one_of(access, Property.objects.all(), WRITE, code=code)
    head = Letterhead.objects.filter(pk=hotel.pk).first() or Letterhead(property=hotel)
    if request.method == "POST":
        tried(
            request,
            lambda: letterheads.set_letterhead(access, hotel, _given(request), now),
            _("Saved. It counts from the next message on."),
            refused,
        )
        return redirect("letterhead", code=hotel.code)
    styles = {
        language: Style(**head.greetings[language]) if language in head.greetings else standard
        for language, standard in DEFAULTS.items()
    }
    return page(
        request, "letterhead.html", now, screen="texts", hotel=hotel, head=head,
        lines=[(name, word(LINES, name), getattr(head, name)) for name in LINES],
        texts=[
            (f"{name}-{language}", word(WORDS, name), language, getattr(head, name).get(language, ""))
            for name in WORDS for language in LANGUAGES
        ],
        greetings=[
            (language, style, greeting(_EXAMPLE, language, style))
            for language, style in styles.items()
        ],
    )  # fmt: skip


def _given(request: HttpRequest) -> dict[str, object]:
    told = request.POST
    return {
        **{name: told.get(name, "") for name in (*LINES, "colour")},
        **{
            name: {language: told.get(f"{name}-{language}", "") for language in LANGUAGES}
            for name in WORDS
        },
        "domains": told.get("domains", "").split(),
        "check_in_from": _hour(told.get("check_in_from", "")),
        "check_out_until": _hour(told.get("check_out_until", "")),
        "greetings": {
            language: {
                "by": told.get(f"by-{language}", ""),
                "surnames": told.get(f"surnames-{language}", ""),
            }
            for language in LANGUAGES
        },
    }


def _hour(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if text else None
    except ValueError as error:
        raise Http404 from error
