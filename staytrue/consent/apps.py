"""Django's name for this station."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "staytrue.consent"
    label = "consent"
