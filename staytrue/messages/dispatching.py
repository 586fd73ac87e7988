"""From the gate to the carriers: claimed, written, compared once more, journalled, handed over.

The order makes every end certain but one: whoever was killed between the final dot and the reply
leaves an *unknown*, which is shown and never sent again by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from staytrue.hotel import scope
from staytrue.kit import database
from staytrue.kit.asking import ask
from staytrue.kit.errors import Refused
from staytrue.messages import (
    decisions,
    gate,
    leases,
    marks,
    outlets,
    recovering,
    remembering,
    reports,
    rows,
    texting,
    ways_out,
)
from staytrue.messages.arming import Key
from staytrue.messages.carriers.base import Outgoing, Result, Sender
from staytrue.messages.carriers.dry_run import Price, cost, segments
from staytrue.messages.carriers.notices import What, is_hard
from staytrue.messages.claims import Claimed, settled
from staytrue.messages.decisions import Said
from staytrue.messages.departing import Departure, Departures, Leaving, Lines
from staytrue.messages.journal import HANDED, READY, Journal
from staytrue.messages.kinds import State
from staytrue.messages.leases import Held
from staytrue.messages.letters import Write, Written
from staytrue.messages.looking import Lookup
from staytrue.messages.models import Message, OutboxEntry, Outlet
from staytrue.messages.pacing import Pace
from staytrue.messages.reasons import Reason

GROUP = 200
"""So many are claimed, written, compared and journalled together."""
WAIT = timedelta(minutes=5)
log = structlog.get_logger(__name__)


@dataclass
class Ports:
    """What sending needs of its neighbours: the words, the time, the PMS; and the open lines.

    With `ahead` one group is made ready while another leaves.
    """

    write: Write
    clock: Callable[[], datetime]
    lookup: Lookup | None = None
    pace: Pace = field(default_factory=Pace)
    lines: Lines = field(default_factory=Lines)
    ahead: bool = False

    def close(self) -> None:
        """Hang up everywhere."""
        self.lines.close()


@dataclass
class Counts:
    """What one round did."""

    claimed: int = 0
    accepted: int = 0
    refused: int = 0
    retried: int = 0
    unknown: int = 0
    held: int = 0
    recovered: int = 0
    is_line_down: bool = False

    def note(self, result: Result) -> None:
        """One more of these."""
        name = "retried" if result == Result.RETRY else result.value
        setattr(self, name, getattr(self, name) + 1)


def send_due(worker: str, ports: Ports, limit: int = 1_000) -> Counts:
    """Send what is due and may leave, as long as this worker holds the lease."""
    counts = Counts()
    with Departures(lambda out: _settle(out, counts, ports.clock())) as departures:
        while counts.claimed < limit and not counts.is_line_down:
            now = ports.clock()
            held = leases.take(worker, now)
            if held is None or (held.is_new and _starts_wrongly(held.fence, now, counts)):
                break
            claims = gate.claim(min(GROUP, limit - counts.claimed), worker, now, ports.lookup)
            if not claims:
                break
            counts.claimed += len(claims)
            if group := _let_go(claims, worker, held, ports, counts):
                departures.send(group, is_waited_for=not ports.ahead or len(claims) < GROUP)
            # Where the line is down, whatever else is due would only be claimed and given back.
    return counts


def _starts_wrongly(fence: int, now: datetime, counts: Counts) -> bool:
    """Before a worker's first message: is this the database that sent, and what was left over?"""
    with scope.everything():
        is_restored = remembering.is_older_than_journal(fence)
    if is_restored:
        log.error("restored database: sending stopped")
        outlets.stop("staytrue", now, outlets.RESTORED)
        return True
    found = recovering.recover(fence, now)
    counts.recovered += found.freed + found.ended + found.unknown
    counts.unknown += found.unknown
    return False


def _let_go(
    claims: Sequence[Claimed], worker: str, held: Held, ports: Ports, counts: Counts
) -> Departure | None:
    """Write these and look at them a last time; those that may leave stand in the journal then."""
    now, journal = ports.clock(), Journal(settings.HOME)
    with scope.everything():
        ready = _written(claims, ports, now, counts)
    if not ready:
        return None
    with transaction.atomic(durable=True), scope.everything():
        database.wait_for_disk()
        now = ports.clock()
        may = gate.last_looks([each.claimed for each in ready], now)
        leaving = [each for each in ready if each.claimed.message.pk in may]
        _keep(leaving, now)
        ways = ways_out.of(
            [each.claimed for each in leaving],
            {each.claimed.message.pk: each.outgoing.unsubscribe for each in leaving},
        )
        # Whoever is killed behind the commit and before the next lines began none of these.
        journal.write(READY, [_ready(each) for each in leaving], now, durable=False)
    counts.held += len(ready) - len(leaving)
    journal.write(HANDED, [_line(each, held.fence, ways) for each in leaving], now)
    return Departure(leaving, worker, held, now, ports.clock, ports.lines)


