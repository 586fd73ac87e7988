"""Django's name for this station."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "staytrue.inbox"
    label = "inbox"
