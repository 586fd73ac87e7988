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
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, cast

from staytrue.connectors import base, registry
from staytrue.hotel.records import Parked
from staytrue.kit.errors import Refused, StaytrueError
from staytrue.mirror.rows import Encoder

# Few enough to stay in the processor's cache until they are joined.
BLOCK_LINES = 1_000
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
    share: base.Share = base.WHOLE


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

    `passed` are the `seq` of the lines to merge, `unseen` the known hashes the file did not show;
    `ids` the source ids in it, one a line, compressed; `tail` the keys of its last records, in its
    order.
    """

    read: int = 0
    known: int = 0
    skipped: int = 0
    parked: list[tuple[int, Parked]] = field(default_factory=list)
    parked_count: int = 0
    findings: list[dict[str, Any]] = field(default_factory=list)
    finding_count: int = 0
    passed: array[int] = field(default_factory=lambda: array("i"))
    unseen: bytes | None = b""
    ids: bytes = b""
    tail: list[str] = field(default_factory=list)

    def pages(self, rows: int) -> list[tuple[int, int]]:
        """Spans of `seq`, each from its first up to before its last, of this many lines each."""
        firsts = self.passed[::rows].tolist()
        return list(pairwise([*firsts, self.passed[-1] + 1])) if firsts else []


@dataclass
class _Part:
    """What one share came to: its own summary, and what is said of the whole by all together."""

    summary: Summary
    known: int
    unseen: array[int]
    ids: bytes
    last: list[tuple[int, str | None]]


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
    """Lets only lines of the share pass whose hash is not known, and remembers what was seen.

    `seq` is the number of the line that passed last.
    """

    def __init__(self, job: Job, source: registry.Source, summary: Summary) -> None:
        self.known = set(array("q", job.known))
        self.source = source
        self.ids: set[str] = set()
        # Not the lines themselves: the cells of a thousand of them fill the processor's cache, which
        # cost each booking three microseconds.
        self.last: deque[tuple[int, str | None]] = deque(maxlen=TAIL_LINES)
        self.seen: set[int] = set()
        self.share = job.share
        self.summary = summary
        self.seq = 0

    def lines(self) -> Iterator[base.Line]:
        known, seen, summary = self.known, self.seen, self.summary
        is_mine = self.share.holds if self.share.of > 1 else None
        ids_in, key_of = self.source.ids_in, self.source.key_of
        note, keep, passed = self.ids.update, self.last.append, summary.passed.append
        for line in self.source.lines(self.share):
            number = line.number
            if is_mine and not is_mine(number):
                continue
            summary.read += 1
            note(ids_in(line))
            keep((number, key_of(line)))
            if line.hash in known:
                seen.add(line.hash)
                continue
            self.seq = number
            passed(number)
            yield line

    def part(self) -> _Part:
        unseen = array("q", self.known - self.seen)
        ids = _packed(sorted(self.ids))
        return _Part(self.summary, len(self.known), unseen, ids, list(self.last))


def _translated(job: Job) -> Iterator[Block | _Part]:
    """Translate a share of a spooled delivery; blocks as they fill, its part as the last item."""
    summary = Summary()
    source = registry.load(job.dialect).open_spool(job.spool, job.mapping, job.settings)
    unknown = _Unknown(job, source, summary)
    encoder = Encoder(job.batch, job.property_id, job.settings.zone, job.read_at)
    buffers = {name: _Buffer(name) for name in ("reservation", "profile")}
    stays, guests = buffers["reservation"].lines, buffers["profile"].lines
    for done, item in enumerate(source.translate(unknown.lines()), 1):
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
    yield unknown.part()


def _packed(ids: list[str]) -> bytes:
    return zlib.compress("\n".join(ids).encode(), 1)


def _unpacked(ids: bytes) -> list[str]:
    text = zlib.decompress(ids).decode()
    return text.split("\n") if text else []


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


class Crew:
    """Processes that translate, one share each. They load what they need while the file is still
    being opened and kept: that takes them as long as some ten thousand lines.
    """

    def __init__(self, dialect: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._children: dict[Any, Any] = {}
        for _ in range(SHARES):
            ours, theirs = context.Pipe()
            child = context.Process(target=_serve, args=(dialect, theirs), daemon=True)
            self._children[ours] = child
            child.start()
            theirs.close()

    def translate(self, job: Job) -> Iterator[Block | _Part]:
        """Blocks as they arrive, each with the lines that all have read so far."""
        for number, pipe in enumerate(self._children):
            pipe.send(replace(job, share=base.Share(number, SHARES)))
        read = dict.fromkeys(self._children, 0)
        while self._children:
            for pipe in wait(list(self._children)):
                item = _received(pipe)
                if isinstance(item, Block):
                    read[pipe] = item.lines_read
                    item.lines_read = sum(read.values())
                else:
                    self._children.pop(pipe).join()
                yield item

    def close(self) -> None:
        """Send away who is still there."""
        for child in self._children.values():
            child.terminate()
        self._children.clear()


@contextmanager
def crew_for(path: Path, dialect: str) -> Iterator[Crew | None]:
    """Processes for a large file, from the moment it is seen; none for a small one."""
    crew = Crew(dialect) if path.is_file() and path.stat().st_size >= INLINE_BYTES else None
    try:
        yield crew
    finally:
        if crew:
            crew.close()


def run(job: Job, crew: Crew | None = None) -> Iterator[Block | Summary]:
    """Translate here when small, else in processes beside this one; the summary comes last."""
    parts: list[_Part] = []
    with nullcontext(crew) if crew else crew_for(job.spool, job.dialect) as found:
        for item in found.translate(job) if found else _translated(job):
            if isinstance(item, Block):
                yield item
            else:
                parts.append(item)
    yield _together(parts)


def _received(pipe: Any) -> Block | _Part:
    try:
        item = pipe.recv()
    except (EOFError, ConnectionError):
        raise Refused(
            "A translating process ended before the file did; nothing was taken. "
            "Check free memory and import the file again.",
            code="translation_ended",
        ) from None
    if isinstance(item, StaytrueError):
        raise item
    return cast(Block | _Part, item)


def _together(parts: list[_Part]) -> Summary:
    """One summary of all shares."""
    summaries = [part.summary for part in parts]
    unseen = set(parts[0].unseen).intersection(*(part.unseen for part in parts[1:]))
    last = sorted(line for part in parts for line in part.last)[-TAIL_LINES:]
    # A booking of several lines stands where its last one does.
    tail = dict.fromkeys(key for _, key in reversed(last) if key)
    ids = parts[0].ids
    if len(parts) > 1:
        # Each is in order already, so that sorting them together only merges.
        every = sorted(id_ for part in parts for id_ in _unpacked(part.ids))
        ids = _packed(list(dict.fromkeys(every)))
    return Summary(
        read=sum(s.read for s in summaries),
        known=parts[0].known - len(unseen),
        skipped=sum(s.skipped for s in summaries),
        passed=array("i", sorted(seq for s in summaries for seq in s.passed)),
        parked=sorted((p for s in summaries for p in s.parked), key=lambda p: p[1].line or 0),
        parked_count=sum(s.parked_count for s in summaries),
        findings=sorted((f for s in summaries for f in s.findings), key=lambda f: f["line"]),
        finding_count=sum(s.finding_count for s in summaries),
        unseen=array("q", unseen).tobytes(),
        ids=ids,
        tail=list(tail)[::-1],
    )


def _serve(dialect: str, pipe: Pipe) -> None:
    """A process of its own: a refusal travels as itself, anything else stays loud here."""
    # Records hold no cycles; looking for some among millions cost a tenth of the time.
    gc.disable()
    registry.load(dialect)
    try:
        job = pipe.recv()
    except EOFError:
        # The file came to nothing.
        return
    try:
        for item in _translated(job):
            pipe.send(item)
    except StaytrueError as error:
        pipe.send(error)
    pipe.close()