def _written(
    claims: Sequence[Claimed], ports: Ports, now: datetime, counts: Counts
) -> list[Leaving]:
    """Those that are ready to leave; the others go back with their reason."""
    ways = {Key(each.property_id, each.channel): each for each in Outlet.objects.all()}
    addresses = {each.message.pk: each.address for each in claims}
    slots = remembering.slots_of([each.message for each in claims], addresses)
    ready: list[Leaving] = []
    for each, words in zip(claims, ports.write(claims, now), strict=True):
        message = each.message
        outlet = ways.get(Key(message.property_id, message.channel))
        if isinstance(words, Refused):
            _hold_unwritten(message, words, now)
        elif outlet is None:
            _hold(message, Reason.DISARMED, now)
        elif (until := ports.pace.next(each.address, outlet.settings, now)) > now:
            _hold(message, Reason.CARRIER_BUSY, now, until)
        elif needs_link(message) and not words.one_click:
            _hold(message, Reason.MISSING_FIELD, now, facts={"field": "unsubscribe"})
        else:
            outgoing = _outgoing(each, outlet, words, now)
            ready.append(Leaving(each, outgoing, outlet, slots[message.pk]))
    counts.held += len(claims) - len(ready)
    return ready


def needs_link(message: Message) -> bool:
    """Every e-mail has a way to say no in its head, also one that the stay needs.

    The one click stops marketing and surveys, never what the stay needs.
    """
    return message.channel == "email"


def _outgoing(each: Claimed, outlet: Outlet, written: Written, now: datetime) -> Outgoing:
    message = each.message
    bounces = str(outlet.settings.get("bounce_address", ""))
    return Outgoing(
        public_id=message.public_id,
        mark=marks.mark(message.public_id),
        sender=Sender(outlet.sender_address, outlet.sender_name, outlet.reply_to),
        address=each.address,
        name=written.name,
        language=message.language,
        subject=written.subject,
        html=written.html,
        text=written.text,
        at=now,
        return_path=marks.return_path(message.public_id, bounces) if bounces else "",
        unsubscribe=written.one_click if needs_link(message) else "",
    )


_KEEP = """
  INSERT INTO message_text (message_id, property_id, html, text)
  SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[])
  ON CONFLICT (message_id) DO UPDATE SET html = excluded.html, text = excluded.text"""


def _keep(leaving: Sequence[Leaving], now: datetime) -> None:
    """What leaves is kept word for word, in the transaction that lets it leave."""
    if not leaving:
        return
    kept = [(each.claimed.message.pk, each.outlet.property_id, each.outgoing.html,
             each.outgoing.text) for each in leaving]  # fmt: skip
    ask(_KEEP, [list(column) for column in zip(*kept, strict=True)])
    for each in leaving:
        each.claimed.message.subject = each.outgoing.subject
    rows.update([each.claimed.message for each in leaving], ["subject"])
    OutboxEntry.objects.bulk_create(
        [_kept_here(each, now) for each in leaving if each.outlet.carrier == "dry_run"],
        ignore_conflicts=True,
    )


def _kept_here(each: Leaving, now: datetime) -> OutboxEntry:
    told, text = each.outlet.settings, each.outgoing.text
    price = Price(told.get("price"), told.get("currency", ""))
    is_short = each.outlet.channel == "sms"
    return OutboxEntry(
        message=each.claimed.message,
        property_id=each.outlet.property_id,
        channel=each.outlet.channel,
        address=each.outgoing.address,
        text=text,
        segments=segments(text) if is_short else 1,
        cost=cost(text, price) if is_short else None,
        currency=price.currency,
        at=now,
    )


def _settle(out: Departure, counts: Counts, now: datetime) -> None:
    with transaction.atomic(), scope.everything():
        settled([(each.claimed, outcome) for each, outcome in out.ends], now)
        for each, outcome in out.ends:
            if is_hard(str(outcome.facts.get("enhanced", ""))):
                reports.suppress(each.claimed.message, What.BOUNCED, outcome.detail, now)
            elif outcome.facts.get("blocked"):
                texting.blocked(each.claimed.message, outcome.detail, now)
    counts.held += out.back
    for _, outcome in out.ends:
        counts.note(outcome.result)
        counts.is_line_down |= outcome.facts.get("stage") == "connection"


def _ready(each: Leaving) -> dict[str, object]:
    # Only lines of this start of the machine tell, by missing ones, what was never begun.
    return {"message": str(each.outgoing.public_id), "boot": leases.boot()}


def _line(each: Leaving, fence: int, ways: Mapping[int, Mapping[str, str]]) -> dict[str, object]:
    told = _ready(each) | {"slots": each.slots, "fence": fence}
    way = ways.get(each.claimed.message.pk)
    return told | ({ways_out.WAY_OUT: way} if way else {})


def _hold_unwritten(message: Message, refusal: Refused, now: datetime) -> None:
    facts = {"code": refusal.code} | {name: str(value) for name, value in refusal.facts.items()}
    _hold(message, Reason.MISSING_FIELD, now, facts=facts)


def _hold(
    message: Message,
    reason: Reason,
    now: datetime,
    until: datetime | None = None,
    facts: Mapping[str, str] | None = None,
) -> None:
    """Claimed and not handed over: it waits again, and says why."""
    until, told = until or now + WAIT, dict(facts or {})
    Message.objects.filter(
        pk=message.pk, state=State.CLAIMED, claim_token=message.claim_token
    ).update(state=State.HELD, reason=reason, facts=told, held_until=until, decided_at=now)
    decisions.note([Said(message.pk, message.property_id, "hold", reason, until, told)], now)
