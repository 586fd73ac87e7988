"""A hotel changes its PMS: stays become the new one's under its numbers, and stay the same rows.

Whatever hangs on them (messages, answers, points, cases) hangs on the row, so nothing moves with
them. What the new PMS tells first goes over what the old one said.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection

from staytrue.kit.asking import ask
from staytrue.mirror.actions import Pairs, amend
from staytrue.mirror.models import Freshness


@dataclass(frozen=True)
class Rekeyed:
    """One stay and the key it has at the new PMS; empty `group_number`: it is of no group."""

    id: int
    number: str
    leg: str
    group_number: str


def rekey(stays: Sequence[Rekeyed], new_connection_id: int) -> Pairs:
    """Give these stays to the new connection; (before, after) each.

    Nobody's guests are told until the new PMS tells them: an id of the old one may be anybody there.
    The rosters keep who is known, each under the connection that knows him.
    """
    pairs: Pairs = []
    for each in sorted(stays, key=lambda stay: stay.id):
        pairs += amend(
            "reservation", [each.id],
            """connection_id = %(connection)s, number = %(number)s, leg = %(leg)s, epoch = 1,
               group_number = nullif(%(group)s, ''),
               version = NULL, version_at = 'epoch', read_at = 'epoch', raw_hash = 0,
               content_hash = 0, guests = '[]', primary_profile = NULL""",
            {"connection": new_connection_id, "number": each.number, "leg": each.leg,
             "group": each.group_number},
        )  # fmt: skip
    return pairs


def end_feed(connection_id: int) -> None:
    """Nothing of this feed is true through anything any more: it must keep nobody waiting."""
    Freshness.objects.filter(connection_id=connection_id).delete()


def stays_of(connection_id: int, numbers: Collection[str]) -> dict[tuple[str, str], int]:
    """(number, leg) → the stay of this connection; of a number used again, the newest."""
    rows = ask(
        """SELECT number, leg, id FROM reservation
            WHERE connection_id = %s AND number = ANY(%s::text[]) ORDER BY epoch""",
        [connection_id, sorted(numbers)],
    )
    return {(number, leg): id_ for number, leg, id_ in rows}


def lock(connection_id: int) -> None:
    """No delivery of this connection is merged while its stays are given away."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM reservation WHERE connection_id = %s"
            " ORDER BY number, leg, epoch FOR UPDATE",
            [connection_id],
        )
