"""Who may call us: looked up rarely, and again when something does not fit."""

from __future__ import annotations

import pytest
from django.conf import settings

from staytrue.connectors import registry
from staytrue.hotel import scope
from staytrue.inbox import doors, secrets
from staytrue.inbox.doors import NOWHERE, Doors
from staytrue.inbox.models import Connection
from staytrue.kit import database
from staytrue.staff import audit
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


def connected(dialect: str = "mews") -> tuple[Connection, str]:
    with scope.everything(), audit.acting("tests", make.NOON):
        link = Connection.objects.create(
            name="bio", property=make.hotel(), dialect=dialect, created_at=make.NOON
        )
        return link, secrets.new_hook(link)


def test_a_door_opens_with_its_own_secret_only() -> None:
    link, secret = connected()
    door = Doors().named("bio")
    assert door.connection_id == link.pk
    assert [door.opens_with(word) for word in (secret, secret[:-1], "", link.hook_hash)] == [
        True, False, False, False,
    ]  # fmt: skip


def test_nothing_opens_where_there_is_no_connection() -> None:
    assert Doors().named("nobody") is NOWHERE
    assert not NOWHERE.opens_with("")
    assert not NOWHERE.is_signed("e1", "1", "v1,", b"{}")


def test_doors_are_looked_up_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Doors()
    assert known.named("bio") is NOWHERE
    connected()
    assert known.named("bio") is NOWHERE
    assert not known.look_again()
    monkeypatch.setattr(doors, "_AGAIN_SECONDS", 0.0)
    assert known.look_again()
    assert known.named("bio") is not NOWHERE


def test_while_the_database_is_away_the_known_doors_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    link, secret = connected()
    known = Doors()
    known.named("bio")
    known.close()
    monkeypatch.setattr(doors, "_FRESH_SECONDS", 0.0)
    monkeypatch.setattr(database, "DATABASE", "gone")
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", "gone")
    assert known.named(link.name).opens_with(secret)


def test_a_secret_that_cannot_be_opened_closes_its_own_door_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "_installed", lambda: {"signed": "staytrue.lab.pms.signed"})
    link, _ = connected("signed")
    with scope.everything(), audit.acting("tests", make.NOON):
        link.sealed = {"signing_secret": "AAAA"}
        link.save()
    assert Doors().named("bio") is NOWHERE
