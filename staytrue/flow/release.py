"""What a person does about a delivery: release its parked parts, drop them, or take it back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from staytrue.changes import log
from staytrue.changes.kinds import Kind
from staytrue.changes.log import Entry
from staytrue.connectors.base import Translated
from staytrue.connectors.export_files.connector import Chosen, load_mapping, open_spool
from staytrue.flow import conclude, intake, parcels, reactions
from staytrue.flow.leftovers import workshop
from staytrue.flow.live_translation import LiveLayout
from staytrue.flow.outcome import Outcome
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox import queries as inboxes
from staytrue.inbox import wanted
from staytrue.inbox.models import Connection, Delivery, ParkedPart
from staytrue.inbox.wanted import Want
from staytrue.kit import clock, merge
from staytrue.kit.errors import Refused, StaytrueError
from staytrue.kit.hashes import hash_of
from staytrue.mirror import actions as mirror
from staytrue.mirror import canonical, queries, restore
from staytrue.mirror.rows import Encoder
from staytrue.staff.actions import close_ask

logger = structlog.get_logger(__name__)


def link_of(delivery: Delivery) -> Connection:
    """The connection a delivery came by, with its property."""
    with scope.everything():
        return Connection.objects.select_related("property").get(id=delivery.connection_id)


def raw_lines(delivery: Delivery, spool: Path) -> None:
    """Lay a kept delivery's raw text out again, to be read as if it came now."""
    with spool.open("wb") as out, scope.everything():
        inboxes.write_raw(delivery, out)


def release_delivery(
    delivery: Delivery, *, by: str, now: datetime, progress: intake.Progress | None = None
) -> Outcome:
    """A person answers for a held delivery: it is taken whole, brakes waived."""
    link = link_of(delivery)
    with intake.one_delivery_at_a_time(link):
        with scope.everything():
            delivery.refresh_from_db(fields=["state"])
        if delivery.state != Delivery.State.HELD:
            raise Refused(f"{delivery.name} is {delivery.state}, not held.", code="not_held")
        delivery.released_by = by
        outcome = take_again(delivery, link, now, progress or intake.quiet, waived=True)
        with scope.everything():
            inbox.settle(delivery, delivery.state, now, released_by=by)
            close_ask(f"held-delivery:{delivery.id}", "released", now)
    return outcome


def read_again(
    delivery: Delivery, *, by: str, now: datetime, progress: intake.Progress | None = None
) -> Outcome:
    """Read an applied delivery once more with the mapping as it is now.

    It counts as a later reading of the same instant: what the mapping said wrongly is mended, what
    the hotel has changed since then stays.
    """
    link = link_of(delivery)
    with intake.one_delivery_at_a_time(link):
        if delivery.state != Delivery.State.APPLIED:
            raise Refused(f"{delivery.name} is {delivery.state}; only an applied file can be read "
                          "again.", code="not_applied")  # fmt: skip
        with scope.everything():
            text = layout_of(delivery, link).text
            again = inbox.keep_again(delivery, text, by=by, now=now)
        return take_again(again, link, now, progress or intake.quiet, waived=True)


def finish_interrupted(now: datetime) -> int:
    """Take deliveries to their end whose import was killed; returns how many.

    They were kept before anything was understood, so nobody has to send them again.
    """
    with scope.everything():
        waiting = list(
            Delivery.objects.filter(
                state=Delivery.State.RECEIVED, connection__stopped_at=None
            ).order_by("received_at", "id")
        )
    taken = 0
    for delivery in waiting:
        link_id = delivery.connection_id
        # Whoever has the turn of a living PMS keeps a reading and applies it himself.
        with (
            merge.if_nobody_else("live", link_id) as no_turn,
            merge.if_nobody_else("delivery", link_id) as no_import,
        ):
            if not (no_turn and no_import and _is_waiting(delivery)):
                continue
            try:
                take_again(delivery, link_of(delivery), now, intake.quiet)
            except StaytrueError as error:
                logger.warning("interrupted", delivery=delivery.id, trouble=error.sentence)
            else:
                taken += 1
    return taken


