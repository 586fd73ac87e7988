"""The addresses of who manages a desk: reviews from outside, settings, accounting."""

from __future__ import annotations

from django.urls import path

from staytrue.web import desk_reviews

paths = [
    path("desk/reviews/", desk_reviews.outside, name="outside_reviews"),
]
