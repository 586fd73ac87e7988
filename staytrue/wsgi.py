"""The web entry: what the server calls for each request."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from staytrue.kit import logs
from staytrue.kit.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staytrue.settings")
die_with_parent()
logs.to_stderr()
application = get_wsgi_application()

# The database's module asks for settings, which stand from here on.
from staytrue.kit import database  # noqa: E402

database.attach("app")
database.check_role()