def take_again(
    delivery: Delivery,
    link: Connection,
    now: datetime,
    progress: intake.Progress,
    *,
    waived: bool = False,
) -> Outcome:
    """Take a kept delivery from its raw text, for whoever imports on its connection alone."""
    started = clock.monotonic()
    with workshop() as shop:
        spool = shop / "spool"
        raw_lines(delivery, spool)
        layout = layout_of(delivery, link)
        work = intake.Work(
            link, delivery, layout, spool, now, progress, waived=waived, resumed=True
        )
        return intake.take(work).timed(clock.monotonic() - started)


def _is_waiting(delivery: Delivery) -> bool:
    with scope.everything():
        delivery.refresh_from_db(fields=["state"])
    return delivery.state == Delivery.State.RECEIVED


def release_parts(parts: Collection[ParkedPart], *, by: str, now: datetime) -> int:
    """Read parked parts again with the mapping as it is now; all of them, or a refusal."""
    for delivery_id in sorted({part.delivery_id for part in parts}):
        mine = [part for part in parts if part.delivery_id == delivery_id]
        with scope.everything():
            delivery = Delivery.objects.select_related("connection__property").get(id=delivery_id)
        if parcels.is_live(delivery):
            _ask_again(delivery, mine, by, now)
            continue
        with intake.one_delivery_at_a_time(delivery.connection), scope.everything():
            _merge_parts(delivery, mine, now)
            inbox.resolve(mine, ParkedPart.State.RELEASED, by, now)
    return len(parts)


def _ask_again(delivery: Delivery, parts: Sequence[ParkedPart], by: str, now: datetime) -> None:
    """What a living PMS said is not read again from paper: it is asked."""
    unnamed = [part for part in parts if not part.key]
    if unnamed:
        raise Refused(
            "The PMS did not say which record this is, so it cannot be asked for it. It comes again "
            "with the next complete walk: staytrue sync --full. Drop it if it is not wanted.",
            code="no_key",
        )
    with scope.everything():
        # A stay's key may end with its leg; the PMS is asked for all legs of the number.
        wants = [
            Want(part.object, str(part.key) if part.object == "profile"
                 else str(part.key).partition("/")[0])
            for part in parts
        ]  # fmt: skip
        wanted.want(delivery.connection, wants, now)
        inbox.resolve(parts, ParkedPart.State.RELEASED, by, now)


def drop_parts(parts: Collection[ParkedPart], *, by: str, now: datetime) -> int:
    """A person says these parts are not wanted; they stay readable as dropped."""
    with scope.everything():
        inbox.resolve(parts, ParkedPart.State.DROPPED, by, now)
        reactions.raise_screens({part.property_id for part in parts})
    return len(parts)


def _merge_parts(delivery: Delivery, parts: Sequence[ParkedPart], now: datetime) -> None:
    layout = _mapping_of(delivery)
    said = _translate(delivery, layout, parts)
    made_at = delivery.made_at or delivery.received_at
    link = delivery.connection
    encoder = Encoder(delivery.id, delivery.property_id, link.property.timezone, made_at)
    salt = hash_of(layout.text)
    lines: dict[str, list[str]] = {"profile": [], "reservation": []}
    for seq, item in enumerate(said, 1):
        for guest in item.profiles:
            lines["profile"].append(encoder.profile(seq, item.line, item.hash ^ salt, guest))
        for stay in item.reservations:
            lines["reservation"].append(encoder.reservation(seq, item.line, item.hash ^ salt, stay))
    log.make_room(now)
    staged = [object for object in intake.MERGED_IN_ORDER if lines[object]]
    for object in staged:
        merge.stage(mirror.TARGETS[object], [("\n".join(lines[object]) + "\n").encode()])
    intake.merge_rows(delivery, staged, (0, len(said) + 1), made_at, now)
    for object in staged:
        merge.clear(mirror.TARGETS[object], delivery.id)
    reactions.raise_screens([delivery.property_id])


