"""What the intake bench serves: the product's own web entry, and behind it one empty Django view.

Only the bench's server imports it: with it the settings of the process change.
"""

from __future__ import annotations

import os

from django.conf import settings
from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staytrue.settings")
# The yardstick is what Django's own `startproject` puts around a view, without a query.
settings.MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
settings.ROOT_URLCONF = __name__

from staytrue.wsgi import application  # noqa: E402 - it takes the settings as they stand now

__all__ = ["application", "urlpatterns"]


@csrf_exempt
@non_atomic_requests
def empty(_request: HttpRequest) -> HttpResponse:
    """Nothing is done, nothing is said."""
    return HttpResponse(b"OK\n", headers={"content-length": "3"})


urlpatterns = [path("empty", empty)]
