"""The web entry: what the server calls for each request.

`staytrue up` keeps the embedded server running while this is loaded; it only connects, as the app.
"""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from staytrue.kit import database, logs
from staytrue.kit.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staytrue.settings")
die_with_parent()
logs.to_stderr()
application = get_wsgi_application()
database.attach("app")
# A login that row-level security does not hold must never serve a page.
database.check_role()
