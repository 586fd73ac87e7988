"""Commands that read: list and show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from staytrue.changes import past
from staytrue.cli import cases, guests, messages
from staytrue.cli.frame import Answer, Instant, answers, as_text, in_zone, property_named, reading
from staytrue.desk.kinds import State as CaseState
from staytrue.hotel.codes import Status
from staytrue.kit import clock
from staytrue.messages.kinds import State
from staytrue.mirror import reading as mirror
from staytrue.mirror.reading import Found, Wanted

_LISTED = {
    "reservations": "reservation", "profiles": "profile", "guests": "guest", "messages": "message",
    "cases": "case",
}  # fmt: skip
_STATES = {
    "reservation": {str(each) for each in Status},
    "message": {str(each) for each in State},
    "case": {str(each) for each in CaseState},
}
_SHOWN = {name: name for name in _LISTED.values()}
_COLUMNS = {
    "guest": guests.COLUMNS,
    "message": messages.COLUMNS,
    "case": cases.COLUMNS,
    "reservation": ("property", "number", "leg", "status", "arrival_on", "departure_on", "as_of"),
    "profile": ("source_id", "last_name", "first_name", "language", "country", "as_of"),
}


@click.command(name="list")
@click.argument("things", metavar="reservations|profiles|guests|messages|cases")
@click.option("--property", "code", help="Only of this hotel.")
@click.option("--status", help="Only in this state: of a reservation, of a message or of a case.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@click.option("--wrong", is_flag=True, help="Messages only that later facts showed to be wrong.")
@answers
def list_(
    things: str, code: str | None, status: str | None, limit: int | None, *, wrong: bool
) -> Answer:
    """List reservations, profiles or guests, each with the instant up to which it is true; or
    messages and cases, each with its state.
    """
    object = _object(things, _LISTED)
    if wrong:
        return _wrong(object, code, status, limit)
    if status and object not in _STATES:
        raise click.UsageError(
            f"--status is for reservations, messages and cases: a {object} has none"
        )
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
        if object == "case":
            yield from cases.every(code, status, limit)
            return
        property_ids = [property_named(code).pk] if code else None
        for found in mirror.stream(Wanted(object, property_ids, status, limit=limit)):
            yield found.record()


def _as_lines(records: Iterator[dict[str, Any]], columns: tuple[str, ...]) -> Iterator[str]:
    for record in records:
        yield "\t".join(str(record[name] or "-") for name in columns)


@click.command
@click.argument("thing", metavar="reservation|profile|guest|message|case")
@click.argument("key")
@click.option("--as-of", "instant", type=Instant(), help="As it was known at this instant.")
@click.option("--true-at", type=Instant(), help="As it stood at the PMS at this instant.")
@answers
def show(thing: str, key: str, instant: datetime | None, true_at: datetime | None) -> Answer:
    """Show one record: a reservation by PROPERTY:NUMBER[:LEG], a profile by CONNECTION:SOURCE_ID,
    a guest by his id or by one of his profiles, a message by its id, a case by its number.

    The number or the source id alone will do where it is unique.
    """
    object = _object(thing, _SHOWN)
    with reading():
        if object in {"message", "case"}:
            if instant or true_at:
                raise click.UsageError(f"a {object} shows what was known then by itself")
            record = messages.one(key) if object == "message" else cases.one(key)
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
    raise click.UsageError(f"there is no {word} to read; there are: {', '.join(known)}")


def _plain(value: Any) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else as_text(value)
