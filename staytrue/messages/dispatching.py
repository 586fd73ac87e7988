"""From the gate to the carriers: claimed, written, compared once more, journalled, handed over.

The order makes every end certain but one: whoever was killed between the final dot and the reply
leaves an *unknown*, which is shown and never sent again by itself.
"""

from __future__ import annotations

from collections import deque
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
    turns,
    ways_out,
)
from staytrue.messages.arming import Key
from staytrue.messages.carriers.base import Carrier, Outcome, Outgoing, Result, Sender
from staytrue.messages.carriers.dry_run import Price, cost, segments
from staytrue.messages.carriers.notices import What, is_hard
from staytrue.messages.claims import Claimed, settled
from staytrue.messages.decisions import Said
from staytrue.messages.journal import BEGUN, HANDED, SETTLED, Journal
from staytrue.messages.kinds import State
from staytrue.messages.leases import Held
from staytrue.messages.letters import Write, Written
from staytrue.messages.looking import Lookup
from staytrue.messages.models import Message, OutboxEntry, Outlet
from staytrue.messages.pacing import Pace
from staytrue.messages.reasons import Reason

GROUP = 200
"""So many are claimed, written, compared and journalled together."""
LOOK_LASTS = timedelta(seconds=1)
"""A last look counts so long: what a slow carrier keeps waiting is looked at again."""
WAIT = timedelta(minutes=5)
log = structlog.get_logger(__name__)


@dataclass
class Ports:
    """What sending needs of its neighbours: the words, the time, the PMS; and the open lines."""

    write: Write
    clock: Callable[[], datetime]
    lookup: Lookup | None = None
    pace: Pace = field(default_factory=Pace)
    lines: dict[int, tuple[object, Carrier]] = field(default_factory=dict)

    def close(self) -> None:
        """Hang up everywhere."""
        for _, carrier in self.lines.values():
            carrier.close()
        self.lines.clear()


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


@dataclass(frozen=True)
class _Ready:
    claimed: Claimed
    outgoing: Outgoing
    outlet: Outlet
    slots: tuple[str, ...]


def send_due(worker: str, ports: Ports, limit: int = 1_000) -> Counts:
    """Send what is due and may leave, as long as this worker holds the lease."""
    counts = Counts()
    while counts.claimed < limit:
        now = ports.clock()
        held = leases.take(worker, now)
        if held is None or (held.is_new and _starts_wrongly(held.fence, now, counts)):
            break
        claims = gate.claim(min(GROUP, limit - counts.claimed), worker, now, ports.lookup)
        if not claims:
            break
        counts.claimed += len(claims)
        _send(claims, worker, held, ports, counts)
        if counts.is_line_down:
            # Whatever else is due would only be claimed and given back.
            break
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


def _send(claims: Sequence[Claimed], worker: str, held: Held, ports: Ports, counts: Counts) -> None:
    now = ports.clock()
    with scope.everything():
        ready = _written(claims, ports, now, counts)
    if not ready:
        return
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
    counts.held += len(ready) - len(leaving)
    with Journal(settings.HOME) as journal:
        journal.write(HANDED, [_line(each, held.fence, ways) for each in leaving], now)
        way = _Way(worker, held, now, ports, journal, counts)
        for outlet_id in dict.fromkeys(each.outlet.pk for each in leaving):
            way.hand_over([each for each in leaving if each.outlet.pk == outlet_id])


def _written(
    claims: Sequence[Claimed], ports: Ports, now: datetime, counts: Counts
) -> list[_Ready]:
    """Those that are ready to leave; the others go back with their reason."""
    ways = {Key(each.property_id, each.channel): each for each in Outlet.objects.all()}
    addresses = {each.message.pk: each.address for each in claims}
    slots = remembering.slots_of([each.message for each in claims], addresses)
    ready: list[_Ready] = []
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
            ready.append(_Ready(each, outgoing, outlet, slots[message.pk]))
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


def _keep(leaving: Sequence[_Ready], now: datetime) -> None:
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


def _kept_here(each: _Ready, now: datetime) -> OutboxEntry:
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


