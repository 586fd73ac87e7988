"""Messages for `list` and `show`, and the command why: why one left, waits or never left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from staytrue.cli.frame import ACTOR, Answer, answers, as_text, property_named, reading
from staytrue.messages import queries, wrong_sends
from staytrue.messages import why as reasons
from staytrue.messages.queries import Told
from staytrue.staff.access import house_access

MOST = 10_000
WRONG_COLUMNS = ("id", "property", "reservation", "kind", "cause", "knowable", "handed_at", "owner")
COLUMNS = ("id", "property", "reservation", "kind", "state", "reason", "due_at", "held_until")


def every(code: str | None, state: str | None, limit: int | None) -> Iterator[dict[str, Any]]:
    """Messages by when they are due, the newest first, of one hotel if named."""
    hotel = property_named(code).pk if code else None
    for line in queries.listed(house_access(ACTOR), hotel, state, limit):
        yield line.record()


def wrong(code: str | None, limit: int | None) -> Iterator[dict[str, Any]]:
    """Messages that later facts showed to be wrong, the newest first, of one hotel if named."""
    hotel = property_named(code).pk if code else None
    for found in wrong_sends.listed(house_access(ACTOR), hotel, limit=limit or MOST):
        yield found.record()


def one(key: str) -> dict[str, Any]:
    """A message by its id: where it stands, why, and every decision about it."""
    told = _named(key)
    message = told.message
    return told.line.record() | {
        "occurrence": message.occurrence,
        "purpose": message.purpose,
        "party": message.party or None,
        "language": message.language,
        "step": f"{message.step}@{message.step_version}",
        "not_after": message.not_after.isoformat(),
        "attempts": message.attempts,
        "why": reasons.of(told).record(),
        "decisions": [each.record() for each in reasons.history(told)],
    }


@click.command
@click.argument("message", metavar="MESSAGE")
@answers
def why(message: str) -> Answer:
    """Why a message left, waits, was closed or never left, with the facts as known then."""
    with reading():
        told = _named(message)
        found = reasons.of(told)
        record = told.line.record() | {"why": found.record()}
    said = f"{record['kind']}: {found.answer}"
    if found.reason:
        said += f", {found.reason.replace('_', ' ')}"
    if found.until:
        said += f", until {found.until.isoformat()}"
    facts = [f"{name}: {as_text(fact)}" for name, fact in sorted(found.facts.items())]
    return Answer(record, [said, f"decided: {found.at.isoformat()}", *facts])


def _named(key: str) -> Told:
    return queries.named(house_access(ACTOR), key)
