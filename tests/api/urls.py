"""The API alone, at its own address."""

from django.urls import path

from staytrue.api.app import api

urlpatterns = [path("api/", api.urls)]
