"""What a delivery came to: differences into the log, absences, freshness, and the answer."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from staytrue.changes import log, rules
from staytrue.changes.log import PRIOR, Entry
from staytrue.connectors.base import Hint
from staytrue.flow import reactions, tails, telling
from staytrue.flow.live_translation import LiveSummary
from staytrue.flow.outcome import SHOWN, Outcome
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.hotel.records import Parked
from staytrue.hotel.rules import due_business_date
from staytrue.inbox import actions as inbox
from staytrue.inbox import wanted
from staytrue.inbox.models import Connection, Delivery
from staytrue.inbox.wanted import Want
from staytrue.kit.errors import Refused
from staytrue.mirror import actions as mirror
from staytrue.mirror import canonical, capability, queries
from staytrue.mirror.models import Freshness
from staytrue.mirror.preview import Preview
from staytrue.mirror.rules import Brake

if TYPE_CHECKING:
    from staytrue.flow.intake import Work

RENDER = {"reservation": canonical.reservation, "profile": canonical.profile}
Pair = tuple[dict[str, Any], dict[str, Any]]


def house_of(property_id: int) -> canonical.House:
    """A property's code and zone."""
    return _houses({property_id})[property_id]


def _houses(property_ids: Collection[int]) -> dict[int, canonical.House]:
    """Asked anew each time: one kept in memory would outlive a correction, or another home's."""
    found = Property.objects.filter(id__in=property_ids).values_list("id", "code", "timezone")
    return {id: canonical.House(code, zone) for id, code, zone in found}


def entries(object: str, pairs: Iterable[Pair]) -> list[Entry]:
    """Log entries of rows that differ; a row that only got a newer mark has none."""
    pairs = list(pairs)
    houses = _houses({now["property_id"] for _, now in pairs})
    made = (_entry(object, was, now, houses[now["property_id"]]) for was, now in pairs)
    return [found for found in made if found is not None]


def _entry(
    object: str, was: dict[str, Any], now: dict[str, Any], house: canonical.House
) -> Entry | None:
    """One log entry from a row before and after, or nothing where nothing differs."""
    render = RENDER[object]
    before, after = render(was, house), render(now, house)
    diff = canonical.difference(before, after)
    if not diff:
        return None
    if object == "reservation":
        kinds = rules.reservation_kinds(diff, before, after)
    else:
        kinds = rules.profile_kinds(diff)
    found = Entry(
        object=object,
        object_id=now["id"],
        no=now["versions"],
        kinds=kinds,
        diff=diff,
        source_at=now["version_at"],
        connection_id=now["connection_id"],
        property_id=now["property_id"],
        prior={name: was[name] for name in PRIOR},
        delivery_id=now["delivery_id"],
        line=now["line"],
    )
    # A version that stood still dates what was there before: of this change nobody told the instant.
    return found if now["version_at"] != was["version_at"] else replace(found, source_at=None)


def note_silent(
    delivery: Delivery, object: str, pairs: Iterable[Pair], made: Iterable[Entry], now: datetime
) -> None:
    """Note the fields that the PMS changed without moving its record's version (FEATURES B03)."""
    diffs = {found.object_id: found.diff or {} for found in made}
    fields = [
        field
        for was, after in pairs
        for field in capability.silent_fields(was, after, diffs.get(after["id"], {}))
    ]
    if fields:
        capability.note_silent(delivery.connection_id, delivery.property_id, object, fields, now)


def own_entries(
    pairs: Iterable[Pair], source_at: datetime, delivery_id: int | None = None
) -> list[Entry]:
    """Entries of what we concluded ourselves (sight, inference): no line of a delivery says it."""
    return [
        replace(found, source_at=source_at, prior=None, delivery_id=delivery_id, line=None)
        for found in entries("reservation", pairs)
    ]


def is_complete(work: Work) -> bool:
    """Whether absence means anything here: a complete walk that no newer one has overtaken."""
    if work.scope.kind == "delta" or work.delivery.history:
        return False
    known = Freshness.objects.filter(connection=work.link, object=work.mapping.object).first()
    return not (known and known.walked_at and known.walked_at > work.made_at)


