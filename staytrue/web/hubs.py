"""Values that many share: one line each, who uses it, and a person's word on what it is."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from staytrue.consent import queries as points
from staytrue.guests import shared_values
from staytrue.guests.shared_values import MANAGE, SharedValue
from staytrue.kit import clock
from staytrue.kit.text import clean
from staytrue.staff.guard import access_in, needs
from staytrue.staff.queries import names_of
from staytrue.web import evidence, words
from staytrue.web.acting import tried
from staytrue.web.pages import page

POINTS = 50
KEY_MAX = 20
"""Letters of a key, its sign included."""


@needs("guests.merge")
def hubs(request: HttpRequest) -> HttpResponse:
    """The findings, the most used first, and who is behind addresses and numbers of many."""
    after = request.GET.get("after", "")
    found, goes_on = shared_values.shared(access_in(request), _key(after) if after else None)
    last = found[-1] if found else None
    return page(
        request, "hubs.html", clock.now(), screen="review",
        lines=[(each, told(each)) for each in found],
        later=last.key if last and goes_on else "",
        points=points.shared_points(access_in(request))[:POINTS],
    )  # fmt: skip


@needs("guests.merge")
@require_http_methods(["GET", "POST"])
def hub(request: HttpRequest, key: str) -> HttpResponseBase:
    """One value: who uses it, and the word of whoever may say what it is."""
    access, now = access_in(request), clock.now()
    found = shared_values.one(access, _key(key))
    if request.method == "POST":
        said, why = request.POST.get("word", ""), clean(request.POST.get("why", ""))
        tried(
            request,
            lambda: shared_values.rule(access, found.key, said, why, now),
            _("Said. Guests who lean on it are looked at again."),
        )
        return redirect("hub", key)
    return page(
        request, "hub.html", now, screen="review", value=found, told=told(found),
        users=shared_values.users(access, found.key), may_rule=access.may(MANAGE),
        who=names_of([found.ruled_by]).get(found.ruled_by, found.ruled_by),
        words=[(word, words.word(evidence.STATE, word) or _("its count decides"))
               for word in shared_values.WORDS],
    )  # fmt: skip


def told(value: SharedValue) -> str:
    """What a line calls a value; of secrets and hidden ones only the kind."""
    if value.value:
        return value.value
    facts = {"field": words.word(evidence.FIELD, value.field)}
    if value.is_hidden:
        return _("%(field)s, hidden from your role") % facts
    return _("%(field)s, kept secret") % facts


def _key(text: str) -> int:
    if len(text) > KEY_MAX or not text.removeprefix("-").isdecimal():
        raise Http404
    key = int(text)
    if abs(key) >= 1 << 63:
        raise Http404
    return key
