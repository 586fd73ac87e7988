"""The command reach: whom marketing e-mail reaches, every guest counted once."""

from __future__ import annotations

import click

from staytrue.cli.frame import ACTOR, Answer, answers, property_named, reading, table
from staytrue.guests import reachability
from staytrue.kit import clock
from staytrue.staff.access import house_access

_WORDS = {
    "reachable": "reachable at a current address of their own that nobody refused",
    "opted_out": "opted out",
    "family": "only a mailbox that a family shares",
    "relay": "only an OTA's relay",
    "agency": "only an agency's address",
    "own": "only an address of the hotel",
    "placeholder": "only a placeholder",
    "missing": "no e-mail",
    "company": "company or agency, no person",
}


@click.command
@click.option("--property", "code", help="Only of this hotel.")
@answers
def reach(code: str | None) -> Answer:
    """Whom e-mail reaches, once the worker has recognised what was imported."""
    with reading():
        chosen = property_named(code).pk if code else None
        report = reachability.report(house_access(ACTOR), clock.now(), chosen)
    rows = [(count, _WORDS[kind]) for kind, count in report.counts.items()]
    return Answer(
        {"guests": report.guests, **report.counts, "waiting": report.waiting},
        table([*rows, (report.guests, "guests")], ("guests", "of them")),
    )
