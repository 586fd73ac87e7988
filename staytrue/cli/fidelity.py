"""Commands that say how true a mirror is, and what its PMS sends: fidelity, fields."""

from __future__ import annotations

import threading
from dataclasses import asdict
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import click

from staytrue.cli.frame import Answer, answers, connection_named, open_home, reading, table
from staytrue.connectors import registry
from staytrue.flow import auditing, parcels
from staytrue.hotel import scope
from staytrue.inbox.models import Connection
from staytrue.inbox.objectives import SAMPLE_OWN
from staytrue.kit import clock
from staytrue.kit.errors import Refused, Temporary
from staytrue.kit.shares import CONFIDENCE
from staytrue.mirror import audits, capability
from staytrue.mirror.fidelity import Share
from staytrue.mirror.models import FidelityRun

# A PMS that wants more patience than this is asked another time: the run goes on where it was.
_REST_SECONDS = 300.0


@click.command
@click.argument("connection")
@click.option("--all", "everything", is_flag=True, help="Compare every record.")
@click.option("--sample", type=click.IntRange(min=1), default=SAMPLE_OWN, show_default=True,
              help="So many bookings and so many guests, drawn at random.")  # fmt: skip
@answers
def fidelity(connection: str, sample: int, *, everything: bool) -> Answer:
    """Compare the mirror with its PMS, field by field: the share that is equal, and what differs."""
    now = clock.now()
    with open_home():
        with scope.everything():
            link = connection_named(connection)
            auditing.require_live(link)
        # Drawn, not secret.
        chance = Random(f"{link.pk}:{now}")  # noqa: S311
        run = _audited(link, None if everything else sample, chance)
        with scope.everything():
            document = report(link, run)
    return Answer(document, _lines(document))


def _audited(link: Connection, sample: int | None, chance: Random) -> FidelityRun:
    """The whole run; where the PMS wants a rest, it is given one."""
    while True:
        try:
            return auditing.audit(parcels.talk(link, clock.now), sample=sample, chance=chance)
        except Temporary as busy:
            seconds = float(busy.facts.get("retry_after") or 0)
            if not 0 < seconds <= _REST_SECONDS:
                raise Refused(
                    f"{busy.sentence} What was compared so far is kept; run it again to go on.",
                    "interrupted",
                    connection=link.name,
                ) from busy
            threading.Event().wait(seconds)


def report(link: Connection, run: FidelityRun) -> dict[str, Any]:
    """A run as one document: shares with their intervals, and every difference with its age."""
    total, *windows = audits.shares(run)
    ended = run.ended_at or run.begun_at
    zone = ZoneInfo(link.property.timezone)
    differences = [
        {
            "kind": each.kind,
            "object": each.object,
            "key": each.key,
            "field": each.field or None,
            "ours": each.ours,
            "theirs": each.theirs,
            "ours_since": each.ours_since.astimezone(zone).isoformat() if each.ours_since else None,
            "age_seconds": int((ended - each.ours_since).total_seconds())
            if each.ours_since
            else None,
            "window": each.window or None,
        }
        for each in audits.differences(run)
    ]
    kinds = [each["kind"] for each in differences]
    return {
        "connection": link.name,
        "begun_at": run.begun_at.astimezone(zone).isoformat(),
        "ended_at": ended.astimezone(zone).isoformat(),
        "sample": run.sample,
        "confidence": CONFIDENCE,
        "records": _share(total.records),
        "fields": _share(total.fields),
        "windows": [
            {"window": each.window, "records": _share(each.records), "fields": _share(each.fields)}
            for each in windows
        ],
        "missing_at_pms": kinds.count("missing_at_pms"),
        "missing_here": kinds.count("missing_here"),
        "unreadable": run.unreadable,
        "differences": differences,
    }


def _share(share: Share) -> dict[str, Any]:
    low, high = share.interval
    return {
        "compared": share.of, "equal": share.equal, "share": share.value, "low": low, "high": high,
    }  # fmt: skip


def _lines(document: dict[str, Any]) -> list[str]:
    if not document["records"]["compared"]:
        return ["Nothing was compared: the mirror is empty."]
    rows = [("all", document["records"], document["fields"])]
    rows += [(each["window"], each["records"], each["fields"]) for each in document["windows"]]
    lines = table(
        [(name, records["compared"], _told(records), _told(fields))
         for name, records, fields in rows],
        ("arrival", "records", "equal", "equal fields"),
    )  # fmt: skip
    differences = document["differences"]
    lines.append("")
    if not differences:
        return [*lines, "No difference."]
    return lines + table(
        [(each["key"], each["field"] or each["kind"].replace("_", " "), each["ours"],
          each["theirs"], each["ours_since"])
         for each in differences],
        ("record", "field", "ours", "the PMS's", "ours since"),
    )  # fmt: skip


def _told(share: dict[str, Any]) -> str:
    if share["share"] is None:
        return "-"
    return f"{share['share']:.2%} ({share['low']:.2%} to {share['high']:.2%})"


@click.command
@click.argument("connection")
@answers
def fields(connection: str) -> Answer:
    """The capability sheet: what the PMS holds, sends, fills and changes silently, field by field."""
    with reading():
        link = connection_named(connection)
        today = clock.now().astimezone(ZoneInfo(link.property.timezone)).date()
        declared = registry.manifest(link.dialect).get("fields", {})
        found = capability.sheet(link, today, declared)
        depth = capability.history_depth(link, today, _held_fields(found))
    lines = table(
        [(each.object, each.field, _word(each.held), _word(each.sent),
          "-" if each.filled is None else f"{each.filled:.0%}", each.silent or "")
         for each in found],
        ("", "field", "held", "sent", "filled", "silent"),
    )  # fmt: skip
    told = f"History: {depth.years} years, from {depth.first_on}." if depth.first_on else ""
    document = {
        "connection": link.name,
        "fields": [asdict(each) | {"filled": each.filled, "records": each.records} for each in found],
        "history": asdict(depth),
    }  # fmt: skip
    return Answer(document, [*lines, "", told or "There is no history yet."])


def _held_fields(found: list[capability.FieldFacts]) -> list[str]:
    return [each.field for each in found if each.object == "reservation" and each.held is not False]


def _word(value: bool | None) -> str:  # noqa: FBT001 - a fact, not a switch
    return "?" if value is None else "yes" if value else "no"
