"""Every address of the server: screens, sign-in, and the API."""

from __future__ import annotations

from django.urls import include, path

from staytrue.api.app import api

handler400 = "staytrue.web.errors.bad_request"
handler403 = "staytrue.web.errors.forbidden"
handler404 = "staytrue.web.errors.not_found"
handler500 = "staytrue.web.errors.broken"

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("api/", api.urls),
    path("", include("staytrue.web.urls")),
]
