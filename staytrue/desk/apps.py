"""Django's name for this station."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "staytrue.desk"
