"""Commands that add up what the mirror knows: completeness, texts, fields, rooms, history."""

from __future__ import annotations

from dataclasses import asdict

import click

from staytrue.changes.rooms import room_moves
from staytrue.cli.frame import ACTOR, Answer, answers, property_named, reading, table
from staytrue.mirror import custom, words
from staytrue.mirror import reading as mirror
from staytrue.mirror.completeness import SCORE_MAX, completeness_by_property
from staytrue.mirror.history import history_of
from staytrue.staff.access import house_access

# What a document says of a stay: codes and words, no numbers of our own tables.
_OF_STAY = (
    "hotel", "number", "leg", "status", "arrival_on", "departure_on", "nights", "room_number",
    "room_category", "rate_code", "board", "channel", "room_amount", "extras_amount", "amount",
    "currency", "roles",
)  # fmt: skip
_OBJECTS = {"profiles": "profile", "reservations": "reservation"}


@click.group
def report() -> None:
    """Add up what the mirror knows of guests and stays."""


@report.command
@answers
def completeness() -> Answer:
    """How complete the profiles of each hotel are, and how many lack each field."""
    with reading():
        found = completeness_by_property(house_access(ACTOR))
    documents = [
        {"property": each.code, "profiles": each.profiles, "points": each.points,
         "average": str(each.average), "of": SCORE_MAX, "missing": dict(each.missing)}
        for each in found
    ]  # fmt: skip
    rows = [(each.code, each.profiles, each.points, each.average) for each in found]
    return Answer(documents, table(rows, ("hotel", "profiles", "points", "average")))


@report.command
@click.option("--property", "code", help="Only of this hotel.")
@answers
def texts(code: str | None) -> Answer:
    """Countries, nationalities and languages of guests that no mapping gives a meaning."""
    with reading():
        found = words.unknown_texts(house_access(ACTOR), property_named(code).pk if code else None)
    documents = [
        {"property": each.code, "field": each.field, "text": each.text, "profiles": each.profiles}
        for each in found
    ]
    rows = [(each.code, each.field, each.profiles, each.text) for each in found]
    return Answer(documents, table(rows, ("hotel", "field", "profiles", "text")))


@report.command
@click.argument("things", type=click.Choice(list(_OBJECTS)))
@click.option("--property", "code", help="Only of this hotel.")
@answers
def fields(things: str, code: str | None) -> Answer:
    """The fields a mapping adds to those of the house: their type, and how often each is filled."""
    with reading():
        pk = property_named(code).pk if code else None
        found = custom.custom_fields(house_access(ACTOR), _OBJECTS[things], pk)
    documents = [
        {"property": each.code, "field": each.name, "type": each.type, "filled": each.filled,
         "of": each.records}
        for each in found
    ]  # fmt: skip
    rows = [(each.code, each.name, each.type, each.filled, each.records) for each in found]
    return Answer(documents, table(rows, ("hotel", "field", "type", "filled", "of")))


@report.command
@click.argument("key")
@answers
def rooms(key: str) -> Answer:
    """The rooms of one stay with their dates; KEY as `show reservation` takes it."""
    with reading():
        found = room_moves(house_access(ACTOR), mirror.one_reservation(key).row["id"])
    rows = [(each.from_on, each.to_on, each.room_number, each.room_category) for each in found]
    lines = table(rows, ("from", "until", "room", "category"))
    return Answer([asdict(each) for each in found], lines)


@report.command
@click.argument("keys", metavar="KEY...", nargs=-1, required=True)
@answers
def history(keys: tuple[str, ...]) -> Answer:
    """Every stay of these profiles together, and what they add up to in each currency.

    KEY is as `show profile` takes it; several are counted as one person.
    """
    with reading():
        ids = [mirror.one_profile(key).row["id"] for key in keys]
        found = history_of(house_access(ACTOR), ids)
    document = {
        "stays": [{name: getattr(each, name) for name in _OF_STAY} for each in found.stays],
        "nights": found.nights,
        "totals": [asdict(each) for each in found.totals],
    }
    rows = [
        (each.arrival_on, each.hotel, each.number, each.status, each.nights, each.board,
         each.room_amount, each.extras_amount, each.amount, each.currency)
        for each in found.stays
    ]  # fmt: skip
    titles = ("arrival", "hotel", "number", "status", "nights", "board", "rooms", "extras",
              "whole", "")  # fmt: skip
    told = [f"{found.nights} nights"]
    told += [f"{each.room} {each.currency} rooms, {each.extras} extras, {each.amount} in all"
             for each in found.totals]  # fmt: skip
    return Answer(document, [*table(rows, titles), *told])
