"""The one way out to a PMS: checked addresses, a pace shared by all who use one credential."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.utils.crypto import salted_hmac

from staytrue.connectors import registry
from staytrue.connectors.base import Http, Settings
from staytrue.connectors.fields import secret_names
from staytrue.hotel.models import Property
from staytrue.inbox import calls, secrets
from staytrue.inbox.models import Connection
from staytrue.kit import clock
from staytrue.kit.addresses import addresses_of, authority, check_address
from staytrue.kit.errors import Misconfigured, Refused, Temporary
from staytrue.kit.http import Client, Response
from staytrue.kit.pacing import Allowance, Counted, Pace, PacedClient

# Where a manifest states no limit: gentle enough for any PMS that was seen.
CALLS, SECONDS = 60, 60
URGENT_SHARE = 10
"""One call in so many is kept for a look at one stay before a message leaves."""
CHECK_SECONDS = 20.0
AUTHORITY = "ca_pem"
"""The setting that pins a house's own certificate authority for this connection."""
AGREED = "calls_a_minute"
"""The setting that says how often this house's PMS may be asked, where more or less was agreed."""
ALLOWED = "allow_private"
"""What a connector reads of an administrator's word; never a setting that somebody may enter."""

_DATABASES = {"postgresql": 5432, "postgres": 5432, "mssql": 1433, "oracle": 1521}
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443} | _DATABASES


@dataclass(frozen=True)
class _Way:
    client: Client
    pace: Pace


_ways: dict[tuple[str, ...], _Way] = {}
_guard = threading.Lock()


def way_out(link: Connection, values: Mapping[str, Any], *, is_urgent: bool = False) -> Http:
    """What a connector of this connection asks through. It never waits: `Temporary` says how long.

    `values` are its opened settings. `is_urgent` may use what is kept for urgent calls.
    """
    return _paced(link.dialect, values, is_private=link.is_private, is_urgent=is_urgent)


def open_settings(link: Connection, now: datetime) -> Settings:
    """What a connector is told of its house, secrets opened."""
    return _settings(link.property, secrets.opened(link), now, is_private=link.is_private)


def check(
    dialect: str,
    property: Property,
    values: Mapping[str, Any],
    *,
    is_private: bool,
    now: datetime,
) -> list[str]:
    """Try settings without keeping them: what works, in sentences, or the error that says why not."""
    connector = registry.live(dialect)
    if connector is None:
        raise Refused(
            "This connector reads files: nothing has to answer. Save it, then import one.",
            "nothing_to_check",
        )
    check_addresses(values, is_private=is_private)
    slow = Temporary(
        "The other side answers too slowly to be tested while you wait. Test it again later, or "
        "save it as it is.",
        "check_slow",
    )
    paced = _paced(dialect, values, is_private=is_private, is_urgent=True)
    way = InTime(paced, CHECK_SECONDS, slow)
    return connector.check(way, _settings(property, values, now, is_private=is_private))


def check_addresses(values: Mapping[str, Any], *, is_private: bool) -> None:
    """Refuse settings that lead to a place Staytrue may not speak to, before they are kept.

    A name that is not known at this moment is no reason: it is checked again on each connect.
    """
    allowed = own_addresses(values) if is_private else frozenset()
    for value in values.values():
        scheme = _scheme(value)
        if not scheme:
            continue
        try:
            if scheme in _DATABASES:
                parts = urlsplit(value)
                addresses_of(parts.hostname or "", parts.port or _PORTS[scheme], allowed)
            else:
                check_address(value, allowed)
        except ValueError:
            raise Misconfigured("An address cannot be read. Write it again.", "address_wrong",
                                why="") from None  # fmt: skip
        except Temporary:
            continue


def own_addresses(values: Mapping[str, Any]) -> frozenset[str]:
    """Every `host:port` that these settings name: what an administrator's word is about."""
    found = set()
    for value in values.values():
        if _scheme(value) not in _PORTS:
            continue
        try:
            parts = urlsplit(value)
            port = parts.port or _PORTS[parts.scheme]
        except ValueError:
            # Whoever uses the address says what is wrong with it.
            continue
        if parts.hostname:
            found.add(authority(parts.hostname, port))
    return frozenset(found)


def _scheme(value: Any) -> str:
    """The scheme of what may be an address, or nothing."""
    if not isinstance(value, str):
        return ""
    scheme, mark, _ = value.partition("://")
    return scheme.lower() if mark and scheme.isalpha() else ""


def _settings(
    property: Property, values: Mapping[str, Any], now: datetime, *, is_private: bool
) -> Settings:
    given = {name: value for name, value in values.items() if name != ALLOWED}
    if is_private:
        given[ALLOWED] = sorted(own_addresses(values))
    return Settings(
        property=property.code,
        zone=property.timezone,
        country=property.country,
        currency=property.currency,
        read_at=now,
        values=given,
    )


def _paced(
    dialect: str, values: Mapping[str, Any], *, is_private: bool, is_urgent: bool
) -> PacedClient:
    allowed = own_addresses(values) if is_private else frozenset()
    manifest = registry.manifest(dialect)
    ca_pem = str(values.get(AUTHORITY) or "") or None
    credential = {name: str(values.get(name)) for name in secret_names(manifest)}
    said = json.dumps([dialect, credential, sorted(own_addresses(values))], sort_keys=True)
    # Never the credential itself: a key is easily logged, and this one stands in a table.
    digest = salted_hmac(__name__, said, algorithm="sha256").hexdigest()
    agreed = str(values.get(AGREED) or "")
    key = (digest, *sorted(allowed), ca_pem or "", agreed)
    with _guard:
        way = _ways.get(key)
        if way is None:
            client = Client(allow_private=allowed, ca_pem=ca_pem)
            way = _ways[key] = _Way(
                client, pace_of(manifest, agreed, partial(calls.counted, digest))
            )
    return PacedClient(way.client, way.pace, clock.now, is_urgent=is_urgent)


def pace_of(manifest: Mapping[str, Any], agreed: str = "", counted: Counted | None = None) -> Pace:
    """The limit of calls that was agreed, else what the connector states; a tenth is for urgent ones."""
    limits = manifest.get("limits", {})
    most, seconds = int(limits.get("calls", CALLS)), float(limits.get("seconds", SECONDS))
    if agreed:
        if not agreed.isdecimal() or int(agreed) < 1:
            raise Misconfigured(
                f"{agreed} is no number of calls. Write how many calls a minute the PMS allows, "
                "such as 120, or leave it empty.",
                AGREED,
            )
        most, seconds = int(agreed), 60.0
    return Pace(Allowance(most, seconds, reserve=most // URGENT_SHARE), counted=counted)


class InTime:
    """A way out for somebody who waits: no call begins after the time is over."""

    def __init__(self, http: Http, seconds: float, slow: Temporary) -> None:
        self._http, self._until, self._slow = http, clock.monotonic() + seconds, slow

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Response:
        if clock.monotonic() > self._until:
            raise self._slow
        return self._http.request(method, url, headers=headers, body=body)
