"""Django's name for this station."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "staytrue.messages"
    # Django's own `messages` (the notices on a page) has that label already.
    label = "guest_messages"
