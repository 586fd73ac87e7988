"""PMSs that live: ask for what changed, read what is wanted, look again at near stays.

Each parcel is kept before the next is asked for, each thing wanted is forgotten only when its
reading is kept, and a kept delivery is applied by whoever comes next: a crash anywhere loses
nothing. What is *true through* an instant is computed from what still waits, never announced.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from staytrue.connectors import base, registry
from staytrue.connectors.base import Sweeps
from staytrue.connectors.envelope import Part
from staytrue.flow import hearing, houses, parcels, restored, wants, watching
from staytrue.flow.parcels import BOOKMARK, Clock, Talk
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox import pace, wanted
from staytrue.inbox import parcels as kept_parcels
from staytrue.inbox.models import Connection
from staytrue.inbox.parcels import Reading
from staytrue.inbox.wanted import Want
from staytrue.kit import merge
from staytrue.kit.errors import Misconfigured, Refused, Temporary
from staytrue.mirror import actions as mirror
from staytrue.mirror import near

# Who left lately, who is here, who comes soon: late postings, corrected addresses.
NEAR_BEFORE, NEAR_AFTER = timedelta(days=4), timedelta(days=7)
WALK, REST = "walk", "rest"
logger = structlog.get_logger(__name__)


def live_links() -> list[Connection]:
    """Connections to PMSs that live, are mirrored and not stopped."""
    names = [name for name in registry.names() if registry.live(name)]
    with scope.everything():
        links = Connection.objects.select_related("property").filter(lookups_only=False)
        return list(links.filter(dialect__in=names, stopped_at=None).order_by("id"))


def take_turns(clock: Clock) -> int:
    """One turn of every connection, one after the other; how much was done."""
    return sum(turn(link, clock) for link in live_links())


def turn(link: Connection, clock: Clock, http: base.Http | None = None) -> int:
    """Do what is due for one connection, alone; trouble is told to people, never raised."""
    with merge.if_nobody_else("live", link.pk) as alone:
        if not alone:
            return 0
        try:
            talk = parcels.talk(link, clock, http)
            with hearing.to_the_end(talk):
                return _turn(talk)
        except Temporary as busy:
            _rest(link, busy, clock())
        except (Misconfigured, Refused) as error:
            watching.stop(link, error, clock())
    return 0


def _turn(talk: Talk) -> int:
    done = wants.take_calls(talk)
    if not _is_resting(talk.link, talk.clock()):
        houses.keep_to_one(talk)
        # First what somebody waits for, then the search for what nobody told.
        done += wants.read_all(talk)
        if is_due(talk.link, pace.CHANGES, talk.clock()):
            done += poll(talk)
        if is_due(talk.link, pace.NEAR, talk.clock()):
            done += look_near(talk)
        done += wants.read_all(talk)
        restored.close(talk.link, talk.clock())
    if done:
        settle_freshness(talk.link, talk.clock())
    return done


def until_read(link: Connection, clock: Clock, *, full: bool = False) -> Iterator[timedelta]:
    """Turns for a person who waits: ends when a walk begun now is over and all of it is read.

    What the PMS does not show yet is left to the worker, which asks again later. Yields how long
    to wait before the next turn, where the PMS asks for patience.
    """
    begun = clock()
    with scope.everything():
        if full:
            inbox.set_bookmark(link, BOOKMARK, {}, begun)
        inbox.forget_turns(link)
    while True:
        turn(link, clock)
        with scope.everything():
            stopped = Connection.objects.only("stopped_at", "stopped_facts").get(pk=link.pk)
            mark, _ = inbox.bookmark(link, WALK)
            rest, _ = inbox.bookmark(link, REST)
            due = wanted.next_due(link)
        if stopped.stopped_at:
            raise Refused(str(stopped.stopped_facts.get("reason") or f"{link.name} is stopped."),
                          "stopped")  # fmt: skip
        if mark and datetime.fromisoformat(mark["through"]) >= begun and due is None:
            return
        until = datetime.fromisoformat(rest["until"]) if rest else begun
        yield max(until, due or until) - clock()


def poll(talk: Talk) -> int:
    """Ask for what changed since the bookmark; how many parcels came. They are kept one by one."""
    link, begun = talk.link, talk.clock()
    with scope.everything():
        inbox.attempted(link, begun)
        mark, _ = inbox.bookmark(link, BOOKMARK)
        is_first = not inbox.bookmark(link, WALK)[0]
    by = Reading.FIRST if is_first else Reading.POLL if mark else Reading.WALK
    came, found, asked = 0, 0, talk.next_instant()
    for parcel in talk.connector.fetch(mark, talk.http, talk.settings(asked), begun):
        if parcel.body:
            came += 1
            outcome = parcels.take(
                talk, [Part.of(parcel)], parcel.bookmark, asked, by=by, history=is_first
            )
            found += outcome.created + outcome.changed
        elif parcel.bookmark is not None:
            with scope.everything():
                inbox.set_bookmark(link, BOOKMARK, parcel.bookmark, talk.clock())
        asked = talk.next_instant()
    with scope.everything():
        inbox.set_bookmark(link, WALK, {"through": begun.isoformat()}, talk.clock())
        _turned(link, pace.CHANGES, begun, found=bool(found))
    settle_freshness(link, talk.clock())
    return came


def look_near(talk: Talk) -> int:
    """Read again the stays of these days and their guests: what changed without a word."""
    link, begun = talk.link, talk.clock()
    today = begun.astimezone(ZoneInfo(link.property.timezone)).date()
    first, last = today - NEAR_BEFORE, today + NEAR_AFTER
    came, asked, connector = 0, talk.next_instant(), talk.connector
    if isinstance(connector, Sweeps):
        for parcel in connector.sweep(first, last, talk.http, talk.settings(asked), begun):
            parcels.take(talk, [Part.of(parcel)], None, asked, by=Reading.SWEEP)
            came, asked = came + 1, talk.next_instant()
    with scope.everything():
        asked_for = [Want("profile", id_) for id_ in near.guests(link.pk, first, last)]
        if not isinstance(connector, Sweeps):
            numbers = near.numbers(link.pk, first, last)
            asked_for += [Want("reservation", number) for number in numbers]
        wanted.want(link, asked_for, talk.clock())
        _turned(link, pace.NEAR, begun)
    return came + len(asked_for)


def settle_freshness(link: Connection, now: datetime) -> datetime | None:
    """Move *true through* to what the last whole walk and everything that still waits allow."""
    with scope.everything():
        mark, _ = inbox.bookmark(link, WALK)
        if "through" not in mark:
            return None
        waiting = (wanted.oldest(link), kept_parcels.oldest_unapplied(link))
        through = min([datetime.fromisoformat(mark["through"]), *filter(None, waiting)])
        for object in ("profile", "reservation"):
            mirror.tell_read(
                link.pk, object, property_id=link.property_id, true_through=through, now=now
            )
    return through


def is_due(link: Connection, task: str, now: datetime) -> bool:
    """Whether a task may have its turn, by the pace that is set at this moment."""
    with scope.everything():
        mark, last = inbox.bookmark(link, f"turn {task}")
        # Read at every turn: a new pace needs no restart.
        cadence = Connection.objects.values_list("cadence", flat=True).get(pk=link.pk)
    local = now.astimezone(ZoneInfo(link.property.timezone))
    due = pace.due_at(last, pace.seconds(cadence, task, local, found=bool(mark.get("found"))))
    return due is None or due <= now


def _turned(link: Connection, task: str, begun: datetime, *, found: bool = False) -> None:
    inbox.set_bookmark(link, f"turn {task}", {"found": found}, begun)


def _is_resting(link: Connection, now: datetime) -> bool:
    with scope.everything():
        mark, _ = inbox.bookmark(link, REST)
    return bool(mark) and now < datetime.fromisoformat(mark["until"])


def _rest(link: Connection, busy: Temporary, now: datetime) -> None:
    """The PMS asked for patience, or does not answer: it is left alone for a while."""
    until = now + wants.pause_of(busy)
    logger.info("rest", connection=link.name, until=until.isoformat(), reason=busy.sentence)
    mark = {"until": until.isoformat(), "reason": busy.sentence, "code": busy.code}
    with scope.everything():
        inbox.set_bookmark(link, REST, mark, now)
