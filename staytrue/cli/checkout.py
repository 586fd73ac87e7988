"""Commands on check-outs of past days: what a run would do, the run, and its report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import click

from staytrue.cli.frame import ACTOR, Answer, acting, answers, property_named, reading, table
from staytrue.flow import checking_out
from staytrue.guests.accounts import lists, runs
from staytrue.guests.accounts.lists import Tally
from staytrue.guests.accounts.runs import Days
from staytrue.guests.models import CheckOutRun
from staytrue.hotel.models import Property
from staytrue.staff.access import house_access

_DAY = click.DateTime(["%Y-%m-%d"])
_FROM = click.option(
    "--from", "first", required=True, type=_DAY, help="The first day, at the hotel."
)
_TO = click.option("--to", "last", required=True, type=_DAY, help="The last day, included.")
_AT = click.option("--property", "codes", multiple=True, help="A hotel; all where none is named.")


@click.group
def checkout() -> None:
    """Check-outs: accounts and points of past days, by hand."""


@checkout.command
@_FROM
@_TO
@_AT
@answers
def preview(first: datetime, last: datetime, codes: tuple[str, ...]) -> Answer:
    """What a run over these days would do; nothing is written."""
    with reading():
        told = runs.preview(house_access(ACTOR), _days(first, last, codes))
    rows = ((count, outcome.replace("_", " ")) for outcome, count in sorted(told.items()))
    document = {"stays": told.total(), "counts": dict(told)}
    return Answer(document, [f"{told.total()} check-outs", *table(rows, ("", ""))[1:]])


@checkout.command
@_FROM
@_TO
@_AT
@click.option("--reason", default="", help="Why, for the audit.")
@answers
def run(first: datetime, last: datetime, codes: tuple[str, ...], reason: str) -> Answer:
    """Consider every check-out of these days, enter accounts and points, and report."""
    with acting(reason) as now:
        days = _days(first, last, codes)
        return _reported(checking_out.run(house_access(ACTOR), days, now, reason))


@checkout.command
@click.argument("number", type=int, metavar="RUN")
@answers
def report(number: int) -> Answer:
    """What a run found: added, linked, awarded, and what was left out for which reason."""
    with reading():
        return _reported(lists.run(house_access(ACTOR), number))


def _days(first: datetime, last: datetime, codes: tuple[str, ...]) -> Days:
    hotels = [property_named(code) for code in codes] or Property.objects.order_by("pk")
    return Days(first.date(), last.date(), tuple(hotel.pk for hotel in hotels))


def _reported(made: CheckOutRun) -> Answer:
    told = lists.report(made)
    document = {
        "run": made.pk, "first": made.first, "last": made.last, "stays": made.stays,
        "rows": [vars(each) for each in told.rows],
        "points": [
            {"why": each.why, "stays": each.stays, "points": each.points} for each in told.given
        ],
    }  # fmt: skip
    head = f"run {made.pk}: {made.stays} check-outs from {made.first} to {made.last}"
    return Answer(document, [head, *_lines(told.rows), *_points(told.given)])


def _lines(rows: Iterable[Tally]) -> list[str]:
    said = []
    for each in rows:
        why = f": {each.why.replace('_', ' ')} {each.word}".rstrip() if each.why else ""
        said.append((each.stays, each.outcome.replace("_", " ") + why))
    return table(said, ("", ""))[1:]


def _points(rows: Iterable[Tally]) -> list[str]:
    said = [
        (each.stays, each.why.replace("_", " ") if each.why else "awarded", each.points)
        for each in rows
    ]
    return ["", *table(said, ("STAYS", "POINTS", ""))] if said else []
