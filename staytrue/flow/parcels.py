"""One conversation with a living PMS: what it says is kept as it came, then applied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from django.db import transaction

from staytrue.connectors import base, envelope, registry
from staytrue.connectors.envelope import Part
from staytrue.flow import intake, live_translation, outgoing, restored
from staytrue.flow.hearing import Heard
from staytrue.flow.leftovers import workshop
from staytrue.flow.live_translation import LiveLayout, LiveSummary
from staytrue.flow.outcome import Outcome
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox import parcels, secrets
from staytrue.inbox.models import Connection, Delivery
from staytrue.inbox.parcels import Reading

Clock = Callable[[], datetime]
BOOKMARK = "live"


@dataclass
class Talk:
    """One connection spoken to: who speaks its language, and the way out."""

    link: Connection
    clock: Clock
    http: base.Http

    @cached_property
    def connector(self) -> base.Live:
        """What speaks this PMS's language."""
        return live_translation.connector_of(self.link.dialect)

    def next_instant(self) -> datetime:
        """When the next reading is made: now, but never before one that was made already."""
        with scope.everything():
            return parcels.next_instant(self.link, self.clock())

    def settings(self, at: datetime) -> base.Settings:
        """What the connector may know of the house at this reading, secrets opened."""
        with scope.everything():
            return outgoing.open_settings(self.link, at)


@dataclass
class Kept:
    """A reading that is kept and not yet applied."""

    delivery: Delivery
    raw: bytes = field(repr=False)
    layout: LiveLayout


def talk(link: Connection, clock: Clock, http: base.Http | None = None) -> Talk:
    """Everything to speak with a connection's PMS; `http` replaces the way out."""
    if http is None:
        with scope.everything():
            http = outgoing.way_out(link, secrets.opened(link))
    return Talk(link, clock, Heard(http))


def take(
    talk: Talk,
    parts: Sequence[Part],
    mark: base.Bookmark | None,
    at: datetime,
    *,
    by: Reading = Reading.POLL,
    history: bool = False,
) -> Outcome:
    """Keep a parcel with where to go on, in one transaction, then apply it."""
    with scope.everything(), transaction.atomic():
        if mark is not None:
            inbox.set_bookmark(talk.link, BOOKMARK, mark, at)
        kept = keep(talk, parts, at, by=by, history=history)
    outcome = apply(talk, kept) if kept else Outcome()
    if isinstance(talk.http, Heard):
        talk.http.forget()
    return outcome


def keep(
    talk: Talk, parts: Sequence[Part], at: datetime, *, by: Reading, history: bool = False
) -> Kept | None:
    """Keep parts as one delivery; None where they cannot hold anything new.

    `at` is the instant before the PMS was asked: what is said is at least as new.
    """
    link = talk.link
    digest = envelope.hash_of(parts)
    is_signal = any(part.object in talk.connector.signals for part in parts)
    is_awaited = is_signal or restored.is_open(link)
    if parts and not is_awaited and parcels.is_repeated(link, digest):
        return None
    raw, masked = envelope.pack(parts, registry.manifest(link.dialect).get("own_numbers", ()))
    span = live_translation.scope_of(talk.connector, parts)
    days = [day.isoformat() if day else None for day in (span.first, span.last)]
    delivery = parcels.keep(
        link,
        raw,
        object=parts[0].object if len(parts) == 1 else "records",
        digest=digest,
        facts={
            "by": by,
            "scope": [span.kind, *days],
            "lines": len(parts),
            "masked_cards": masked,
        },
        history=history,
        at=at,
    )
    return Kept(delivery, raw, LiveLayout(link.dialect, scope=span))


def apply(talk: Talk, kept: Kept) -> Outcome:
    """Translate and merge what was just kept."""
    with intake.one_delivery_at_a_time(talk.link), workshop() as shop:
        spool = shop / "spool"
        spool.write_bytes(kept.raw)
        work = intake.Work(talk.link, kept.delivery, kept.layout, spool, talk.clock(),
                           intake.quiet, summary=LiveSummary())  # fmt: skip
        outcome = intake.take(work)
    restored.notice(talk.link, work.gone_back, work.made_at)
    return outcome


def layout_of(delivery: Delivery, dialect: str) -> LiveLayout:
    """How a kept reading is read again."""
    kind, *days = delivery.facts["scope"]
    first, last = (date.fromisoformat(day) if day else None for day in days)
    return LiveLayout(dialect, scope=base.Scope(kind, first, last))


def is_live(delivery: Delivery) -> bool:
    """Whether it is a reading of a living PMS, and not a file."""
    return delivery.kind == parcels.LIVE
