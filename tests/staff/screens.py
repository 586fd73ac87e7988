"""A few screens and an API, to try the middleware on: the addresses of `test_middleware`."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from staytrue.hotel import rls, scope
from staytrue.hotel.models import Property
from staytrue.staff import audit, guard
from staytrue.staff.access import one_of, require


def unmarked(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("nobody said who may see this")


@guard.open_to_all
def health(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(scope.current(rls.SETTING))


@guard.signed_in
def me(request: HttpRequest) -> HttpResponse:
    return HttpResponse(guard.access_in(request).actor)


@guard.needs("stays.read")
def today(request: HttpRequest, code: str) -> HttpResponse:
    found = one_of(guard.access_in(request), Property.objects.all(), "stays.read", code=code)
    return HttpResponse(f"{found.code} {scope.current(rls.SETTING)}")


@guard.needs("stays.read", keeps_awake=False)
def version(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


@guard.needs("stays.read")
def half_done(request: HttpRequest, code: str) -> HttpResponse:
    audit.record("half", "done")
    require(guard.access_in(request), "staff.manage", Property.objects.get(code=code))
    return HttpResponse("never")


@guard.needs("stays.read")
def broken(_request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1/0")
    return HttpResponse("never")


@guard.needs("staff.manage")
def people(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("people")


urlpatterns = [
    path("", me, name="home"),
    path("unmarked", unmarked, name="unmarked"),
    path("health", health, name="health"),
    path("me", me, name="me"),
    path("today/<code>", today, name="today"),
    path("version", version, name="version"),
    path("half/<code>", half_done, name="half_done"),
    path("broken", broken, name="broken"),
    path("people", people, name="people"),
    path("accounts/", include("allauth.urls")),
    path("lock", me, name="lock"),
]
