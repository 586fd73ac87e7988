"""Where guests' values come from, and which source wins against which."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from staytrue.guests import trusting
from staytrue.guests.composing import Trust
from staytrue.guests.trusting import MANAGE
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.staff.guard import access_in, needs
from staytrue.web import formats, given, guest_words, reasons
from staytrue.web.pages import page


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def sources(request: HttpRequest) -> HttpResponse:
    """Every source by name with its kind and trust; what is saved counts at once."""
    access, now = access_in(request), clock.now()
    found = trusting.sources(access)
    if request.method == "POST":
        wanted = {
            each.id: Trust(
                request.POST.get(f"kind-{each.id}", ""),
                _trust(request.POST.get(f"trust-{each.id}", "")),
            )
            for each in found
        }
        try:
            count = trusting.set_trust(access, wanted, now)
        except Refused as refusal:
            messages.error(request, reasons.of(refusal))
        else:
            told = ngettext(
                "Saved. %(n)s guest was composed anew.", "Saved. %(n)s guests were composed anew.",
                count,
            )  # fmt: skip
            messages.success(request, told % {"n": formats.number(count)})
        return redirect("sources")
    kinds = [(kind, guest_words.SOURCE_KIND[kind]) for kind in trusting.KINDS]
    return page(request, "sources.html", now, screen="guests", sources=found, kinds=kinds)


def _trust(text: str) -> int:
    found = given.number(text)
    return -1 if found is None else found
