"""Whom marketing e-mail reaches: every guest counted once, with what stands in the way."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from staytrue.consent.rules import Reach
from staytrue.guests import reachability as reaching
from staytrue.guests.reachability import COMPANY
from staytrue.kit import clock
from staytrue.mirror import lists
from staytrue.staff.guard import access_in, needs
from staytrue.web.pages import page
from staytrue.web.words import Words

REACH: Words = {
    Reach.REACHABLE: _("Reachable"),
    Reach.OPTED_OUT: _("Opted out"),
    Reach.FAMILY: _("Only a mailbox that a family shares"),
    Reach.RELAY: _("Only an OTA’s relay"),
    Reach.AGENCY: _("Only an agency’s address"),
    Reach.OWN: _("Only an address of the hotel"),
    Reach.PLACEHOLDER: _("Only a placeholder"),
    Reach.MISSING: _("No e-mail"),
    COMPANY: _("Company or agency, no person"),
}
MEANING: Words = {
    Reach.REACHABLE: _("A current address of his own that nobody refused."),
    Reach.OPTED_OUT: _("One of his profiles, or somebody at his address, wants no marketing."),
    Reach.FAMILY: _("Several read it; whoever agrees himself is written to there."),
    Reach.RELAY: _("It forwards about one booking and is never written to otherwise."),
    Reach.AGENCY: _("Who books for others does not receive what is meant for the guest."),
    Reach.OWN: _("Somebody wrote the hotel’s address where none was known."),
    Reach.PLACEHOLDER: _("Somebody wrote a word where none was known."),
    Reach.MISSING: _("No PMS has a current address."),
    COMPANY: _("Marketing writes to persons."),
}


@needs("contact.read")
def reach(request: HttpRequest) -> HttpResponse:
    """The report of one's hotels, or of one of them."""
    access = access_in(request)
    hotels = lists.hotels(access, "contact.read")
    code = request.GET.get("hotel", "")
    chosen = next((hotel for hotel in hotels if hotel.code == code), None)
    if code and chosen is None:
        raise Http404
    report = reaching.report(access, clock.now(), chosen.pk if chosen else None)
    lines = [
        (REACH[kind], MEANING[kind], count, count / report.guests if report.guests else 0.0)
        for kind, count in report.counts.items()
        if count or kind == Reach.REACHABLE
    ]
    return page(
        request, "reach.html", clock.now(), screen="guests", hotels=hotels, chosen=chosen,
        report=report, lines=lines,
    )  # fmt: skip
