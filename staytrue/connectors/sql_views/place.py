"""The address of a database given as a URL: its host resolved once and checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from staytrue.kit.addresses import addresses_of
from staytrue.kit.errors import Misconfigured


@dataclass(frozen=True)
class Place:
    """Where a database is and who we are there. `address` is the checked one of `host`."""

    host: str
    address: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)

    @property
    def is_public(self) -> bool:
        """Whether the way there leads through the internet."""
        return ip_address(self.address).is_global


def place_of(dsn: str, usual_port: int, allowed: frozenset[str]) -> Place:
    """The parts of `engine://name:password@host:port/database`."""
    try:
        parts = urlsplit(dsn)
        port = parts.port or usual_port
    except ValueError:
        raise wrong("it cannot be read") from None
    database = unquote(parts.path.removeprefix("/"))
    if not (parts.hostname and parts.username and parts.password and database):
        raise wrong("it must be engine://name:password@host:port/database")
    if parts.query or parts.fragment:
        raise wrong("it may hold no further options")
    address = addresses_of(parts.hostname, port, allowed)[0]
    user, password = unquote(parts.username), unquote(parts.password)
    return Place(parts.hostname, address, port, database, user, password)


def wrong(why: str) -> Misconfigured:
    """The one sentence for an address of a database that cannot be used."""
    return Misconfigured(f"The address of the database cannot be used: {why}.", "dsn", why=why)


def driver_missing(name: str, extra: str) -> Misconfigured:
    """What to do when an optional driver is not installed."""
    return Misconfigured(
        f"To read this database Staytrue needs the package {name}: install staytrue[{extra}].",
        "driver_missing",
        package=name,
    )
