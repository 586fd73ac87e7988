"""Django's name for this station."""

from django.apps import AppConfig


class HotelConfig(AppConfig):
    name = "staytrue.hotel"
    label = "hotel"
