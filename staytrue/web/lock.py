"""The lock of a shared computer: who is there, by PIN, in a session of his own."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.staff import audit, sharing
from staytrue.staff.access import access_of
from staytrue.staff.guard import open_to_all, signed_in
from staytrue.staff.middleware import enter
from staytrue.web import given, reasons


@open_to_all
@require_http_methods(["GET", "POST"])
def lock(request: HttpRequest) -> HttpResponse:
    """Whoever signed in whole on this computer today comes back by his PIN."""
    machine, now = sharing.machine_at(request), clock.now()
    back = (request.POST if request.method == "POST" else request.GET).get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = ""
    if machine is None:
        return redirect("account_login")
    if request.method == "POST":
        pin, wanted = request.POST.get("pin", ""), given.known(request.POST.get("member", ""))
        try:
            member = sharing.come_back(request, machine, wanted, pin, now)
        except Refused as refusal:
            audit.record("sign_in_failed", f"member:{wanted}", property_id=machine.property_id,
                         facts={"by": "pin"})  # fmt: skip
            messages.error(request, reasons.of(refusal))
        else:
            enter(request, access_of(member), now)
            audit.record("signed_in", f"member:{member.pk}", property_id=machine.property_id,
                         facts={"by": "pin"})  # fmt: skip
            return redirect(back or reverse("home"))
    context = {"machine": machine, "seats": sharing.seats(machine, now), "next": back}
    return render(request, "lock.html", context)


@signed_in
@require_POST
def lock_now(request: HttpRequest) -> HttpResponse:
    """He goes; the next one says who he is."""
    logout(request)
    return redirect("lock")
