"""Which addresses the product may speak to: the guard against being sent to places of its own network.

Checked when a setting is saved and again on each connect (`kit.http`), each time after resolving.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from staytrue.kit.errors import Misconfigured, Temporary

Resolver = Callable[[str, int], Sequence[str]]
"""A name and a port to all its addresses, best first. Tests and simulations bring their own."""

_Address = IPv4Address | IPv6Address
_OPEN_PORTS = frozenset({80, 443, *range(8000, 10_000)})
_USUAL_PORTS = {"http": 80, "https": 443}
_FIRST_FREE_PORT = 1024
_NAME = re.compile(
    r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
# Name resolution reads 2130706433, 0x7f000001 and 127.1 as addresses; no public name ends like this.
_NUMBER = re.compile(r"(\d+|0x[0-9a-f]*)")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
# Here clouds tell their machines' secrets; no PMS lives there, so that no setting opens them.
_METADATA = frozenset(
    map(
        ip_address,
        ("169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192",
         "fd00:ec2::254"),
    )
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """A checked address: where a request goes, without what is secret in it."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """`host:port` as an administrator would allow it; IPv6 in brackets."""
        return authority(self.host, self.port)

    @property
    def name(self) -> str:
        """What the Host header says: the authority without the scheme's own port."""
        is_usual = self.port == _USUAL_PORTS[self.scheme]
        return self.authority.rpartition(":")[0] if is_usual else self.authority

    def __repr__(self) -> str:
        # Some PMSs want their secret in the address.
        return f"{self.scheme}://{self.authority}/…"


def authority(host: str, port: int) -> str:
    """`host:port`, IPv6 in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def system_resolver(host: str, port: int) -> Sequence[str]:
    """All addresses of a name as this machine resolves it."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        # A name server that is away says "unknown" as well: never a reason to stop for good.
        raise Temporary(
            f"The name {host} is not known at this moment. Check its spelling and the name server.",
            "name_unknown",
            host=host,
        ) from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def check_address(
    url: str,
    allowed: frozenset[str] = frozenset(),
    *,
    ports: frozenset[int] = frozenset(),
    resolve: Resolver = system_resolver,
) -> Target:
    """The target of a setting that may be saved; `Misconfigured` says what is wrong with it.

    `allowed` holds the exact `host:port`s inside the own network that an administrator allowed
    for this connection, `ports` further ports of it.
    """
    target = parse(url, allowed, ports=ports)
    addresses_of(target.host, target.port, allowed, resolve)
    return target


def parse(url: str, allowed: frozenset[str], *, ports: frozenset[int] = frozenset()) -> Target:
    """The parts of an address, or why it is none; asks nobody."""
    if not re.fullmatch(r"[!-\[\]-~]+", url):
        raise _wrong("it may hold no blanks, no backslash and only ASCII letters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _wrong("it cannot be read") from None
    if parts.scheme not in _USUAL_PORTS:
        raise _wrong("it must begin with https:// or http://")
    if "@" in parts.netloc:
        raise _wrong("a name and password belong into their own settings, not into the address")
    host = _host(parts.hostname or "")
    port = port if port is not None else _USUAL_PORTS[parts.scheme]
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = Target(parts.scheme, host, port, path)
    is_allowed = target.authority in allowed
    if port not in _OPEN_PORTS and (port < _FIRST_FREE_PORT or not (port in ports or is_allowed)):
        raise _wrong(f"port {port} is not one that a PMS answers on (80, 443, 8000 to 9999)")
    if target.scheme == "http" and not is_allowed:
        raise _wrong(
            "over http:// everyone on the way could read guests' data; it must begin with https:// "
            f"unless an administrator allows {target.authority} as a machine of the own network"
        )
    return target


def addresses_of(
    host: str, port: int, allowed: frozenset[str], resolve: Resolver = system_resolver
) -> list[str]:
    """The addresses to connect to, each of them checked; one bad address refuses the name."""
    found = [ip_address(text) for text in ([host] if _literal(host) else resolve(host, port))]
    if not found:
        raise Temporary(f"The name {host} has no address.", "name_unknown", host=host)
    is_allowed = authority(host, port) in allowed
    for address in found:
        inner = unwrapped(address)
        if not (_is_global(inner) or (is_allowed and _is_own(inner))):
            raise Misconfigured(
                f"{host} leads to {address}, a machine that Staytrue may not speak to. If the PMS "
                f"stands in the own network, an administrator must allow {authority(host, port)} "
                "for this connection.",
                "address_not_allowed",
                host=host,
                port=port,
                address=str(address),
            )
    return [str(address) for address in found]


def is_this_machine(host: str) -> bool:
    """Whether a name or literal address can only mean the machine itself; asks nobody."""
    bare = host.strip("[]").lower()
    literal = _literal(bare)
    return literal.is_loopback if literal else bare in {"localhost", "ip6-localhost"}


def unwrapped(address: _Address) -> _Address:
    """The IPv4 address inside an IPv6 one (mapped, NAT64, 6to4), else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_global(address: _Address) -> bool:
    if address in _METADATA or address.is_multicast or address.is_reserved:
        return False
    return address.is_global and (address.version == 4 or address in _GLOBAL_UNICAST)


def _is_own(address: _Address) -> bool:
    """Of a house's own network: private, shared with the provider, or this machine."""
    never = address.is_link_local or address.is_unspecified or address.is_multicast
    if never or address in _METADATA or (address.is_reserved and not address.is_loopback):
        return False
    return not address.is_global


def _host(host: str) -> str:
    if literal := _literal(host):
        return str(literal)
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise _wrong("an IP address is written as four numbers with points, without leading zeros")
    if not _NAME.fullmatch(host):
        raise _wrong(f"{host[:80]!r} is not a machine's name")
    return host


def _literal(host: str) -> _Address | None:
    try:
        return ip_address(host) if "%" not in host else None
    except ValueError:
        return None


def _wrong(why: str) -> Misconfigured:
    return Misconfigured(f"This address cannot be used: {why}.", "address_wrong", why=why)
