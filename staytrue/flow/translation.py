"""Raw lines → staged lines, in a process of its own for large files, so that mapping overlaps
with loading. Knows neither Django nor the database: it may be started fresh on any machine.
"""

from __future__ import annotations

import multiprocessing
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from staytrue.connectors import base, registry
from staytrue.hotel.records import Parked
from staytrue.kit.errors import Refused, StaytrueError
from staytrue.mirror.rows import Encoder

BLOCK_LINES = 4_000
# Below this a second process costs more than it saves.
INLINE_BYTES = 3 << 20
# More parked lines than this and the file is held anyway; their count still goes on.
PARKED_KEPT = 50_000


@dataclass(frozen=True)
class Job:
    """Everything a translation needs, picklable. `known` holds raw hashes to leave out."""

    dialect: str
    spool: Path
    mapping: str
    settings: base.Settings
    batch: int
    property_id: int
    read_at: datetime
    known: bytes = b""
    salt: int = 0


@dataclass
class Block:
    """A run of lines ready for COPY: object ("reservation" or "profile") and their text."""

    object: str
    data: bytes
    rows: int
    lines_read: int


@dataclass
class Summary:
    """What the whole translation came to. `unseen` are known hashes the file did not show."""

    read: int = 0
    known: int = 0
    skipped: int = 0
    last_seq: int = 0
    parked: list[tuple[int, Parked]] = field(default_factory=list)
    parked_count: int = 0
    findings: list[dict[str, Any]] = field(default_factory=list)
    finding_count: int = 0
    keys: list[str] = field(default_factory=list)
    unseen: bytes = b""
    superseded: int = 0


class _Buffer:
    """Staged lines of one object, given away in blocks."""

    def __init__(self, object: str) -> None:
        self.object = object
        self.lines: list[str] = []

    def block(self, lines_read: int) -> Block:
        data = ("\n".join(self.lines) + "\n").encode()
        block = Block(self.object, data, len(self.lines), lines_read)
        self.lines = []
        return block


class _Unknown:
    """Lets only lines pass whose hash is not known, and remembers what was seen."""

    def __init__(self, known: bytes, summary: Summary) -> None:
        self.known = set(array("q", known))
        self.seen: set[int] = set()
        self.summary = summary

    def lines(self, lines: Iterator[base.Line]) -> Iterator[base.Line]:
        known, summary = self.known, self.summary
        for line in lines:
            summary.read += 1
            if line.hash in known:
                self.seen.add(line.hash)
                continue
            yield line
        summary.known = len(self.seen)

    def unseen(self) -> bytes:
        return array("q", self.known - self.seen).tobytes()


def blocks(job: Job) -> Iterator[Block | Summary]:
    """Translate a spooled delivery; blocks as they fill, and the summary as the last item."""
    connector = registry.load(job.dialect)
    summary = Summary()
    unknown = _Unknown(job.known, summary)
    source = connector.open_spool(job.spool, job.mapping, job.settings)
    encoder = Encoder(job.batch, job.property_id, job.settings.zone, job.read_at)
    buffers = {name: _Buffer(name) for name in ("reservation", "profile")}
    seq = 0
    for item in source.translate(unknown.lines(source.lines())):
        seq += 1
        raw_hash = item.hash ^ job.salt
        for guest in item.profiles:
            buffers["profile"].lines.append(encoder.profile(seq, item.line, raw_hash, guest))
        for stay in item.reservations:
            buffers["reservation"].lines.append(encoder.reservation(seq, item.line, raw_hash, stay))
        if item.parked or item.findings or item.skipped:
            _note(summary, item)
        if seq % BLOCK_LINES == 0:
            yield from _full(buffers, summary.read)
    yield from _full(buffers, summary.read)
    summary.last_seq = seq
    summary.unseen = unknown.unseen()
    yield summary


def _note(summary: Summary, item: base.Translated) -> None:
    summary.skipped += bool(item.skipped)
    for part in item.parked:
        summary.parked_count += 1
        if len(summary.parked) < PARKED_KEPT:
            summary.parked.append((item.hash, part))
    for finding in item.findings:
        summary.finding_count += 1
        if len(summary.findings) < 1_000:
            summary.findings.append(
                {"code": finding.code, "line": finding.line, "facts": finding.facts}
            )


def _full(buffers: dict[str, _Buffer], lines_read: int) -> Iterator[Block]:
    for buffer in buffers.values():
        if buffer.lines:
            yield buffer.block(lines_read)


def run(job: Job) -> Iterator[Block | Summary]:
    """Translate here when small, else in a second process whose blocks arrive as they fill."""
    if job.spool.stat().st_size < INLINE_BYTES:
        yield from blocks(job)
        return
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_serve, args=(job, theirs), daemon=True)
    child.start()
    theirs.close()
    try:
        while True:
            try:
                item = ours.recv()
            except EOFError:
                raise Refused(
                    "The translating process ended before the file did; nothing was taken. "
                    "Check free memory and import the file again.",
                    code="translation_ended",
                ) from None
            if isinstance(item, StaytrueError):
                raise item
            yield item
            if isinstance(item, Summary):
                return
    finally:
        ours.close()
        child.terminate()
        child.join()


def _serve(job: Job, pipe: Pipe) -> None:
    """The second process: a refusal travels as itself, anything else stays loud here."""
    try:
        for item in blocks(job):
            pipe.send(item)
    except StaytrueError as error:
        pipe.send(error)
    pipe.close()