def missing(work: Work) -> list[tuple[int, str, bool]]:
    """Stays this complete walk should have shown and did not: (id, key, whether still to come).

    One that stands in it but could not be understood is parked, not missing.
    """
    parked = {part.key for _, part in work.summary.parked}
    unseen = set(array("q", work.summary.unseen or b""))
    # Of a live walk everything was read, so whatever is not staged was not in it.
    is_all_unseen = work.summary.unseen is None
    expected = queries.expected(
        work.link.id,
        work.delivery.id,
        today=work.made_on,
        first=work.scope.first,
        last=work.scope.last,
    )
    return [
        (id_, key, coming)
        for id_, raw_hash, key, coming in expected
        if (is_all_unseen or raw_hash in unseen) and key not in parked
    ]


def seen_again(work: Work) -> list[int]:
    """Stays that were out of sight and stand in this delivery."""
    unseen = set(array("q", work.summary.unseen or b""))
    hidden = queries.out_of_sight(work.link.id)
    staged = queries.staged_keys(work.delivery.id, [number for _, _, number, _ in hidden])
    known_again = bool(work.summary.known)
    return [
        id_
        for id_, raw_hash, number, leg in hidden
        if (number, leg) in staged or (known_again and raw_hash not in unseen)
    ]


def finish(work: Work) -> Outcome:
    """The last transaction of a delivery: absences, parked parts, freshness, and its state."""
    delivery, now = work.delivery, work.now
    with scope.everything():
        if work.resumed:
            # The first half was merged by a process that is gone.
            delivery.counts = log.counted_in(delivery.id)
        lost = _settle_sight(work) if work.mapping.object == "reservation" else 0
        _settle_parked(work)
        if work.scope.kind != "delta" or not work.is_live:
            _tell_freshness(work)
        if isinstance(work.summary, LiveSummary):
            want_more(work.link, work.summary.hints, delivery.id, now)
        outcome = _outcome(work, lost)
        inbox.settle(
            delivery,
            Delivery.State.APPLIED,
            now,
            counts=delivery.counts | _counted(outcome),
            findings=work.summary.findings[:SHOWN],
            source_ids=work.summary.ids,
            seconds=outcome.seconds,
        )
        if work.mapping.labels:
            telling.keep_labels(work.link.property_id, work.mapping.labels)
        open_business_date(work)
        reactions.raise_screens([work.link.property_id])
    return outcome


def _tell_freshness(work: Work) -> None:
    mirror.tell_freshness(
        work.link.id,
        work.mapping.object,
        property_id=work.link.property_id,
        # A reading may be dated a little ahead to keep its order; nothing is true in the future.
        true_through=min(work.made_at, work.now) if work.is_live else work.made_at,
        now=work.now,
        delivery_id=work.delivery.id,
        scope="delta" if work.delivery.history else work.scope.kind,
        walked=(work.scope.first, work.scope.last),
    )


def want_more(link: Connection, hints: Sequence[Hint], delivery_id: int, now: datetime) -> None:
    """Ask for what a live delivery hinted at, and for guests nobody has read yet."""
    strangers = [Want("profile", id_) for id_ in queries.strangers(link.id, delivery_id)]
    wanted.want(link, [*(Want(h.entity, h.id, h.facts) for h in hints), *strangers], now)


def open_business_date(work: Work) -> None:
    """A property's first delivery tells its business date; from then on the day close moves it."""
    for house in Property.objects.filter(id=work.link.property_id, business_date=None):
        zone = ZoneInfo(house.timezone)
        house.business_date = due_business_date(work.made_at, zone, house.day_close_at)
        house.save(update_fields=["business_date"])


def _settle_sight(work: Work) -> int:
    back = own_entries(mirror.regain_sight(seen_again(work)), work.made_at, work.delivery.id)
    gone: list[Entry] = []
    if is_complete(work):
        ids = [id_ for id_, _, _ in missing(work)]
        tails.keep(work)
        cause = "missing" if work.scope.kind == "full" else "window"
        seen_on = queries.last_walk_on(work.link.id, work.link.property.timezone)
        pairs = mirror.lose_sight(ids, cause, work.made_at, seen_on)
        gone = own_entries(pairs, work.made_at, work.delivery.id)
    log.append([*back, *gone], work.now)
    reactions.wake([*back, *gone], work.now)
    return len(gone)


def lose_sight(ids: Collection[int], now: datetime) -> None:
    """A living PMS does not show these any more, asked again and again: no cancellation."""
    entries = own_entries(mirror.lose_sight(ids, "missing", now, None), now)
    log.append(entries, now)
    reactions.wake(entries, now)


