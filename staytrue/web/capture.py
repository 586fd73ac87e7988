"""How many bookings came without an address of the guest's own, and how many have one by now."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse

from staytrue.guests import capturing
from staytrue.guests.capturing import RIGHT
from staytrue.kit import clock
from staytrue.mirror import lists
from staytrue.staff.guard import access_in, needs
from staytrue.web.pages import page
from staytrue.web.stays import read_day

_WEEKS = timedelta(days=27)


@needs(RIGHT)
def capture(request: HttpRequest) -> HttpResponse:
    """Each hotel's rate, over the arrivals of four weeks unless the address says otherwise."""
    access, now = access_in(request), clock.now()
    last = read_day(request, "to") or lists.today_of(access, now)
    first = read_day(request, "from") or last - _WEEKS
    found = capturing.rates(access, first, last)
    return page(
        request, "capture.html", now, screen="guests", first=first, last=last, lines=found,
        eligible=sum(each.eligible for each in found), got=sum(each.captured for each in found),
    )  # fmt: skip
