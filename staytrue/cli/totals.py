"""The command totals: nights and revenue as the mirror has them, beside the PMS's own report."""

from __future__ import annotations

import click

from staytrue.cli.frame import Answer, answers, property_named, reading, table
from staytrue.hotel.codes import Status
from staytrue.mirror import totals as mirror
from staytrue.mirror.rows import amount_text

_TITLES = ("property", "period", "currency", "bookings", "nights", "amount", "room", "extras")


@click.command
@click.option("--property", "code", help="Only of this hotel.")
@click.option("--by", type=click.Choice(list(mirror.PERIODS)), default="year", show_default=True)
@click.option("--status", type=click.Choice([str(status) for status in Status]))
@answers
def totals(code: str | None, by: str, status: str | None) -> Answer:
    """Bookings, nights and revenue by year, month of arrival, or status."""
    with reading():
        ids = [property_named(code).pk] if code else None
        found = mirror.totals(ids, by, status)
    amounts = ("amount", "room_amount", "extras_amount")
    document = [
        vars(total) | {name: amount_text(getattr(total, name)) for name in amounts}
        for total in found
    ]
    rows = [
        (row["property"], row["period"], row["currency"], row["bookings"], row["nights"],
         *(row[name] for name in amounts))
        for row in document
    ]  # fmt: skip
    return Answer(document, table(rows, _TITLES) if rows else ["There are no bookings."])
