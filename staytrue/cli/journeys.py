"""Commands on journeys: the plan of a stay; install, rehearse, approve, run and stop a journey."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click

from staytrue.cli.frame import ACTOR, Answer, acting, answers, property_named, reading, table
from staytrue.hotel.codes import Channel
from staytrue.hotel.models import Property
from staytrue.journeys import actions, comparing, queries, rehearsing
from staytrue.journeys.models import Journey, JourneyVersion
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.mirror import reading as mirror
from staytrue.staff.access import house_access

_STATES = {"approve": "draft", "live": "approved", "rehearse": "draft"}


@click.command
@click.argument("key", metavar="RESERVATION")
@answers
def plan(key: str) -> Answer:
    """Show the plan of a stay, PROPERTY:NUMBER[:LEG]: what leaves when and to whom, what left, and
    what does not, and why.
    """
    with reading():
        found = mirror.one_reservation(key)
        zone = ZoneInfo(found.house.zone)
        lines = queries.plan_of(house_access(ACTOR), found.row["id"], clock.now())
    rows = (
        (each.what, each.kind, _moment(each.was_at, zone), _moment(each.at, zone), each.role,
         each.reason or each.note or each.late)
        for each in lines
    )  # fmt: skip
    return Answer(
        {"reservation": found.key, "lines": [each.record() for each in lines]},
        table(rows, ("", "MESSAGE", "WAS", "WHEN", "TO", "WHY")),
    )


def _moment(instant: datetime | None, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}" if instant else ""


@click.group
def journey() -> None:
    """Journeys: the messages around a stay."""


@journey.command
@answers
def install() -> Answer:
    """Put the standard journey there as a draft; nothing of it leaves by itself."""
    with acting() as now:
        made = actions.install_standard(ACTOR, now)
    return Answer({"key": made.key}, [f"{made.key}: {made.name}, a draft"])


@journey.command
@click.argument("key")
@answers
def rehearse(key: str) -> Answer:
    """Run the draft of a journey over the last twelve months and print what would have left."""
    with acting() as now:
        version = _version(key, "rehearse")
        rehearsing.rehearse(version, ACTOR, now)
        version.refresh_from_db()
    told = version.rehearsal
    shown = [f"{name}: {told[name]}" for name in ("stays", "messages", "held", "collisions",
                                                  "languages", "busiest")]  # fmt: skip
    return Answer(told, shown)


@journey.command
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 90))
@answers
def compare(days: int) -> Answer:
    """Rehearse the last days and lay it beside what really left: no when they differ."""
    now = clock.now()
    with reading():
        hotels = list(Property.objects.values_list("pk", flat=True))
        found = comparing.compared(hotels, now - timedelta(days=days), now, now)
    told = [vars(each) for each in found.differences]
    rows = (
        (each.stay_id, each.kind, "sent" if each.is_sent else "not sent", each.reason)
        for each in found.differences
    )
    return Answer(
        {"same": found.same, "differences": told},
        [f"same: {found.same}", *table(rows, ("STAY", "MESSAGE", "", "WHY"))],
        yes=not told,
    )


@journey.command
@click.argument("key")
@answers
def approve(key: str) -> Answer:
    """Approve the rehearsed draft of a journey that somebody else wrote."""
    with acting() as now:
        version = _version(key, "approve")
        actions.approve(house_access(ACTOR), version, now)
    return Answer({"key": key, "version": version.number, "state": "approved"}, ["approved"])


@journey.command
@click.argument("key")
@answers
def live(key: str) -> Answer:
    """Make the approved version of a journey the one that runs."""
    with acting() as now:
        version = _version(key, "live")
        actions.go_live(house_access(ACTOR), version, now)
    return Answer({"key": key, "version": version.number, "state": "live"}, ["live"])


@journey.command
@click.argument("key")
@click.argument("code", metavar="PROPERTY")
@click.option("--leave-out", is_flag=True, help="Also without the steps that cannot be there.")
@answers
def on(key: str, code: str, *, leave_out: bool) -> Answer:
    """Let a journey run at a hotel from now on."""
    with acting() as now:
        house = property_named(code)
        actions.switch_on(house_access(ACTOR), _journey(key), house, now, leave_out=leave_out)
    return Answer({"key": key, "property": code, "runs": True}, [f"runs at {house.name}"])


@journey.command
@click.argument("key")
@click.argument("code", metavar="PROPERTY")
@answers
def off(key: str, code: str) -> Answer:
    """Let a journey run no longer at a hotel; what it planned there is dropped."""
    with acting() as now:
        house = property_named(code)
        actions.switch_off(house_access(ACTOR), _journey(key), house, now)
    return Answer({"key": key, "property": code, "runs": False}, [f"off at {house.name}"])


@journey.command
@click.argument("code", metavar="PROPERTY")
@click.option("--confirms", multiple=True, type=click.Choice([str(each) for each in Channel]),
              help="A channel that confirms its bookings itself; may be repeated.")  # fmt: skip
@click.option("--confirms-none", is_flag=True, help="No channel does.")
@click.option("--blocks/--no-blocks", default=None, help="Whether group blocks get messages.")
@click.option(
    "--block-rooms", type=click.IntRange(min=2), help="A booking of so many rooms is one."
)
@click.option("--nights-min", type=click.IntRange(min=0),
              help="Nights of a stay that is asked in its middle.")  # fmt: skip
@answers
def hotel(
    code: str,
    confirms: tuple[str, ...],
    block_rooms: int | None,
    nights_min: int | None,
    *,
    confirms_none: bool,
    blocks: bool | None,
) -> Answer:
    """Say what a hotel decided about its messages, and change it."""
    given = {
        "confirming_channels": [] if confirms_none else list(confirms) or None,
        "writes_to_blocks": blocks, "block_rooms": block_rooms, "nights_min": nights_min,
    }  # fmt: skip
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    with acting() as now:
        house = property_named(code)
        if chosen:
            actions.decide(house_access(ACTOR), house, now, **chosen)
        told = queries.decided(house)
    return Answer(told, [f"{name}: {value}" for name, value in told.items()])


def _journey(key: str) -> Journey:
    found = Journey.objects.filter(key=key).first()
    if found is None:
        raise Refused(
            f"There is no journey {key}. `staytrue journey install` makes the standard one.",
            "no_journey",
        )
    return found


def _version(key: str, act: str) -> JourneyVersion:
    state = _STATES[act]
    found = JourneyVersion.objects.filter(journey=_journey(key), state=state).first()
    if found is None:
        raise Refused(f"The journey {key} has no version that is {state}.", "no_such_version")
    return found
