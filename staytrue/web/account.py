"""One's own things: language, single keys, sign-out; and the pages that lead on a phone."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import activate, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from staytrue.kit import clock
from staytrue.staff import actions, audit, queries, sessions, sharing
from staytrue.staff.access import access_of
from staytrue.staff.guard import access_in, open_to_all, proved, signed_in
from staytrue.staff.models import Grant, Member
from staytrue.web.acting import tried
from staytrue.web.pages import SINGLE_KEYS_COOKIE, menu_of, page

_YEAR = 365 * 86_400


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """What waits for one first: Today for who sees stays, the list alone for who sees none."""
    is_of_stays = any(entry.name == "today" for entry in menu_of(access_in(request)))
    return redirect("today" if is_of_stays else "next")


@open_to_all
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language, before and after sign-in, and go back to where one was."""
    chosen = request.POST.get("language", "")
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    response = redirect(back if safe else reverse("home"))
    if chosen not in dict(settings.LANGUAGES):
        return response
    if isinstance(request.user, Member):
        actions.set_language(request.user, chosen)
    activate(chosen)
    _keep(response, settings.LANGUAGE_COOKIE_NAME, chosen)
    return response


@signed_in
@require_POST
def single_keys(request: HttpRequest) -> HttpResponse:
    """Switch the single keys on or off on this machine (WCAG 2.1.4)."""
    response = redirect("me")
    _keep(response, SINGLE_KEYS_COOKIE, "on" if request.POST.get("single_keys") else "off")
    messages.success(request, _("Saved. It counts from now on."))
    return response


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=_YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )


@signed_in
@proved("POST")
@require_POST
def pin(request: HttpRequest) -> HttpResponse:
    """A PIN by which one comes back to shared computers; an empty one takes it away."""
    member, wanted = _member(request), request.POST.get("pin", "")
    tried(request, lambda: sharing.set_pin(member, wanted), _("Saved. It counts from now on."))
    return redirect("me")


@signed_in
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    count = sessions.end_others(_member(request), request.session.session_key)
    audit.record("sessions_ended", f"member:{request.user.pk}", facts={"count": count})
    told = ngettext("%(n)s other session ended.", "%(n)s other sessions ended.", count)
    messages.success(request, told % {"n": count})
    return redirect("me")


def _member(request: HttpRequest) -> Member:
    assert isinstance(request.user, Member)  # noqa: S101 - `signed_in` stands before
    return request.user


@signed_in
def me(request: HttpRequest) -> HttpResponse:
    """My profile: what I may do where, my language, my keys, where I am signed in."""
    member, now = _member(request), clock.now()
    grants = Grant.objects.filter(member=member).select_related("role", "property")
    return page(
        request, "me.html", now, grants=grants.order_by("property__code"),
        rights=access_of(member), factors=queries.factors_of(member), has_pin=bool(member.pin),
        sessions=sessions.of(member, now), present=request.session.session_key,
    )  # fmt: skip


@signed_in
def more(request: HttpRequest) -> HttpResponse:
    """The rest of the menu, for phones."""
    rest = [entry for entry in menu_of(access_in(request)) if not entry.on_phone]
    return page(request, "more.html", clock.now(), rest=rest)
