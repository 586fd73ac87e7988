"""Households: who lives together, why it is thought, and what staff know better."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from staytrue.guests import households as acts
from staytrue.guests import living_together
from staytrue.guests.deciding import MERGE
from staytrue.guests.living_together import Home, TakenOut
from staytrue.kit import clock
from staytrue.kit.errors import Forbidden
from staytrue.kit.text import clean
from staytrue.staff.access import require
from staytrue.staff.guard import access_in, needs
from staytrue.staff.queries import names_of
from staytrue.web import evidence, given
from staytrue.web.acting import tried
from staytrue.web.pages import page


@needs("profiles.read")
@require_http_methods(["GET", "POST"])
def households(request: HttpRequest) -> HttpResponseBase:
    """All households with a guest he sees, and who was taken out of one."""
    access, after = access_in(request), given.known(request.GET.get("after", "0"))
    out = living_together.taken_out(access)
    if request.method == "POST":
        _put_back(request, out)
        return redirect("households")
    found, goes_on = living_together.homes(access, after)
    return page(
        request, "households.html", clock.now(), screen="guests", homes=found,
        later=found[-1].id if goes_on else "", taken_out=_by_name(out),
        may_change=access.may_anywhere(MERGE),
    )  # fmt: skip


@needs("profiles.read")
@require_http_methods(["GET", "POST"])
def household(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One household; who does not live there is taken out with a reason."""
    access = access_in(request)
    home = living_together.home(access, pk)
    if request.method == "POST":
        return _change(request, home)
    return page(
        request, "household.html", clock.now(), screen="guests", home=home,
        members=[(each, evidence.listed(map(evidence.signal, each.codes)))
                 for each in home.members],
        taken_out=_by_name(home.taken_out),
        may_change=access.may_anywhere(MERGE) and not home.unseen,
    )  # fmt: skip


def _by_name(out: Sequence[TakenOut]) -> list[tuple[TakenOut, str]]:
    who = names_of(each.by for each in out)
    return [(each, who.get(each.by, each.by)) for each in out]


def _change(request: HttpRequest, home: Home) -> HttpResponse:
    access, guest = access_in(request), given.number(request.POST.get("guest", ""))
    require(access, MERGE)
    if guest is not None and guest in {each.guest_id for each in home.members}:
        tried(
            request,
            lambda: acts.take_out(access, guest, clean(request.POST.get("why", "")), clock.now()),
            _("Taken out of the household."),
        )
    else:
        _put_back(request, home.taken_out)
    try:
        living_together.home(access, home.id)
    except Forbidden:
        # Of two, nobody is left to live with.
        return redirect("households")
    return redirect("household", home.id)


def _put_back(request: HttpRequest, out: Sequence[TakenOut]) -> None:
    access, event = access_in(request), given.known(request.POST.get("event", ""))
    require(access, MERGE)
    if event not in {each.event for each in out}:
        raise Http404
    tried(
        request,
        lambda: acts.put_back(access, event, clock.now()),
        _("Put back into the household."),
    )
