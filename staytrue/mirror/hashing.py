"""The state hash: two mirrors with the same hash say the same, however they came to it.

Over canonical records in key order, without surrogate ids and instants of receipt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from staytrue.hotel.models import Property
from staytrue.inbox.models import Connection
from staytrue.mirror.reading import Wanted, stream

# What we noticed and when: it depends on when the file was read, not on what the PMS says.
_OF_RECEIPT = ("as_of", "seen_on", "out_of_sight_since")
_json = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True)
class StateHash:
    """The hash and what it covers."""

    hash: str
    reservations: int
    profiles: int


def state_hash() -> StateHash:
    """Walk the whole mirror once; memory does not grow with it."""
    digest = hashlib.sha256()
    counts = {"profile": 0, "reservation": 0}
    houses = list(Property.objects.order_by("code").values_list("code", "pk"))
    # By their names and in the order of these: ids are surrogates.
    for link in Connection.objects.order_by("name"):
        digest.update(_json.encode(["connection", link.name]) + b"\n")
        for code, property_id in houses:
            for object in counts:
                for record in _records(link, object, property_id):
                    digest.update(_json.encode([code, object, record]) + b"\n")
                    counts[object] += 1
    return StateHash(digest.hexdigest(), counts["reservation"], counts["profile"])


def _records(link: Connection, object: str, property_id: int) -> Iterator[dict[str, Any]]:
    wanted = Wanted(
        object,
        condition="t.connection_id = %s AND coalesce(t.property_id, %s) = %s",
        values=[link.pk, link.property_id, property_id],
    )
    for found in stream(wanted):
        record = found.record() | {"epoch": found.row.get("epoch")}
        yield {name: value for name, value in record.items() if name not in _OF_RECEIPT}
