"""Who may call us: looked up rarely, and again when something does not fit."""

from __future__ import annotations

import pytest
from django.conf import settings

from staytrue.connectors import registry
from staytrue.hotel import scope
from staytrue.inbox import actions, doors, secrets
from staytrue.inbox.doors import NOWHERE, Doors
from staytrue.inbox.models import Connection
from staytrue.kit import database
from staytrue.staff import audit
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


OWN, OTHERS, NOBODYS = (f'{{"EnterpriseId": "{name}"}}'.encode() for name in ("e1", "e2", "e9"))


def connected(dialect: str = "mews", name: str = "bio", **settings: str) -> tuple[Connection, str]:
    with scope.everything(), audit.acting("tests", make.NOON):
        link = Connection.objects.create(
            name=name, property=make.hotel(name.upper()), dialect=dialect, created_at=make.NOON
        )
        secrets.put_settings(link, settings, registry.manifest(dialect))
        return link, secrets.new_hook(link)


def two_houses(**settings: str) -> tuple[Connection, Connection]:
    """One and another of the same integration, but for what is said of the other."""
    given = {"client_token": "c1", "access_token": "a1", "enterprise_id": "e1"}
    other = given | {"access_token": "a2", "enterprise_id": "e2"} | settings
    return connected(**given)[0], connected(name="lag", **other)[0]


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


def test_one_address_serves_the_houses_of_one_integration() -> None:
    bio, lag = two_houses()
    doors = Doors()
    assert [doors.named("bio").kept_for(body) for body in (OWN, OTHERS, b"{}")] == [
        bio.pk, lag.pk, bio.pk,
    ]  # fmt: skip
    assert [doors.named("lag").kept_for(body) for body in (OWN, OTHERS)] == [bio.pk, lag.pk]


@pytest.mark.parametrize(
    "other",
    [
        {"client_token": "c2"},
        {"client_token": ""},
        {"base_url": "https://api.mews-demo.example"},
    ],
)
def test_the_secret_of_one_integration_writes_nothing_into_another(other: dict[str, str]) -> None:
    two_houses(**other)
    door = Doors().named("bio")
    # Answered as a house that nobody here knows: no caller finds out which there are.
    assert door.kept_for(OTHERS) == door.kept_for(NOBODYS) == 0


@pytest.mark.parametrize("token", [{}, {"client_token": ""}])
def test_connections_without_a_token_share_nothing(token: dict[str, str]) -> None:
    connected(enterprise_id="e1", **token)
    connected(name="lag", enterprise_id="e2", **token)
    assert Doors().named("bio").kept_for(OTHERS) == 0


def test_a_connection_whose_token_cannot_be_opened_shares_nothing() -> None:
    bio, lag = two_houses()
    with scope.everything(), audit.acting("tests", make.NOON):
        lag.sealed |= {"client_token": bio.sealed["client_token"]}
        lag.save()
    assert Doors().named("bio").kept_for(OTHERS) == 0
    assert Doors().named("lag").kept_for(OTHERS) == lag.pk


def test_a_call_about_two_houses_is_about_neither() -> None:
    two_houses()
    both = b'{"EnterpriseId": "e1", "Data": {"Enterprise": {"Id": "e2"}}}'
    assert Doors().named("bio").kept_for(both) == 0


def test_before_its_house_is_known_a_connection_takes_no_calls_of_its_neighbours() -> None:
    given = {"client_token": "c1", "access_token": "a1"}
    bio, _ = connected(**given)
    lag, _ = connected(name="lag", **given, enterprise_id="e2")
    door = Doors().named("bio")
    assert [door.kept_for(body) for body in (OWN, OTHERS)] == [bio.pk, lag.pk]


def test_nobody_takes_calls_away_by_entering_the_house_of_another() -> None:
    _, lag = two_houses()
    again, _ = connected(name="rio", client_token="c1", enterprise_id="e2")
    assert Doors().named("bio").kept_for(OTHERS) == lag.pk
    with scope.everything(), audit.acting("tests", make.NOON):
        actions.stop(lag, "wrong_password", {}, make.NOON)
    assert Doors().named("bio").kept_for(OTHERS) == again.pk


def test_a_connection_that_went_keeps_nothing() -> None:
    assert NOWHERE.kept_for(OWN) == 0
