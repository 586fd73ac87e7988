"""One delivery through the line: kept, staged, judged as a whole, merged in pages, concluded.

Nothing of a refused or held delivery reaches the mirror. Every step may run twice and ends the
same, so an interrupted import is simply run again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from staytrue.changes import log
from staytrue.connectors import base
from staytrue.connectors.export_files import connector as files
from staytrue.connectors.export_files.connector import Chosen
from staytrue.connectors.export_files.opening import Opened
from staytrue.flow import (
    conclude,
    keeping,
    lifesigns,
    live_translation,
    mappings,
    races,
    reactions,
    recognising,
    restored,
    tails,
    telling,
    translation,
)
from staytrue.flow.leftovers import workshop
from staytrue.flow.live_translation import LiveLayout
from staytrue.flow.outcome import Outcome
from staytrue.flow.translation import Block, Job, Summary
from staytrue.hotel import scope
from staytrue.inbox.models import Connection, Delivery
from staytrue.inbox.press import Press
from staytrue.kit import clock, merge
from staytrue.kit.errors import Refused
from staytrue.kit.hashes import hash_of
from staytrue.mirror import actions as mirror
from staytrue.mirror import goneback, preview, queries, rules

Progress = Callable[[str, int, int], None]
PAGE_ROWS = 25_000
PAGES_AT_ONCE = 2
MERGED_IN_ORDER = ("profile", "reservation")


@dataclass
class Work:
    """One delivery on its way: what it is, how it is read, and what it has come to so far."""

    link: Connection
    delivery: Delivery
    mapping: Chosen | LiveLayout
    spool: Path
    now: datetime
    progress: Progress
    waived: bool = False
    resumed: bool = False
    summary: Summary = field(default_factory=Summary)
    staged: dict[str, int] = field(default_factory=dict)
    fresh: Sequence[str] = ()
    crew: translation.Crew | None = None
    gone_back: Sequence[str] = ()

    @property
    def is_live(self) -> bool:
        """Whether a living PMS was read: what it says counts whenever it says it."""
        return isinstance(self.mapping, LiveLayout)

    @property
    def made_at(self) -> datetime:
        """The instant the delivery speaks of."""
        return self.delivery.made_at or self.delivery.received_at

    @property
    def made_on(self) -> date:
        """The same as the hotel's calendar shows it."""
        return self.made_at.astimezone(ZoneInfo(self.link.property.timezone)).date()

    @property
    def scope(self) -> base.Scope:
        """What this delivery lets us conclude from an absent row."""
        return self.mapping.scope_on(self.made_on)


def quiet(step: str, done: int, of: int) -> None:
    """No progress is shown."""


def import_file(
    link: Connection,
    path: Path,
    *,
    mapping: str | None = None,
    history: bool = False,
    dry_run: bool = False,
    now: datetime,
    progress: Progress | None = None,
) -> Outcome:
    """Take one export file in; `mapping` names a shipped one or a TOML file."""
    started = clock.monotonic()
    layout = files.load_mapping(mapping or mappings.of(link, path))
    with (
        one_delivery_at_a_time(link),
        workshop() as shop,
        translation.crew_for(path, link.dialect) as crew,
        Press(shop / "pieces") as press,
    ):
        spool = shop / "spool"
        beside = None if dry_run else press.write
        try:
            opened = layout.open(path, spool=spool, zone=link.property.timezone, beside=beside)
        except Refused as refusal:
            outcome = Outcome.refusal(refusal)
            if not dry_run:
                keeping.refusal(link, path, layout, refusal, now)
            return outcome.timed(clock.monotonic() - started)
        if dry_run:
            outcome = _rehearse(link, layout, spool, opened, history=history, now=now)
            return outcome.timed(clock.monotonic() - started)
        pieces = press.pieces()
        delivery, is_new = keeping.keep(link, layout, opened, pieces, history=history, now=now)
        if is_new:
            telling.tell_cards(link, delivery, now)
        elif delivery.state != Delivery.State.RECEIVED:
            lifesigns.heed(link, layout, delivery, opened, now)
            return conclude.seen_before(delivery).timed(clock.monotonic() - started)
        work = Work(link, delivery, layout, spool, now, progress or quiet, resumed=not is_new)
        work.crew = crew
        return take(work).timed(clock.monotonic() - started)


