"""The web entry as the tests' own server runs it: on the tests' database, with a PMS that signs."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from staytrue.connectors import registry
from staytrue.kit import database

DATABASE = "STAYTRUE_TESTS_DATABASE"
PAGES_AT_ONCE = 3
SIGNED = {"signed": "staytrue.lab.pms.signed"}

if name := os.environ.get(DATABASE):
    registry._installed = lambda: SIGNED  # type: ignore[method-assign]
    site = get_wsgi_application()
    database.attach("app", name=name)
    database.share_places(PAGES_AT_ONCE)

    from staytrue.inbox import doors
    from staytrue.web import hooks

    # Each test makes connections of its own, and none waits long.
    doors._FRESH_SECONDS = doors._AGAIN_SECONDS = 0.0
    hooks.BODY_SECONDS = 1.0
    application = hooks.Hooks(site)
