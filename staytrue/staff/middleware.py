"""Every request runs in one transaction that knows who asks, as who he is at this moment.

The last of the middlewares: it sets the properties in scope for row-level security and the actor
for the audit, both until the end of the transaction only, ends tired sessions, closes every view
that does not name its right, and writes denials to the audit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import get_resolver, reverse

from staytrue.hotel import scope
from staytrue.hotel.rls import SETTING
from staytrue.kit import clock
from staytrue.kit.errors import Forbidden
from staytrue.staff import audit, factors, guard, proof, sessions, sharing
from staytrue.staff.access import NOBODY, Access, access_of, require
from staytrue.staff.keys import member_of
from staytrue.staff.masks import MASKED
from staytrue.staff.models import Member
from staytrue.staff.sessions import IDLE, LONGEST

CARRIERS = "/carriers/"
"""Below it only carriers call, each with a proof of its own: their bearer is no member's key."""
# The session row is written at most this often while somebody works.
_NOTED_EVERY = timedelta(minutes=1)


class StaffMiddleware:
    """Stands after authentication and messages, before the view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = clock.now()
        with transaction.atomic():
            try:
                enter(request, _access(request, now), now)
            except Forbidden as error:
                enter(request, NOBODY, now)
                audit.denied(error)
                return JsonResponse({"detail": error.sentence, "code": error.code}, status=401)
            response = self.get_response(request)
            for denial in getattr(request, "denials", ()):
                audit.denied(denial)
            return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Answer instead of a view that the member may not open."""
        access = guard.access_in(request)
        match = request.resolver_match
        right = guard.right_of(view, match.view_name if match else None)
        if right == guard.OPEN:
            return None
        if access.member_id is None:
            where = reverse("lock") if sharing.machine_at(request) else None
            return redirect_to_login(request.get_full_path(), where)
        # A screen that fetches itself anew says so: nobody need sit before it.
        if getattr(view, "keeps_awake", True) and "X-Staytrue-Live" not in request.headers:
            _stay_awake(request, clock.now())
        try:
            if right is None:
                raise Forbidden("This page is not open to anybody.", "view_closed")
            if right != guard.SIGNED_IN:
                require(access, right)
        except Forbidden as error:
            return self.process_exception(request, error)
        return None if getattr(request, "by_key", False) else _ask_first(request, view, access)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a denial: what one may not see does not exist, what one may not do is refused.

        A page that finds nothing may have looked among what its member may see: that is noted too.
        """
        if isinstance(error, Http404) and guard.access_in(request).member_id is not None:
            deny(request, Forbidden("There is no such page.", "not_visible", object=request.path))
        if not isinstance(error, Forbidden):
            return None
        deny(request, error)
        status = 404 if error.code == "not_visible" else 403
        answer: Callable[..., HttpResponse] = get_resolver().resolve_error_handler(status)
        return answer(request, exception=error)


def _ask_first(
    request: HttpRequest, view: Callable[..., Any], access: Access
) -> HttpResponse | None:
    """Before the view: the second factor that his role needs, and the proof that the act needs."""
    if guard.is_of_accounts(view):
        return None
    if factors.is_missing(access):
        return redirect("mfa_index")
    is_asked = guard.proof_of(view).is_asked(request)
    return proof.ask(request) if is_asked and not proof.holds(request, clock.now()) else None


def enter(request: HttpRequest, access: Access, now: datetime) -> None:
    """Let the rest of the present transaction act as this member, within his properties."""
    request.access = access  # type: ignore[attr-defined]
    everything = access.is_everywhere
    scope.assign(SETTING, scope.EVERYTHING if everything else scope.scope_of(access.property_ids))
    audit.assign(access.actor, now)


def deny(request: HttpRequest, error: Forbidden) -> None:
    """Note a denial; it is written when the view and its rollback are over."""
    match = request.resolver_match
    error.facts["route"] = match.view_name if match else ""
    request.denials = [*getattr(request, "denials", ()), error]  # type: ignore[attr-defined]


def _access(request: HttpRequest, now: datetime) -> Access:
    """Who asks: the key of a program, else the session of a member."""
    if request.path.startswith(CARRIERS):
        return NOBODY
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        request.user = member_of(bearer.strip(), now)
        request.by_key = True  # type: ignore[attr-defined]
        return _masked(access_of(request.user))
    if not isinstance(request.user, Member):
        return NOBODY
    if _is_over(request, now):
        logout(request)
        return NOBODY
    return _masked(access_of(request.user))


def _masked(access: Access) -> Access:
    """A request sees nothing that is masked, until a view has shown why."""
    return replace(access, masked=MASKED)


def _is_over(request: HttpRequest, now: datetime) -> bool:
    began, seen = request.session.get("began_at"), request.session.get("seen_at")
    if began is None or seen is None:
        return False
    is_old = now - datetime.fromisoformat(began) > LONGEST
    return is_old or now - datetime.fromisoformat(seen) > sharing.idle_in(request, IDLE)


def _stay_awake(request: HttpRequest, now: datetime) -> None:
    if getattr(request, "by_key", False) or not isinstance(request.user, Member):
        return
    seen = request.session.get("seen_at")
    request.session.setdefault("began_at", now.isoformat())
    if seen is None or now - datetime.fromisoformat(seen) > _NOTED_EVERY:
        request.session["seen_at"] = now.isoformat()
        sessions.note(request, request.user, now)