@contextmanager
def one_delivery_at_a_time(link: Connection) -> Iterator[None]:
    """Two imports on one connection wait for each other; brakes need a still picture."""
    with merge.one_at_a_time("delivery", link.id):
        yield


def take(work: Work) -> Outcome:
    """Stage, judge, merge, conclude. The delivery is kept already."""
    if work.link.stopped_at is not None:
        raise Refused(f"{work.link.name} is stopped. Resume it first.", code="stopped")
    _stage(work)
    try:
        if verdict := _judge(work):
            return conclude.hold(work, verdict)
        _merge(work)
        return races.run(partial(conclude.finish, work))
    finally:
        with transaction.atomic():
            for target in mirror.TARGETS.values():
                merge.clear(target, work.delivery.id)


def job_of(work: Work, known: bytes, salt: int) -> Job:
    """The translation of this delivery, as a value another process can take."""
    return Job(
        dialect=work.link.dialect,
        spool=work.spool,
        mapping=work.mapping.text,
        settings=settings_of(work.link, work.made_at),
        batch=work.delivery.id,
        property_id=work.link.property_id,
        read_at=work.made_at,
        known=known,
        salt=salt,
    )


def settings_of(link: Connection, read_at: datetime) -> base.Settings:
    """What a translation may know of the house."""
    house = link.property
    return base.Settings(
        house.code, house.timezone, house.country, house.currency, read_at, link.settings
    )


def _stage(work: Work) -> None:
    """Translate everything into the stages; raw rows whose hash is known are left out first."""
    salt = hash_of(work.mapping.text)
    if work.is_live:
        _stage_live(work)
        return
    with scope.everything():
        known = queries.known_hashes(
            work.mapping.object, work.link.id, salt, work.delivery.id if work.resumed else None
        )
        # Also what an import that was killed left: nobody else imports on this connection now.
        mirror.clear_stages(work.link.id)
    work.staged = dict.fromkeys(mirror.TARGETS, 0)
    for item in translation.run(job_of(work, known.tobytes(), salt), work.crew):
        if isinstance(item, Summary):
            work.summary = item
            work.summary.unseen = translation.salted(item.unseen or b"", salt)
        else:
            _stage_block(work, item)


def _stage_live(work: Work) -> None:
    """A live parcel is small and always read whole."""
    with transaction.atomic():
        for target in mirror.TARGETS.values():
            merge.clear(target, work.delivery.id)
    work.staged = dict.fromkeys(mirror.TARGETS, 0)
    with scope.everything():
        epoch = restored.epoch_at(work.link, work.made_at)
    for item in live_translation.blocks(job_of(work, b"", 0), epoch):
        if isinstance(item, Summary):
            work.summary = item
        else:
            _stage_block(work, item)


def _stage_block(work: Work, block: Block) -> None:
    merge.stage(mirror.TARGETS[block.object], [block.data])
    work.staged[block.object] += block.rows
    work.progress("read", block.lines_read, work.delivery.facts.get("lines") or 0)


def _judge(work: Work) -> rules.Brake | None:
    """The brakes: what the whole batch would do, before anything is done.

    An imported past has nothing to be compared with; its lines must make sense all the same.
    """
    if work.waived or (work.is_live and work.scope.kind == "delta"):
        # A living PMS said each of these itself, now: nothing is concluded from what is absent.
        work.gone_back = _gone_back(work)
        return None
    object, figures, complete = work.mapping.object, rules.Figures(), False
    if not work.delivery.history:
        with scope.everything():
            figures = queries.figures(object, work.link.id, work.delivery.id, work.made_on)
            complete = conclude.is_complete(work)
            if complete and object == "reservation":
                missing = [key for _, key, coming in conclude.missing(work) if coming]
                cut_off = tails.cut_off(work, missing, figures.future)
                figures = replace(figures, vanishing=len(missing), cut_off=cut_off)
    codes = Counter(part.code for _, part in work.summary.parked)
    figures = replace(
        figures,
        lines=work.summary.read,
        parked=work.summary.parked_count,
        impossible=codes["impossible_date"],
        foreign=codes["foreign_property"],
    )
    return rules.brake(figures, complete=complete)


def _gone_back(work: Work) -> Sequence[str]:
    if not work.is_live or work.delivery.history:
        return ()
    with scope.everything():
        return goneback.found(work.link.id, work.delivery.id, work.made_at)


