"""Whose PMS it is: a connection keeps to the house that was entered, else to the first it is told.

Credentials can be exchanged and lead elsewhere; the house stays, so a foreign one is noticed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from staytrue.connectors import registry
from staytrue.connectors.base import TellsHouse
from staytrue.flow.parcels import Talk
from staytrue.hotel import scope
from staytrue.inbox import secrets
from staytrue.inbox.models import Connection
from staytrue.staff import audit

ACTOR = "worker"


def keep_to_one(talk: Talk) -> None:
    """Before anything is read: learn which house it is, where nobody entered it."""
    link, name = talk.link, setting_of(talk.link.dialect)
    if link.settings.get(name) or not isinstance(talk.connector, TellsHouse):
        return
    told = talk.connector.house(talk.http, talk.settings(talk.clock()))
    with scope.everything(), audit.acting(ACTOR, talk.clock(), "the PMS named its house"):
        # Somebody may have entered it, or anything else, while the PMS was asked.
        fresh = Connection.objects.select_for_update().get(pk=link.pk)
        if not fresh.settings.get(name):
            secrets.put_settings(fresh, {name: told}, registry.manifest(link.dialect))
    link.settings, link.sealed = fresh.settings, fresh.sealed


def without_forgetting(link: Connection, values: Mapping[str, Any]) -> dict[str, Any]:
    """Settings to change, without emptying the house that is known: a field left empty keeps it."""
    name = setting_of(link.dialect)
    return {key: value for key, value in values.items() if key != name or value is not None}


def setting_of(dialect: str) -> str:
    """The setting that holds the PMS's own code of the hotel, or nothing."""
    return str(registry.manifest(dialect).get("house", ""))
