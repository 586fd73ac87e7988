"""Django's name for this station."""

from django.apps import AppConfig


class GuestsConfig(AppConfig):
    name = "staytrue.guests"
    label = "guests"
