"""The search page, and the hits of the palette from the same address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from staytrue.consent.desk import RECORD
from staytrue.guests.search import Found
from staytrue.guests.search import search as find
from staytrue.kit import clock
from staytrue.kit.text import clean
from staytrue.mirror import lists
from staytrue.staff.guard import access_in, needs
from staytrue.web.pages import page

WORDS_MAX = 200
# What fits on a screen; the last line leads to all of them.
PALETTE_GUESTS, PALETTE_STAYS = 6, 4


@needs("stays.read")
def search(request: HttpRequest) -> HttpResponse:
    """Guests and stays that the words lead to, of one's own hotels only."""
    access, now = access_in(request), clock.now()
    words = clean(request.GET.get("q", "")[:WORDS_MAX])
    found = find(access, words, lists.today_of(access, now))
    # htmx is named by middleware; only the palette asks for the bare hits.
    if getattr(request, "htmx", False):
        first = Found(found.guests[:PALETTE_GUESTS], found.stays[:PALETTE_STAYS])
        context = {"words": words, "found": first, "now": now, "is_palette": True,
                   "is_cut": first != found}  # fmt: skip
        return render(request, "parts/hits.html", context)
    records = access.may_anywhere(RECORD)
    return page(request, "search.html", now, words=words, found=found, records_consent=records)
