"""Opening balances from a file: checked whole, seen, and then entered."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from staytrue.kit import clock, spreadsheet
from staytrue.kit.errors import Refused
from staytrue.kit.text import clean
from staytrue.loyalty import openings
from staytrue.loyalty.moving import RIGHT
from staytrue.staff.guard import access_in, needs, proved
from staytrue.web import given, loyalty, reasons
from staytrue.web.acting import tried
from staytrue.web.pages import page

BYTES_MAX = 5_000_000


@needs(RIGHT)
@proved("POST", acts=("take",))
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponseBase:
    """What a file would enter; then the entering."""
    loyalty.require_module()
    access, now, form = access_in(request), clock.now(), request.POST
    sheet, text = None, ""
    total = given.number(form.get("total", "").strip())
    if request.method == "POST":
        try:
            text = text_of(request)
            if total is None:
                raise Refused("Say how many points the file has in all.", "total_missing")
            asked, reason = total, clean(form.get("reason", ""))
            if form.get("act") == "take" and tried(
                request, lambda: openings.take(access, text, asked, reason, now),
                _("The opening balances are entered."),
            ):  # fmt: skip
                return redirect("openings")
            sheet = openings.read(access, text, total)
        except Refused as refusal:
            messages.error(request, reasons.of(refusal))
    return page(request, "openings.html", now, screen=loyalty.SCREEN, sheet=sheet, text=text,
                total=total)  # fmt: skip


def text_of(request: HttpRequest) -> str:
    """The file as it was sent, or as it was shown a page before."""
    file = request.FILES.get("file")
    if file is None:
        kept = request.POST.get("text", "")
        if not kept:
            raise Refused("Choose a file.", "file_missing")
        return kept
    found = file.read(BYTES_MAX + 1)
    if len(found) > BYTES_MAX:
        raise Refused("The file is too large. Split it.", "list_long")
    return spreadsheet.text_of(found)