def _settle_parked(work: Work) -> None:
    parts = work.summary.parked
    inbox.park(work.delivery, parts, work.now)
    inbox.solve_staged(work.delivery, work.now)
    # Nobody knows whether what was not understood lies in a window: its absence there tells nothing.
    if work.scope.kind == "full" and is_complete(work):
        inbox.solve_unseen(work.delivery, work.now)


_COUNTED = (
    "read",
    "created",
    "changed",
    "unchanged",
    "skipped",
    "parked_count",
    "finding_count",
    "out_of_sight",
)


def _counted(outcome: Outcome) -> dict[str, Any]:
    return {name: getattr(outcome, name) for name in _COUNTED} | {
        "findings_by_code": dict(Counter(f["code"] for f in outcome.findings))
    }


def _outcome(work: Work, lost: int) -> Outcome:
    summary, counts = work.summary, work.delivery.counts
    main = counts.get(work.mapping.object) or {"created": 0, "changed": 0}
    profiles = {} if work.mapping.object == "profile" else counts.get("profile", {})
    taken = summary.read - summary.skipped - summary.parked_count
    return Outcome(
        read=summary.read,
        created=main["created"],
        changed=main["changed"],
        unchanged=max(0, taken - main["created"] - main["changed"]),
        skipped=summary.skipped,
        parked=shown_parts(summary.parked),
        parked_count=summary.parked_count,
        findings=summary.findings,
        finding_count=summary.finding_count,
        out_of_sight=lost,
        profiles=profiles,
        delivery=work.delivery.id or None,
    )


def shown_parts(parked: list[tuple[int, Parked]]) -> list[dict[str, Any]]:
    """Parked parts as an answer lists them."""
    return [
        {"line": part.line, "reason": part.reason, "code": part.code, "key": part.key}
        for _, part in parked[:SHOWN]
    ]


def preview(work: Work, found: Preview, brake: Brake | None) -> Outcome:
    """What an import would come to; a brake it would meet is told, with all the counts."""
    outcome = _outcome(work, 0)
    outcome.created, outcome.changed, outcome.delivery = found.created, found.changed, None
    taken = outcome.read - outcome.skipped - outcome.parked_count
    outcome.unchanged = max(0, taken - found.created - found.changed - found.repeated)
    outcome.rehearsal = {"repeated": found.repeated, "same_person": found.same_person}
    if brake:
        outcome.refused, outcome.code, outcome.held = brake.sentence, brake.code, True
    return outcome


def hold(work: Work, brake: Brake) -> Outcome:
    """The whole delivery waits for a person; nothing of it has reached the mirror."""
    with scope.everything():
        inbox.settle(
            work.delivery,
            Delivery.State.HELD,
            work.now,
            reason_code=brake.code,
            reason=brake.sentence,
            reason_facts=brake.facts,
            counts={"read": work.summary.read, "parked_count": work.summary.parked_count},
        )
        reactions.tell_held(work.link, work.delivery, work.now)
    outcome = _outcome(work, 0)
    outcome.created = outcome.changed = outcome.unchanged = 0
    outcome.refused, outcome.code, outcome.held = brake.sentence, brake.code, True
    return outcome


def refuse(delivery: Delivery, refusal: Refused, now: datetime) -> None:
    """The delivery could not be opened: its state says why."""
    if delivery.state != Delivery.State.APPLIED:
        inbox.settle(
            delivery,
            Delivery.State.REFUSED,
            now,
            reason_code=refusal.code,
            reason=refusal.sentence,
            reason_facts=refusal.facts,
        )


def seen_before(delivery: Delivery) -> Outcome:
    """The same bytes came before: nothing changes, and the first answer stands."""
    outcome = Outcome(delivery=delivery.id, seen_before=True)
    if delivery.state == Delivery.State.APPLIED:
        outcome.read = outcome.unchanged = delivery.counts.get("read", 0)
        outcome.parked_count = delivery.counts.get("parked_count", 0)
        outcome.unchanged -= outcome.parked_count + delivery.counts.get("skipped", 0)
    else:
        outcome.refused, outcome.code = delivery.reason, delivery.reason_code
        outcome.held = delivery.state == Delivery.State.HELD
    return outcome