def _merge(work: Work) -> None:
    """Merge page by page, each with its changes in one transaction; a small batch is one page.

    Pages of a large delivery go two at a time: keys are locked in one order, so they only ever
    wait for each other.
    """
    with scope.everything():
        log.make_room(work.now)
        for target in mirror.TARGETS.values():
            merge.describe(target)
        mirror.tell_epochs(work.link.id, work.delivery.id)
        telling.tell_reused(work)
        work.fresh = [one for one in work.staged if not queries.has_rows(one, work.link.id)]
    pages = work.summary.pages(PAGE_ROWS)
    # What an open transaction has staged no other connection sees.
    if len(pages) < 2 or connection.in_atomic_block:
        for page in pages:
            _count(work, _merge_page(work, *page))
        return
    with ThreadPoolExecutor(max_workers=PAGES_AT_ONCE) as pool:
        waiting = [pool.submit(_merge_apart, work, *page) for page in pages]
        for done, merged in enumerate(as_completed(waiting), 1):
            _count(work, merged.result())
            work.progress("merge", done, len(pages))


def _merge_apart(work: Work, first: int, last: int) -> dict[str, tuple[int, int]]:
    """One page on a connection of its own thread."""
    try:
        return _merge_page(work, first, last)
    finally:
        connection.close()


def _merge_page(work: Work, first: int, last: int) -> dict[str, tuple[int, int]]:
    """Profiles, then reservations, with their changes; object → (created, changed)."""

    def merge_lines() -> dict[str, tuple[int, int]]:
        merge.expect_bulk()
        staged = [object for object in MERGED_IN_ORDER if work.staged[object]]
        return merge_rows(work.delivery, staged, (first, last), work.made_at, work.now, work.fresh)

    return races.run(merge_lines)


def merge_rows(
    delivery: Delivery,
    objects: Sequence[str],
    span: tuple[int, int],
    read_at: datetime,
    now: datetime,
    fresh: Collection[str] = (),
) -> dict[str, tuple[int, int]]:
    """Merge staged rows with `span[0] <= seq < span[1]` and log what differs, in one transaction.

    Answers object → (created, changed).
    """
    given = {
        "connection_id": delivery.connection_id,
        "read_at": read_at,
        "delivery_id": delivery.pk,
        "imported": delivery.history,
        "first_seen_at": now,
    }
    counts: dict[str, tuple[int, int]] = {}
    for object in objects:
        also = (log.created(object),)
        merged = mirror.merge_staged(object, delivery.pk, *span, given, also, fresh=object in fresh)
        entries = conclude.entries(object, merged.updated)
        log.append(entries, now, history=delivery.history)
        conclude.note_silent(delivery, object, merged.updated, entries, now)
        reactions.wake(entries, now)
        differing = [*merged.inserted, *(row["id"] for _, row in merged.updated)]
        recognising.merged(delivery, object, differing, now)
        counts[object] = (len(merged.inserted), len(entries))
    return counts


def _count(work: Work, page: dict[str, tuple[int, int]]) -> None:
    for object, (created, changed) in page.items():
        counts = work.delivery.counts.setdefault(object, {"created": 0, "changed": 0})
        counts["created"] += created
        counts["changed"] += changed


def _rehearse(
    link: Connection,
    layout: Chosen,
    spool: Path,
    opened: Opened,
    *,
    history: bool,
    now: datetime,
) -> Outcome:
    """What an import would come to: staged and judged like any other, then cleared away again."""
    # Below zero no delivery has its stage, and a connection rehearses one file at a time.
    delivery = Delivery(connection=link, property_id=link.property_id, received_at=now,
                        made_at=opened.made_at, object=layout.object, id=-link.id,
                        history=history, facts=files.facts_of(opened, layout))  # fmt: skip
    work = Work(link, delivery, layout, spool, now, quiet)
    try:
        _stage(work)
        target = mirror.TARGETS[layout.object]
        with scope.everything():
            merge.describe(target)
            mirror.tell_epochs(link.id, delivery.id)
            found = preview.preview(target, link.id, delivery.id, work.made_at)
        return conclude.preview(work, found, _judge(work))
    finally:
        with transaction.atomic():
            for target in mirror.TARGETS.values():
                merge.clear(target, delivery.id)
