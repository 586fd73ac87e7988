"""What a domain's name servers say: its text records, asked with limits of time."""

from __future__ import annotations

import dns.exception
import dns.resolver

from staytrue.kit.errors import Temporary

_SECONDS = 5.0


def texts(name: str) -> list[str]:
    """The TXT records of a name, each as one text; none where there is no such name."""
    try:
        found = dns.resolver.resolve(name, "TXT", lifetime=_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise Temporary(
            f"The name servers did not answer about {name}. Try again in a minute.",
            "name_servers_silent",
            name=name,
        ) from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in found]
