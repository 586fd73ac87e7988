"""The addresses of who manages a desk: reviews from outside, settings, accounting."""

from __future__ import annotations

from django.urls import path

from staytrue.web import desk_reviews, desk_settings

paths = [
    path("desk/reviews/", desk_reviews.outside, name="outside_reviews"),
    path("desk/settings/", desk_settings.first, name="desk_settings_first"),
    path("desk/settings/<str:code>/", desk_settings.settings, name="desk_settings"),
    path("desk/settings/<str:code>/accounting.csv", desk_settings.file, name="desk_accounting"),
]
