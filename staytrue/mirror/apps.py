"""Django's name for this station."""

from django.apps import AppConfig


class MirrorConfig(AppConfig):
    name = "staytrue.mirror"
    label = "mirror"
