"""Commands that read: list and show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from staytrue.changes import past
from staytrue.cli import guests, messages
from staytrue.cli.frame import Answer, Instant, answers, as_text, in_zone, property_named, reading
from staytrue.hotel.codes import Status
from staytrue.kit import clock
from staytrue.messages.kinds import State
from staytrue.mirror import reading as mirror
from staytrue.mirror.reading import Found, Wanted

_LISTED = {
    "reservations": "reservation", "profiles": "profile", "guests": "guest", "messages": "message",
}  # fmt: skip
_STATES = {"reservation": {str(each) for each in Status}, "message": {str(each) for each in State}}
_SHOWN = {name: name for name in _LISTED.values()}
_TO_COME = {"cases"}
_COLUMNS = {
    "guest": guests.COLUMNS,
    "message": messages.COLUMNS,
    "reservation": ("property", "number", "leg", "status", "arrival_on", "departure_on", "as_of"),
    "profile": ("source_id", "last_name", "first_name", "language", "country", "as_of"),
}


@click.command(name="list")
@click.argument("things", metavar="reservations|profiles|guests|messages")
@click.option("--property", "code", help="Only of this hotel.")
@click.option("--status", help="Only in this state: of a reservation or of a message.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@click.option("--wrong", is_flag=True, help="Messages only that later facts showed to be wrong.")
@answers
def list_(
    things: str, code: str | None, status: str | None, limit: int | None, *, wrong: bool
) -> Answer:
    """List reservations, profiles or guests, each with the instant up to which it is true; or
    messages, each with its state and reason.
    """
    object = _object(things, _LISTED)
    if wrong:
        return _wrong(object, code, status, limit)
    if status and object not in _STATES:
        raise click.UsageError(f"--status is for reservations and messages: a {object} has none")
    if status and status not in _STATES[object]:
        raise click.UsageError(f"--status of a {object} is one of {', '.join(_states(object))}")
    records = _records(object, code, status, limit)
    # Only one of the two is ever read.
    return Answer(records, _as_lines(records, _COLUMNS[object]))


def _wrong(object: str, code: str | None, status: str | None, limit: int | None) -> Answer:
    if object != "message" or status:
        raise click.UsageError("--wrong is for messages, and goes without --status")
    with reading():
        records = list(messages.wrong(code, limit))
    return Answer(iter(records), _as_lines(iter(records), messages.WRONG_COLUMNS))


def _records(
    object: str, code: str | None, status: str | None, limit: int | None
) -> Iterator[dict[str, Any]]:
    with reading():
        if object == "guest":
            yield from guests.every(code, limit)
            return
        if object == "message":
            yield from messages.every(code, status, limit)
            return
        property_ids = [property_named(code).pk] if code else None
        for found in mirror.stream(Wanted(object, property_ids, status, limit=limit)):
            yield found.record()


def _as_lines(records: Iterator[dict[str, Any]], columns: tuple[str, ...]) -> Iterator[str]:
    for record in records:
        yield "\t".join(str(record[name] or "-") for name in columns)


@click.command
@click.argument("thing", metavar="reservation|profile|guest|message")
@click.argument("key")
@click.option("--as-of", "instant", type=Instant(), help="As it was known at this instant.")
@click.option("--true-at", type=Instant(), help="As it stood at the PMS at this instant.")
@answers
def show(thing: str, key: str, instant: datetime | None, true_at: datetime | None) -> Answer:
    """Show one record: a reservation by PROPERTY:NUMBER[:LEG], a profile by CONNECTION:SOURCE_ID,
    a guest by his id or by one of his profiles, a message by its id.

    The number or the source id alone will do where it is unique.
    """
    object = _object(thing, _SHOWN)
    with reading():
        if object == "message":
            if instant or true_at:
                raise click.UsageError("a message shows every decision as known then by itself")
            record = messages.one(key)
        elif object == "guest":
            record = guests.one(key, instant, true_at)
        else:
            one = mirror.one_reservation if object == "reservation" else mirror.one_profile
            record = _at(one(key), instant, true_at)
    return Answer(record, [f"{name}: {_plain(value)}" for name, value in record.items()])


def _at(found: Found, instant: datetime | None, true_at: datetime | None) -> dict[str, Any]:
    if instant is None and true_at is None:
        return found.record()
    zone = found.house.zone
    known_at = in_zone(instant, zone) if instant else clock.now()
    return past.as_known(found, known_at, in_zone(true_at, zone) if true_at else None)


def _states(object: str) -> list[str]:
    return sorted(_STATES[object])


def _object(word: str, known: dict[str, str]) -> str:
    if word in known:
        return known[word]
    if word in _TO_COME:
        raise click.UsageError(f"{word} come with a later package; there are: {', '.join(known)}")
    raise click.UsageError(f"there is no {word} to read; there are: {', '.join(known)}")


def _plain(value: Any) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else as_text(value)
