"""How far the first load of a living PMS has come: what a person sees while waiting for it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from staytrue.inbox.models import Bookmark, Connection

WALK = "walk"
"""The bookmark of the last complete walk; without one the first load is still under way."""


@dataclass(frozen=True)
class Loading:
    """What came so far, and what waits. `is_over` when the PMS was once read to its end."""

    deliveries: int
    under_way: int
    records: int
    wanted: int
    is_over: bool

    @property
    def seen(self) -> str:
        """What a page has seen of it: another text where anything moved."""
        return f"{self.deliveries}-{self.under_way}-{self.records}-{self.wanted}"


def loading(link: Connection) -> Loading:
    """The state of the first load, in one question."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*), count(*) FILTER (WHERE state = 'received'),
                      coalesce(sum((counts->>'read')::bigint), 0),
                      (SELECT count(*) FROM wanted WHERE connection_id = %(link)s)
                 FROM delivery WHERE connection_id = %(link)s""",
            {"link": link.pk},
        )
        deliveries, under_way, records, wanted = map(int, cursor.fetchone())
    is_over = Bookmark.objects.filter(connection=link, object=WALK).exists()
    return Loading(deliveries, under_way, records, wanted, is_over)
