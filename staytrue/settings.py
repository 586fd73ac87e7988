"""The one settings file, read from the environment; see docs/operations.md for each name."""

from __future__ import annotations

import os
from pathlib import Path

BASE = Path(__file__).resolve().parent
HOME = Path(os.environ.get("STAYTRUE_HOME", "var")).resolve()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "staytrue.hotel",
    "staytrue.staff",
    "staytrue.inbox",
    "staytrue.mirror",
    "staytrue.changes",
]
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
