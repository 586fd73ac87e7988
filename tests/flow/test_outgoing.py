"""The way out to a PMS: one pace for one credential, private addresses by an administrator's word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from staytrue.connectors import registry
from staytrue.flow import outgoing
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.inbox import actions as inbox
from staytrue.inbox.models import Connection
from staytrue.kit.errors import Misconfigured, Refused, Temporary
from staytrue.lab.bookings import build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.pms.mews.quirks import Quirk
from staytrue.lab.pms.mews.server import Mews
from staytrue.lab.pms.serving import Served
from staytrue.staff import audit
from tests import make

pytestmark = pytest.mark.django_db

TOKENS = {"client_token": "lab-client", "access_token": "lab-access"}
BODY = json.dumps(
    {"ClientToken": "lab-client", "AccessToken": "lab-access", "Client": "t"}
).encode()
NO_QUIRKS: frozenset[Quirk] = frozenset()


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    monkeypatch.setattr(outgoing, "_ways", {})


@pytest.fixture
def house() -> Property:
    return make.hotel()


@pytest.fixture
def pms() -> Iterator[Served]:
    """Hotel Sirga's Mews, with nobody booked."""
    today = make.NOON.date()
    world = build_world(7, hotel_sirga(rooms=4), today, today, today=today)
    with Served(Mews(world, lambda: make.NOON, quirks=NO_QUIRKS).application) as served:
        yield served


def check(house: Property, *, is_private: bool, **values: Any) -> list[str]:
    given = TOKENS | values
    return outgoing.check("mews", house, given, is_private=is_private, now=make.NOON)


def test_a_check_tells_what_works(house: Property, pms: Served) -> None:
    assert check(house, is_private=True, base_url=pms.url) == [
        "Mews knows this house as Hotel Sirga."
    ]


def test_a_wrong_credential_is_told(house: Property, pms: Served) -> None:
    with pytest.raises(Misconfigured, match="refused our credentials"):
        check(house, is_private=True, base_url=pms.url, access_token="another")


@pytest.mark.parametrize(
    "address",
    ["https://127.0.0.1:8443", "https://169.254.169.254", "http://pms.example", "https://10.0.0.7",
     "https://[::ffff:127.0.0.1]", "https://2130706433", "gopher://pms.example"],
)  # fmt: skip
def test_an_address_of_the_own_network_is_refused_before_anything_is_sent(
    house: Property, address: str
) -> None:
    with pytest.raises(Misconfigured):
        outgoing.check_addresses({"base_url": address}, is_private=False)
    with pytest.raises(Misconfigured):
        check(house, is_private=False, base_url=address)


@pytest.mark.parametrize("dsn", ["postgresql://a:b@10.0.0.7/pms", "mssql://a:b@127.0.0.1/pms"])
def test_a_database_of_the_own_network_needs_the_same_word(dsn: str) -> None:
    with pytest.raises(Misconfigured, match="an administrator must allow"):
        outgoing.check_addresses({"dsn": dsn}, is_private=False)
    outgoing.check_addresses({"dsn": dsn}, is_private=True)


def test_the_metadata_of_a_cloud_is_refused_even_where_private_ones_are_allowed(
    house: Property,
) -> None:
    with pytest.raises(Misconfigured):
        check(house, is_private=True, base_url="http://169.254.169.254")


def test_nobody_allows_an_address_by_a_setting(house: Property, pms: Served) -> None:
    with pytest.raises(Misconfigured):
        check(house, is_private=False, base_url=pms.url, allow_private=[pms.authority])


def test_an_administrators_word_is_about_the_addresses_in_the_settings_only() -> None:
    values = {"base_url": "https://pms.lan:8443/x", "dsn": "mssql://a:b@db.lan/pms", "n": 3}
    assert outgoing.own_addresses(values) == {"pms.lan:8443", "db.lan:1433"}


def test_files_have_nothing_to_check(house: Property) -> None:
    with pytest.raises(Refused, match="reads files"):
        outgoing.check("export_files", house, {}, is_private=False, now=make.NOON)


def linked(house: Property, name: str, **values: Any) -> Connection:
    with scope.everything(), audit.acting("tests", make.NOON):
        link = inbox.connect(name, house, "mews", TOKENS | values, now=make.NOON)
        inbox.allow_private(link, is_allowed=True)
    return link


def test_all_who_use_one_credential_keep_to_one_pace(
    house: Property, pms: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = registry.manifest("mews") | {"limits": {"calls": 10, "seconds": 3600}}
    monkeypatch.setattr(registry, "manifest", lambda _name: manifest)
    values = TOKENS | {"base_url": pms.url}
    first = outgoing.way_out(linked(house, "one", base_url=pms.url), values)
    second = outgoing.way_out(linked(house, "two", base_url=pms.url), values)
    address = f"{pms.url}/api/connector/v1/configuration/get"
    for way in (first, second, first, second, first, second, first, second, first):
        assert way.request("POST", address, body=BODY).status == 200
    with pytest.raises(Temporary) as told:
        second.request("POST", address)
    assert told.value.code == "pace"
    urgent = outgoing.way_out(linked(house, "now", base_url=pms.url), values, is_urgent=True)
    assert urgent.request("POST", address, body=BODY).status == 200
    other = TOKENS | {"base_url": pms.url, "access_token": "another"}
    way = outgoing.way_out(linked(house, "other", base_url=pms.url), other)
    assert way.request("POST", address, body=BODY).status == 200


def test_a_connector_is_told_its_secrets_and_allowed_addresses(house: Property) -> None:
    link = linked(house, "live", base_url="https://pms.lan")
    told = outgoing.open_settings(link, make.NOON).values
    assert told["access_token"] == TOKENS["access_token"]
    assert told["allow_private"] == ["pms.lan:443"]


def test_a_check_ends_with_the_patience_of_who_waits(
    house: Property, pms: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "CHECK_SECONDS", -1.0)
    with pytest.raises(Temporary, match="too slowly to be tested"):
        check(house, is_private=True, base_url=pms.url)


def test_calls_that_were_agreed_go_before_those_a_connector_states() -> None:
    manifest = registry.manifest("opera_cloud")
    assert outgoing.pace_of(manifest).allowance.calls == 60
    assert outgoing.pace_of(manifest, "240").allowance.calls == 240
    with pytest.raises(Misconfigured, match="no number of calls"):
        outgoing.pace_of(manifest, "many")
