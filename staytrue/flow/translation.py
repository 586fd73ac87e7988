"""Raw lines → staged lines, in processes of their own for large files, so that mapping overlaps
with loading. Knows neither Django nor the database: it may be started fresh on any machine.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import zlib
from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, cast

from staytrue.connectors import base, registry
from staytrue.hotel.records import Parked
from staytrue.kit.errors import Refused, StaytrueError
from staytrue.mirror.rows import Encoder

BLOCK_LINES = 4_000
SHARES = min(4, os.cpu_count() or 1)
# Below this a second process costs more than it saves.
INLINE_BYTES = 3 << 20
# More parked lines than this and the file is held anyway; their count still goes on.
PARKED_KEPT = 50_000
TAIL_LINES = 1_000


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
    share: int = 0
    shares: int = 1


@dataclass
class Block:
    """A run of lines ready for COPY: object ("reservation" or "profile") and their text."""

    object: str
    data: bytes
    rows: int
    lines_read: int


@dataclass
class Summary:
    """What the whole translation came to.

    `unseen` are known hashes the file did not show; `ids` the source ids in it, one a line,
    compressed; `tail` the keys of its last records, in its order.
    """

    read: int = 0
    known: int = 0
    skipped: int = 0
    last_seq: int = 0
    parked: list[tuple[int, Parked]] = field(default_factory=list)
    parked_count: int = 0
    findings: list[dict[str, Any]] = field(default_factory=list)
    finding_count: int = 0
    unseen: bytes | None = b""
    ids: bytes = b""
    tail: list[str] = field(default_factory=list)


class _Buffer:
    """Staged lines of one object, given away in blocks."""

    def __init__(self, object: str) -> None:
        self.object = object
        self.lines: list[str] = []

    def block(self, lines_read: int) -> Block:
        data = ("\n".join(self.lines) + "\n").encode()
        block = Block(self.object, data, len(self.lines), lines_read)
        self.lines.clear()
        return block


class _Unknown:
    """Lets only lines pass whose hash is not known, and remembers what was seen.

    `seq` counts the lines that pass. With several shares every process reads all lines, which is
    cheap, and translates only its own runs of them, which is not.
    """

    def __init__(self, job: Job, source: registry.Source, summary: Summary) -> None:
        self.known = set(array("q", job.known))
        self.source = source
        self.ids: set[str] = set()
        self.last: deque[base.Line] = deque(maxlen=TAIL_LINES)
        self.seen: set[int] = set()
        self.job = job
        self.summary = summary
        self.seq = 0

    def lines(self, lines: Iterator[base.Line]) -> Iterator[base.Line]:
        known, seen, summary = self.known, self.seen, self.summary
        share, shares = self.job.share, self.job.shares
        ids_in, note = self.source.ids_in, self.ids.update
        for line in lines:
            summary.read += 1
            if share == 0:
                note(ids_in(line))
                self.last.append(line)
            if line.hash in known:
                seen.add(line.hash)
                continue
            self.seq += 1
            if shares == 1 or self.seq // BLOCK_LINES % shares == share:
                yield line
        summary.known = len(seen)
        summary.last_seq = self.seq

    def tail(self) -> list[str]:
        """A booking of several lines stands where its last one does."""
        keys = filter(None, map(self.source.key_of, reversed(self.last)))
        return list(dict.fromkeys(keys))[::-1]

    def unseen(self) -> bytes:
        return array("q", self.known - self.seen).tobytes()


def blocks(job: Job) -> Iterator[Block | Summary]:
    """Translate a spooled delivery; blocks as they fill, and the summary as the last item."""
    summary = Summary()
    source = registry.load(job.dialect).open_spool(job.spool, job.mapping, job.settings)
    unknown = _Unknown(job, source, summary)
    encoder = Encoder(job.batch, job.property_id, job.settings.zone, job.read_at)
    buffers = {name: _Buffer(name) for name in ("reservation", "profile")}
    stays, guests = buffers["reservation"].lines, buffers["profile"].lines
    for done, item in enumerate(source.translate(unknown.lines(source.lines())), 1):
        seq, raw_hash = unknown.seq, item.hash ^ job.salt
        for guest in item.profiles:
            guests.append(encoder.profile(seq, item.line, raw_hash, guest))
        for stay in item.reservations:
            stays.append(encoder.reservation(seq, item.line, raw_hash, stay))
        if item.parked or item.findings or item.skipped:
            _note(summary, item)
        if done % BLOCK_LINES == 0:
            yield from _full(buffers, summary.read)
    yield from _full(buffers, summary.read)
    summary.unseen = unknown.unseen() if job.share == 0 else None
    summary.tail = unknown.tail()
    summary.ids = zlib.compress("\n".join(sorted(unknown.ids)).encode(), 1)
    yield summary


def salted(hashes: bytes, salt: int) -> bytes:
    """Raw hashes as the mirror keeps them, or back."""
    return array("q", (value ^ salt for value in array("q", hashes))).tobytes()


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
    """Translate here when small, else in processes beside this one, whose blocks arrive as made."""
    if job.spool.stat().st_size < INLINE_BYTES:
        yield from blocks(job)
        return
    context = multiprocessing.get_context("spawn")
    children: dict[Any, Any] = {}
    for share in range(SHARES):
        ours, theirs = context.Pipe(duplex=False)
        mine = replace(job, share=share, shares=SHARES)
        children[ours] = context.Process(target=_serve, args=(mine, theirs), daemon=True)
        children[ours].start()
        theirs.close()
    summaries: list[Summary] = []
    try:
        while len(summaries) < SHARES:
            for pipe in wait(list(children)):
                item = _received(pipe)
                if isinstance(item, Block):
                    yield item
                    continue
                summaries.append(item)
                children.pop(pipe).join()
    finally:
        for child in children.values():
            child.terminate()
    yield _together(summaries)


def _received(pipe: Any) -> Block | Summary:
    try:
        item = pipe.recv()
    except EOFError:
        raise Refused(
            "A translating process ended before the file did; nothing was taken. "
            "Check free memory and import the file again.",
            code="translation_ended",
        ) from None
    if isinstance(item, StaytrueError):
        raise item
    return cast(Block | Summary, item)


def _together(summaries: list[Summary]) -> Summary:
    """One summary of all shares: each counted what it translated, all read everything."""
    whole = next(s for s in summaries if s.unseen is not None)
    return replace(
        whole,
        skipped=sum(s.skipped for s in summaries),
        parked=sorted((p for s in summaries for p in s.parked), key=lambda p: p[1].line or 0),
        parked_count=sum(s.parked_count for s in summaries),
        findings=sorted((f for s in summaries for f in s.findings), key=lambda f: f["line"]),
        finding_count=sum(s.finding_count for s in summaries),
    )


def _serve(job: Job, pipe: Pipe) -> None:
    """A process of its own: a refusal travels as itself, anything else stays loud here."""
    # Records hold no cycles; looking for some among millions cost a tenth of the time.
    gc.disable()
    try:
        for item in blocks(job):
            pipe.send(item)
    except StaytrueError as error:
        pipe.send(error)
    pipe.close()
