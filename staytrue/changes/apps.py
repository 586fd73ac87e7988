"""Django's name for this station."""

from django.apps import AppConfig


class ChangesConfig(AppConfig):
    name = "staytrue.changes"
    label = "changes"
