"""Commands for what waits for a person: parked parts, deliveries, stopped connections."""

from __future__ import annotations

import click

from staytrue.cli.files import in_words
from staytrue.cli.frame import (
    ACTOR,
    Answer,
    answers,
    connection_named,
    open_home,
    progress,
    reading,
    table,
)
from staytrue.flow import release, watching
from staytrue.hotel import scope
from staytrue.inbox import queries as inbox
from staytrue.inbox.models import Connection, Delivery, ParkedPart
from staytrue.kit import clock

_SHOWN = 50


@click.group
def parked() -> None:
    """Parts of deliveries that were not understood."""


@parked.command(name="list")
@click.argument("name")
@answers
def parked_list(name: str) -> Answer:
    """List what is parked on a connection, with the reason and the raw text."""
    with reading():
        parts = list(inbox.parked_now(connection_named(name)))
    documents = [_part(part) for part in parts]
    rows = [(part.pk, part.line, part.key, part.reason) for part in parts]
    return Answer(documents, table(rows, ("id", "line", "key", "reason")))


@parked.command(name="release")
@click.argument("name")
@click.argument("ids", nargs=-1, type=int)
@click.option("--all", "every", is_flag=True, help="Everything that is parked on it.")
@answers
def parked_release(name: str, ids: tuple[int, ...], *, every: bool) -> Answer:
    """Read parked parts again, after the mapping was changed."""
    with open_home():
        parts = _chosen(name, ids, every=every)
        done = release.release_parts(parts, by=ACTOR, now=clock.now())
    return Answer({"released": done}, [f"{done} released."])


@parked.command(name="drop")
@click.argument("name")
@click.argument("ids", nargs=-1, type=int)
@click.option("--all", "every", is_flag=True, help="Everything that is parked on it.")
@answers
def parked_drop(name: str, ids: tuple[int, ...], *, every: bool) -> Answer:
    """Say that parked parts are not wanted; they stay readable."""
    with open_home():
        parts = _chosen(name, ids, every=every)
        done = release.drop_parts(parts, by=ACTOR, now=clock.now())
    return Answer({"dropped": done}, [f"{done} dropped."])


def _chosen(name: str, ids: tuple[int, ...], *, every: bool) -> list[ParkedPart]:
    if bool(ids) == every:
        raise click.UsageError("name the parts by their ids, or say --all")
    with scope.everything():
        known = inbox.parked_now(connection_named(name)).select_related(
            "delivery__connection__property"
        )
        parts = list(known if every else known.filter(pk__in=ids))
    if missing := sorted(set(ids) - {part.pk for part in parts}):
        raise click.UsageError(f"nothing is parked under {', '.join(map(str, missing))}")
    return parts


def _part(part: ParkedPart) -> dict[str, object]:
    names = ("line", "key", "code", "reason", "facts", "raw", "parked_at", "seen_at")
    return {"id": part.pk, **{name: getattr(part, name) for name in names}}


@click.group
def deliveries() -> None:
    """What came in, and what became of it."""


@deliveries.command(name="list")
@click.argument("name")
@click.option("--count", default=_SHOWN, show_default=True, type=click.IntRange(1, 10_000))
@answers
def deliveries_list(name: str, count: int) -> Answer:
    """List the newest deliveries of a connection."""
    with reading():
        found = list(inbox.newest_deliveries(connection_named(name), count))
    documents = [_delivery(each) for each in found]
    rows = [(each.pk, each.received_at, each.state, each.name, each.reason) for each in found]
    return Answer(documents, table(rows, ("id", "received", "state", "name", "reason")))


@deliveries.command(name="release")
@click.argument("number", metavar="ID", type=int)
@answers
def deliveries_release(number: int) -> Answer:
    """Take a delivery that a brake holds, whole: you answer for it."""
    with open_home():
        delivery = _numbered(number)
        with progress() as show:
            outcome = release.release_delivery(delivery, by=ACTOR, now=clock.now(), progress=show)
    return Answer(outcome.as_json(), in_words(outcome), yes=outcome.refused is None)


@deliveries.command
@click.argument("number", metavar="ID", type=int)
@answers
def reread(number: int) -> Answer:
    """Read an applied delivery again with its mapping as it is now."""
    with open_home():
        delivery = _numbered(number)
        with progress() as show:
            outcome = release.read_again(delivery, by=ACTOR, now=clock.now(), progress=show)
    return Answer(outcome.as_json(), in_words(outcome), yes=outcome.refused is None)


@deliveries.command
@click.argument("number", metavar="ID", type=int)
@answers
def rollback(number: int) -> Answer:
    """Take an applied delivery back: the mirror is as before it."""
    with open_home():
        taken = release.roll_back(_numbered(number), by=ACTOR, now=clock.now())
    return Answer({"rows": taken}, [f"{taken} rows are as before."])


@click.command
@click.argument("name", metavar="CONNECTION")
@answers
def resume(name: str) -> Answer:
    """Take deliveries again on a connection that stopped, once its cause is mended."""
    with open_home():
        with scope.everything():
            link = connection_named(name)
        watching.resume(link, by=ACTOR, now=clock.now())
    return Answer({"resumed": name}, [f"{name} takes deliveries again."])


def _numbered(number: int) -> Delivery:
    with scope.everything():
        known = Delivery.objects.select_related("connection__property")
        found = known.filter(pk=number).first()
    if found is None:
        names = Connection.objects.values_list("name", flat=True)
        hint = f"`staytrue deliveries list NAME` shows them; NAME is one of: {', '.join(names)}"
        raise click.UsageError(f"there is no delivery {number}; {hint}")
    return found


def _delivery(delivery: Delivery) -> dict[str, object]:
    names = ("object", "name", "state", "reason", "reason_code", "size", "history", "made_at",
             "received_at", "settled_at", "counts", "findings", "seconds",
             "released_by")  # fmt: skip
    return {"id": delivery.pk, **{name: getattr(delivery, name) for name in names}}
