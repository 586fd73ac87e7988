"""Night and revenue totals of the mirror, to be held against the PMS's own report, to the cent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

# A stay belongs to the period of its arrival, as the PMS's arrival reports count it.
PERIODS = {
    "year": "to_char(r.arrival_on, 'YYYY')",
    "month": "to_char(r.arrival_on, 'YYYY-MM')",
    "status": "r.status",
}


@dataclass(frozen=True)
class Total:
    """Bookings of one property, currency and period. Amounts are sums of what is known.

    `without_amount` counts bookings whose amount the PMS never said, `tax_unknown` those of which
    it did not say whether tax is in it: a difference to its report begins there.
    """

    property: str
    currency: str
    period: str
    bookings: int
    nights: int
    amount: Decimal
    room_amount: Decimal
    extras_amount: Decimal
    without_amount: int
    tax_unknown: int


def totals(
    property_ids: Collection[int] | None = None, by: str = "year", status: str | None = None
) -> list[Total]:
    """Totals of these properties (None: every one in scope), of one status if named."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT h.code, coalesce(r.currency, h.currency), {PERIODS[by]}, count(*),
                       sum(r.nights), coalesce(sum(r.amount), 0), coalesce(sum(r.room_amount), 0),
                       coalesce(sum(r.extras_amount), 0),
                       count(*) FILTER (WHERE r.amount IS NULL),
                       count(*) FILTER (WHERE r.tax_included IS NULL)
                  FROM reservation r JOIN property h ON h.id = r.property_id
                 WHERE (%(ids)s::bigint[] IS NULL OR r.property_id = ANY(%(ids)s))
                   AND (%(status)s::text IS NULL OR r.status = %(status)s)
                 GROUP BY 1, 2, 3 ORDER BY 1, 3, 2""",
            {"ids": None if property_ids is None else sorted(property_ids), "status": status},
        )
        return [Total(*row) for row in cursor.fetchall()]
