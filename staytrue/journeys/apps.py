"""Django's name for this station."""

from __future__ import annotations

from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "staytrue.journeys"
    label = "journeys"
