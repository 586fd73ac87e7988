"""The guests of a hotel as a file: for whoever may export lists, with a fresh proof and a reason."""

from __future__ import annotations

import io
import tempfile
from typing import IO, Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods

from staytrue.guests import exporting
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.staff.access import one_of, visible_to
from staytrue.staff.guard import access_in, needs, proved
from staytrue.web import given, reasons
from staytrue.web.pages import page

_IN_MEMORY = 1_000_000


@needs(exporting.EXPORT)
@proved("GET", "POST")
@require_http_methods(["GET", "POST"])
def guest_export(request: HttpRequest) -> HttpResponseBase:
    """Which hotel and why; then the file, every line of which carries its number."""
    access, now = access_in(request), clock.now()
    hotels = visible_to(access, Property.objects.order_by("name"), exporting.EXPORT)
    if request.method == "POST":
        hotel = one_of(access, hotels, exporting.EXPORT,
                       pk=given.known(request.POST.get("hotel", "")))  # fmt: skip
        # A whole hotel does not fit into memory; the file is gone when it was sent.
        kept: IO[Any] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - sent later
        out = io.TextIOWrapper(kept, encoding="utf-8-sig", newline="", write_through=True)
        try:
            made = exporting.export(access, hotel, request.POST.get("reason", ""), out, now)
        except Refused as refusal:
            messages.error(request, reasons.of(refusal))
        else:
            out.detach()
            kept.seek(0)
            return FileResponse(kept, as_attachment=True, content_type="text/csv; charset=utf-8",
                                filename=f"guests-{hotel.code}-{made.number}.csv")  # fmt: skip
    return page(request, "guest_export.html", now, screen="guests", hotels=hotels,
                most=exporting.LINES_A_DAY)  # fmt: skip
