"""Django's name for this station."""

from __future__ import annotations

from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "staytrue.forms"
    # Django's own forms are no app, but every reader knows them by that name.
    label = "guest_forms"
