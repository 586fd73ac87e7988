"""Reviews from outside: entered by hand, or from a file whose columns somebody names on screen."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from staytrue.desk import reviews
from staytrue.desk.reviews import Sheet, Taken
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.kit.text import clean
from staytrue.staff.access import Access, visible_to
from staytrue.staff.guard import access_in, needs
from staytrue.web import desk_manager_words, given, reasons
from staytrue.web.acting import tried
from staytrue.web.openings import text_of
from staytrue.web.pages import page

_SHOWN = 40


@needs(reviews.RIGHT)
@require_http_methods(["GET", "POST"])
def outside(request: HttpRequest) -> HttpResponseBase:
    """What others wrote; one more by hand; a file, looked at first and then taken."""
    access, now, form = access_in(request), clock.now(), request.POST
    hotels = list(visible_to(access, Property.objects.order_by("code"), reviews.RIGHT))
    if not hotels:
        raise Http404
    hotel = _hotel(form.get("hotel", ""), hotels)
    sheet: Sheet | None = None
    text = ""
    if request.method == "POST":
        try:
            if form.get("act") == "enter":
                if _enter(request, access, hotel, now):
                    return redirect("outside_reviews")
            else:
                text = text_of(request)
                if form.get("act") == "take" and _take(request, access, hotel, text, now):
                    return redirect("outside_reviews")
                sheet = reviews.look(text)
        except Refused as refusal:
            messages.error(request, reasons.of(refusal))
    return page(
        request, "outside_reviews.html", now, screen="desk", hotels=hotels, hotel=hotel,
        sheet=sheet, text=text, kept=form, found=reviews.newest(access, _SHOWN),
        columns=_columns(form, sheet) if sheet else [], orders=desk_manager_words.DAY_ORDER,
    )  # fmt: skip


def _hotel(code: str, hotels: list[Property]) -> Property:
    found = next((each for each in hotels if each.code == code), None if code else hotels[0])
    if found is None:
        raise Http404
    return found


def _columns(form: QueryDict, sheet: Sheet) -> list[tuple[str, str, str]]:
    """Each thing a review has: name, words, and the column that is chosen for it."""
    return [
        (
            name,
            str(desk_manager_words.REVIEW[name]),
            form.get(f"column-{name}") or sheet.guessed[name],
        )
        for name in reviews.COLUMNS
    ]


def _enter(request: HttpRequest, access: Access, hotel: Property, now: datetime) -> bool:
    form = request.POST
    on = given.day(form.get("on", ""))
    try:
        score = Decimal(clean(form.get("score", "")).replace(",", "."))
    except InvalidOperation:
        score = Decimal(-1)
    if on is None:
        raise Refused("A review has a day.", "review_unreadable")
    source, text = clean(form.get("source", "")), clean(form.get("text", ""))
    return tried(
        request, lambda: reviews.enter(access, hotel.pk, on, source, score, text, now), _("Kept.")
    )


def _take(request: HttpRequest, access: Access, hotel: Property, text: str, now: datetime) -> bool:
    form = request.POST
    columns = {name: form.get(f"column-{name}", "") for name in reviews.COLUMNS}
    scale, source = given.number(form.get("scale", "")) or 0, clean(form.get("from", ""))
    order = form.get("order", "ymd")
    taken = reviews.take(access, hotel.pk, text, columns, scale, now, source, order)
    messages.success(request, _told(taken))
    if taken.unreadable:
        listed = ", ".join(map(str, taken.unreadable[:20]))
        messages.error(request, _("Lines that could not be read: %(lines)s") % {"lines": listed})
    return True


def _told(taken: Taken) -> str:
    new = ngettext("%(n)s new review.", "%(n)s new reviews.", taken.new) % {"n": taken.new}
    known = ngettext("%(n)s was known.", "%(n)s were known.", taken.known) % {"n": taken.known}
    return f"{new} {known}" if taken.known else new
