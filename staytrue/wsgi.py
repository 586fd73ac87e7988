"""The web entry: what the server calls for each request.

`staytrue up` keeps the embedded server running while this is loaded; it only connects, as the app.
Calls of PMSs are answered in front of Django.
"""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from staytrue.kit import database, logs
from staytrue.kit.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staytrue.settings")
die_with_parent()
logs.to_stderr()
site = get_wsgi_application()

from staytrue.web.hooks import Hooks  # noqa: E402 - tables can be imported from here on

database.attach("app")
# A login that row-level security does not hold must never serve a page.
database.check_role()
application = Hooks(site)
