"""Named reads of the inbox."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from django.db import connection
from django.db.models import QuerySet

from staytrue.inbox.models import Connection, Delivery, DeliveryPiece, ParkedPart
from staytrue.kit.errors import Refused


def connection_named(name: str) -> Connection:
    """The connection of this name, or a refusal that lists the ones there are."""
    link = Connection.objects.select_related("property").filter(name=name).first()
    if link is None:
        names = ", ".join(Connection.objects.values_list("name", flat=True)) or "none yet"
        raise Refused(f"There is no connection named {name}. There are: {names}.",
                      code="no_connection", name=name)  # fmt: skip
    return link


def write_raw(delivery: Delivery, out: BinaryIO) -> None:
    """Write a delivery's raw text, as kept, into `out`."""
    out.writelines(raw_pieces(delivery))


def raw_pieces(delivery: Delivery) -> Iterator[bytes]:
    """A delivery's raw text, slice by slice."""
    if delivery.raw_dropped_at is not None:
        raise Refused(
            f"The raw text of {delivery.name} was dropped after the retention time.",
            code="raw_dropped",
        )
    rows = DeliveryPiece.objects.filter(delivery=delivery).order_by("seq")
    for body in rows.values_list("body", flat=True).iterator(chunk_size=16):
        yield zlib.decompress(body)


def newest_deliveries(link: Connection, count: int = 20) -> QuerySet[Delivery]:
    """The last deliveries of a connection, newest first, without their raw text."""
    return Delivery.objects.filter(connection=link).order_by("-received_at", "-id")[:count]


def parked_now(link: Connection) -> QuerySet[ParkedPart]:
    """What is parked on a connection, in file order."""
    return ParkedPart.objects.filter(connection=link, state="parked").order_by("code", "line", "id")


def came_since(link: Connection, since: datetime) -> dict[str, int]:
    """What came by a connection since then: deliveries, created, changed, parked."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*), coalesce(sum((counts#>>'{reservation,created}')::int), 0)
                        + coalesce(sum((counts#>>'{profile,created}')::int), 0),
                      coalesce(sum((counts#>>'{reservation,changed}')::int), 0)
                        + coalesce(sum((counts#>>'{profile,changed}')::int), 0),
                      coalesce(sum((counts->>'parked_count')::int), 0)
                 FROM delivery WHERE connection_id = %s AND received_at >= %s""",
            [link.pk, since],
        )
        names = ("deliveries", "created", "changed", "parked")
        return dict(zip(names, map(int, cursor.fetchone()), strict=True))
