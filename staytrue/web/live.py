"""The number open screens ask for: 204 while nothing moved, else a sign to fetch themselves anew."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from staytrue.staff import sharing
from staytrue.staff.guard import access_in, open_to_all
from staytrue.web.pages import screen_number


@open_to_all
def version(request: HttpRequest) -> HttpResponse:
    """Compare the number seen with the number now; an ended session leads to the sign-in."""
    access = access_in(request)
    if access.member_id is None:
        door = "lock" if sharing.machine_at(request) else "account_login"
        return HttpResponse(headers={"HX-Redirect": reverse(door)})
    number = screen_number(access)
    if request.GET.get("seen") == str(number):
        return HttpResponse(status=204)
    response = render(request, "parts/version.html", {"seen": number})
    response["HX-Trigger"] = "moved"
    return response


# A screen nobody looks at must not keep the session alive.
version.keeps_awake = False  # type: ignore[attr-defined]
