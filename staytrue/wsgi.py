"""The web entry: what the server calls for each request.

`staytrue up` keeps the embedded server running while this is loaded; it only connects, as the app.
Calls of PMSs are answered in front of Django.
"""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from staytrue.kit import database, logs
from staytrue.kit.processes import die_with_parent

_PAGES_AT_ONCE = 8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staytrue.settings")
die_with_parent()
logs.to_stderr()
site = get_wsgi_application()

from staytrue.web.hooks import Hooks  # noqa: E402 - tables can be imported from here on

database.attach("app")
# A login that row-level security does not hold must never serve a page.
database.check_role()
# The server has many threads, for calls of PMSs; pages need few connections at once.
database.share_places(_PAGES_AT_ONCE)
application = Hooks(site)
