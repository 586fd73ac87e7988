"""Django's name for this station."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class GuestsConfig(AppConfig):
    name = "staytrue.guests"
    label = "guests"

    def ready(self) -> None:
        """Let every package say what of its own follows where a guest is taken apart, or is told."""
        autodiscover_modules("parting", "telling")