def _translate(delivery: Delivery, layout: Chosen, parts: Sequence[ParkedPart]) -> list[Translated]:
    """Read the parts again where they stand: in the raw text of the delivery that brought them."""
    made_at = delivery.made_at or delivery.received_at
    wanted = {part.raw_hash for part in parts}
    with workshop() as shop:
        raw_lines(delivery, shop / "spool")
        source = open_spool(
            shop / "spool", layout.text, intake.settings_of(delivery.connection, made_at)
        )
        lines = (line for line in source.lines() if line.hash in wanted)
        said = list(source.translate(lines))
    for item in said:
        for part in item.parked:
            raise Refused(
                f"Line {part.line} still cannot be read: {part.reason} Change the mapping first.",
                code="still_unreadable",
                line=part.line,
            )
    return said


def layout_of(delivery: Delivery, link: Connection) -> Chosen | LiveLayout:
    """The mapping as it is now; if its file is gone, as it was when the delivery came."""
    if parcels.is_live(delivery):
        return parcels.layout_of(delivery, link.dialect)
    return _mapping_of(delivery)


def _mapping_of(delivery: Delivery) -> Chosen:
    return load_mapping(delivery.facts["mapping"], delivery.facts["mapping_text"])


def roll_back(delivery: Delivery, *, by: str, now: datetime) -> int:
    """Take one batch back: what it created goes, what it changed is as before it.

    Refused when a later delivery changed the same rows: those would lose their ground. Returns
    how many rows were taken back.
    """
    if parcels.is_live(delivery):
        raise Refused("What a living PMS says is not taken back here: it would say it again. Correct "
                      "it in the PMS.", code="live")  # fmt: skip
    if delivery.state != Delivery.State.APPLIED:
        raise Refused(f"{delivery.name} is {delivery.state}; only an applied file can be taken "
                      "back.", code="not_applied")  # fmt: skip
    with intake.one_delivery_at_a_time(link_of(delivery)), scope.everything():
        later = log.changed_later(delivery.id)
        if later:
            raise Refused(
                f"{later} rows of {delivery.name} were changed by later files. Take those back "
                "first, the newest first.",
                code="changed_later",
                rows=later,
            )
        log.make_room(now)
        taken = _undo_versions(delivery, now)
        removed = restore.remove_created(delivery.id)
        entries = [_rolled_back(delivery, object, id_, 0, None) for object, id_ in removed]
        log.append(entries, now, history=delivery.history)
        inbox.settle(delivery, Delivery.State.ROLLED_BACK, now, released_by=by)
        restore.forget_walk(delivery.connection_id, delivery.object)
        reactions.raise_screens([delivery.property_id])
    return taken + len(removed)


def _undo_versions(delivery: Delivery, now: datetime) -> int:
    """Restore the rows this delivery changed, from its differences and their prior marks."""
    rows: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for change in log.versions_in(delivery.id):
        rows.setdefault((change["object"], change["object_id"]), []).append(change)
    house = conclude.house_of(delivery.property_id)
    for object in mirror.TARGETS:
        ids = [id_ for name, id_ in rows if name == object]
        earlier, entries = [], []
        for row in queries.rows(object, "id = ANY(%s)", [ids]):
            changes = rows[object, row["id"]]
            record = canonical.undo(conclude.RENDER[object](row, house),
                                    [change["diff"] for change in changes])  # fmt: skip
            marks = next((c["prior"] for c in reversed(changes) if c["prior"]), None)
            earlier.append((row["id"], record, marks))
            diff = canonical.difference(conclude.RENDER[object](row, house), record)
            entries.append(_rolled_back(delivery, object, row["id"], row["versions"] + 1, diff))
        restore.restore(object, delivery.id, house.zone, earlier)
        log.append(entries, now, history=delivery.history)
    return len(rows)


def _rolled_back(
    delivery: Delivery, object: str, id_: int, no: int, diff: dict[str, Any] | None
) -> Entry:
    return Entry(
        object=object,
        object_id=id_,
        no=no,
        kinds=[Kind.ROLLED_BACK],
        diff=diff,
        connection_id=delivery.connection_id,
        property_id=delivery.property_id,
        delivery_id=delivery.id,
    )