@dataclass
class _Way:
    """A group on its way out: under which lease, and when it was looked at last.

    Who lost the lease, or was stopped, hands nothing more over: the next holder frees the rest.
    """

    worker: str
    held: Held
    looked_at: datetime
    ports: Ports
    journal: Journal
    counts: Counts

    def hand_over(self, group: Sequence[_Ready]) -> None:
        """Give them to their carrier one by one; whatever it says is settled together at the end."""
        carrier = _line_of(group[0].outlet, self.ports)
        ends: list[tuple[_Ready, Outcome]] = []
        left = deque(group)
        try:
            while left and (now := self.ports.clock()) < self.held.until_at:
                if now - self.looked_at > LOOK_LASTS:
                    left = self._looked_at_again(left, now)
                elif (outcome := self._handed_over(left[0], carrier)) is not None:
                    ends.append((left.popleft(), outcome))
                else:
                    return
        finally:
            _settle(ends, self.ports.clock())

    def _handed_over(self, each: _Ready, carrier: Carrier) -> Outcome | None:
        """What the carrier says; None where the lease is another's by now."""
        name, clock = str(each.outgoing.public_id), self.ports.clock
        self.journal.write(BEGUN, [{"message": name}], clock(), durable=False)
        # Asked behind the line: whoever took the lease meanwhile has either read that line and
        # left the message alone, or is seen here.
        if not leases.holds(self.held.fence, clock()):
            return None
        (outcome,) = carrier.hand_over([each.outgoing])
        end = turns.end_of(outcome.result, each.claimed.attempt, clock())
        # One that may leave again must be known to be free before it does.
        self.journal.write(
            SETTLED, [{"message": name, "state": end.state}], clock(),
            durable=outcome.result == Result.RETRY,
        )  # fmt: skip
        self.counts.note(outcome.result)
        self.counts.is_line_down |= outcome.facts.get("stage") == "connection"
        return outcome

    def _looked_at_again(self, left: Sequence[_Ready], now: datetime) -> deque[_Ready]:
        """Those of these that may still leave; a guest who said no meanwhile gets nothing."""
        held = leases.take(self.worker, now)
        if held is None or held.is_new:
            return deque()
        self.held, self.looked_at = held, now
        with transaction.atomic(durable=True), scope.everything():
            database.wait_for_disk()
            claims = [each.claimed for each in left]
            may = gate.last_looks(claims, now, State.HANDED_OVER)
            free = [each.message for each in claims if each.message.state == State.HELD]
            lines = [{"message": str(each.public_id), "state": State.HELD} for each in free]
            self.journal.write(SETTLED, lines, now)
        self.counts.held += len(left) - len(may)
        return deque(each for each in left if each.claimed.message.pk in may)


def _settle(ends: Sequence[tuple[_Ready, Outcome]], now: datetime) -> None:
    with transaction.atomic(), scope.everything():
        settled([(each.claimed, outcome) for each, outcome in ends], now)
        for each, outcome in ends:
            if is_hard(str(outcome.facts.get("enhanced", ""))):
                reports.suppress(each.claimed.message, What.BOUNCED, outcome.detail, now)
            elif outcome.facts.get("blocked"):
                texting.blocked(each.claimed.message, outcome.detail, now)


def _line(each: _Ready, fence: int, ways: Mapping[int, Mapping[str, str]]) -> dict[str, object]:
    # Only lines of this start of the machine tell, by missing ones, what was never begun.
    told = {"message": str(each.outgoing.public_id), "slots": each.slots, "fence": fence,
            "boot": leases.boot()}  # fmt: skip
    way = ways.get(each.claimed.message.pk)
    return told | ({ways_out.WAY_OUT: way} if way else {})


def _line_of(outlet: Outlet, ports: Ports) -> Carrier:
    """The open line of an outlet; a new one where it was set up anew."""
    told = (outlet.carrier, outlet.settings, outlet.sealed)
    known = ports.lines.get(outlet.pk)
    if known is not None and known[0] == told:
        return known[1]
    if known is not None:
        known[1].close()
    carrier = outlets.opened(outlet)
    ports.lines[outlet.pk] = (told, carrier)
    return carrier


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
