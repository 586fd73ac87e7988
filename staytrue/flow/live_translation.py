"""Kept parcels of a live PMS → staged lines, in the form that files come in.

A live parcel is always read whole: what its records are depends on their context, and a reading
that equals the last but one must count, so no known record is left out here.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, runtime_checkable

import msgspec

from staytrue.connectors import base, registry
from staytrue.connectors.base import Hint, Scope, Translated
from staytrue.connectors.envelope import Part, unpack
from staytrue.flow.translation import Block, Job, Summary
from staytrue.hotel.records import Parked, Profile
from staytrue.kit.cards import mask_cards
from staytrue.kit.errors import Refused, Unreadable
from staytrue.kit.hashes import hash_of
from staytrue.mirror.rows import GLIMPSED_AT, Encoder


@runtime_checkable
class TellsScope(Protocol):
    """A live PMS some of whose parcels are complete for a window."""

    def scope_of(self, payload: bytes) -> Scope: ...


@dataclass
class LiveSummary(Summary):
    """What a live delivery came to, with what must be read besides."""

    hints: list[Hint] = field(default_factory=list)


@dataclass(frozen=True)
class LiveLayout:
    """How a live delivery is read: by its connector, without a mapping of the house."""

    dialect: str
    object: str = "reservation"
    scope: Scope = field(default_factory=Scope)
    text: str = ""
    labels: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def scope_on(self, _day: date) -> Scope:
        """What the parcel is complete for, as it says itself."""
        return self.scope


def connector_of(dialect: str) -> base.Live:
    """The live connector of this name, or a refusal."""
    connector = registry.live(dialect)
    if connector is None:
        raise Refused(f"{dialect} is no connector of a living PMS: it takes files.", "not_live")
    return connector


def scope_of(connector: base.Live, parts: Iterable[Part]) -> Scope:
    """What a delivery is complete for; several parts together never are."""
    scopes = [connector.scope_of(part.body) for part in parts if isinstance(connector, TellsScope)]
    return scopes[0] if len(scopes) == 1 else Scope()


def blocks(job: Job, epoch: int | None = None) -> Iterator[Block | Summary]:
    """Translate a kept live delivery: one block per object, and the summary as the last item.

    `epoch` orders what the PMS itself gives no version.
    """
    connector = connector_of(job.dialect)
    summary = LiveSummary(unseen=None)
    lines = _Lines(job, epoch)
    ids: set[str] = set()
    for part in unpack(job.spool.read_bytes()):
        for said in _translated(connector, part, job.settings):
            summary.read += 1
            summary.hints += said.hints
            # What a signal tells of a record is less than the record's own read.
            if part.object not in connector.signals:
                lines.take(summary.read, said)
            _note(summary, said)
            ids.update(_ids(said))
    summary.passed = array("i", range(1, summary.read + 1))
    summary.ids = zlib.compress("\n".join(sorted(ids)).encode(), 1)
    yield from lines.blocks(summary.read)
    yield summary


def _translated(connector: base.Live, part: Part, settings: base.Settings) -> Iterator[Translated]:
    try:
        yield from connector.translate(part.body, settings, part.context)
    except Unreadable as problem:
        raw = mask_cards(part.body.decode("utf-8", "replace"))[0]
        parked = Parked(
            line=1, reason=problem.sentence, code=problem.code, facts=problem.facts, raw=raw
        )
        yield Translated(1, hash_of(raw), parked=[parked])


def _note(summary: Summary, said: Translated) -> None:
    summary.skipped += bool(said.skipped)
    summary.parked_count += len(said.parked)
    summary.parked += [(said.hash, part) for part in said.parked]
    summary.finding_count += len(said.findings)
    summary.findings += [
        {"code": found.code, "line": summary.read, "facts": found.facts} for found in said.findings
    ]


def _ids(said: Translated) -> Iterator[str]:
    for stay in said.reservations:
        yield stay.number
        yield from (guest.profile for guest in stay.guests)
    for profile in (*said.profiles, *said.glimpses):
        yield profile.source_id


class _Lines:
    """The lines of one delivery, by object."""

    def __init__(self, job: Job, epoch: int | None) -> None:
        self.epoch = epoch
        zone = job.settings.zone
        self.encoder = Encoder(job.batch, job.property_id, zone, job.read_at)
        self.passing = Encoder(job.batch, job.property_id, zone, GLIMPSED_AT)
        self.passing.day = self.encoder.day
        self.lines: dict[str, list[str]] = {"profile": [], "reservation": []}

    def take(self, seq: int, said: Translated) -> None:
        """Every record of one translated line."""
        profiles, stays = self.lines["profile"], self.lines["reservation"]
        for guest in said.profiles:
            guest.version = self.epoch if guest.version is None else guest.version
            profiles.append(self.encoder.profile(seq, seq, said.hash, guest))
        for guest in said.glimpses:
            profiles.append(self.passing.profile(seq, seq, said.hash, _unversioned(guest)))
        for stay in said.reservations:
            stay.version = self.epoch if stay.version is None else stay.version
            stays.append(self.encoder.reservation(seq, seq, said.hash, stay))

    def blocks(self, read: int) -> Iterator[Block]:
        """What there is, ready for COPY."""
        for object, lines in self.lines.items():
            if lines:
                yield Block(object, ("\n".join(lines) + "\n").encode(), len(lines), read)


def _unversioned(guest: Profile) -> Profile:
    return msgspec.structs.replace(guest, modified_at=None, version=None)
