"""Confirming an address for news, behind the link in a mail to it: a look changes nothing."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse

from staytrue.forms import confirming
from staytrue.messages.guest_links import Opens
from staytrue.messages.models import GuestLink
from staytrue.web.guest_pages import back_to, guest_page, nothing, opened_by


@opened_by(Opens.CONFIRM)
def confirm(request: HttpRequest, link: GuestLink, now: datetime) -> HttpResponse:
    """Show what he agreed to, and take his word for it."""
    entry = confirming.entry_of(link)
    if entry is None:
        return nothing(request)
    if request.method == "POST":
        confirming.confirm(link, now)
        return back_to(request)
    return guest_page(request, "guest_confirm.html", link, entry=entry)
