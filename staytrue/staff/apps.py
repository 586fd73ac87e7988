"""Django's name for this station."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "staytrue.staff"
    label = "staff"
