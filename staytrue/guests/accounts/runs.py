"""Check-outs of past days, run by hand: what it would do, then the doing, with a report that adds up.

A run goes on piece by piece, each a transaction: killed, it is carried on where it was. Its lines say
what is done, so that two who carry on one run share it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from staytrue.guests.accounts import considering
from staytrue.guests.accounts.considering import Considered, Found
from staytrue.guests.models import CheckOutLine, CheckOutRun
from staytrue.hotel import scope
from staytrue.kit.asking import ask_all
from staytrue.kit.errors import Refused
from staytrue.staff import audit
from staytrue.staff.access import Access, require

RUN = "checkout.run"
ALREADY = "already"
"""Considered before: it has its outcome for good."""
UNRECOGNISED = "unrecognised"
"""Nobody knows yet whose guest it is; the safety pass comes back to it."""
_PIECE, _STEP = 2_000, 250
"""How many are looked at together, and how many done: whoever waits sees that it goes on."""
# A check-out may be posted some days beside the booked departure.
_AROUND = timedelta(days=31)
# A hotel's day is another than that of Greenwich, by its zone and by the hour it closes its day.
_OFF = timedelta(days=2)


@dataclass(frozen=True)
class Days:
    """The hotel's days of a run, both included, and its hotels."""

    first: date
    last: date
    property_ids: tuple[int, ...]


def preview(access: Access, days: Days) -> Counter[str]:
    """What a run would do, by outcome; nothing is written."""
    return foreseen(access, days)[0]


def foreseen(access: Access, days: Days) -> tuple[Counter[str], list[Considered]]:
    """What a run would do: by outcome, and stay by stay but for those considered before."""
    _require(access, days)
    with scope.everything():
        stays = _stays(days)
        found = list(considering.preview(_pieces(list(stays), _PIECE)))
    told = Counter(each.outcome.value for each in found)
    done = {each.reservation_id for each in found}
    told.update(_left_alone(each) for id_, each in stays.items() if id_ not in done)
    return told, found


@dataclass(frozen=True)
class Given:
    """The points that a run gave for a stay; where none, why."""

    points: int
    why: str = ""


Then = Callable[[Collection[int], datetime], Mapping[int, Given]]
"""What follows for each piece of a run: what its stays were given."""


def ask(access: Access, days: Days, now: datetime, reason: str = "") -> CheckOutRun:
    """Note a run of these days, which `carry_on` does; how many stays it will look at is told."""
    _require(access, days)
    with scope.everything(), audit.acting(access.actor, now, reason):
        return CheckOutRun.objects.create(
            first=days.first, last=days.last, property_ids=list(days.property_ids),
            actor=access.actor, at=now, reason=reason, stays=len(_stays(days)),
        )  # fmt: skip


def waiting() -> list[CheckOutRun]:
    """The runs that have not ended, the first asked for first."""
    with scope.everything():
        return list(CheckOutRun.objects.filter(ended_at=None).order_by("pk"))


def carry_on(made: CheckOutRun, now: datetime, then: Then = lambda _ids, _now: {}) -> CheckOutRun:
    """Consider every check-out that a run has left; `then` is called with each piece."""
    days = Days(made.first, made.last, tuple(made.property_ids))
    with scope.everything():
        stays = _stays(days)
    for ids in _pieces(list(stays), _STEP):
        with _held(made.pk, now) as held:
            if held.ended_at:
                return held
            before = CheckOutLine.objects.filter(run=held, reservation_id__in=ids)
            done = set(before.values_list("reservation_id", flat=True))
            _take(held, [stays[id_] for id_ in ids if id_ not in done], now, then)
    with _held(made.pk, now) as held:
        if held.ended_at is None:
            held.stays, held.ended_at = held.done, now
            held.save(update_fields=["stays", "ended_at"])
    return held


@contextmanager
def _held(run_id: int, now: datetime) -> Iterator[CheckOutRun]:
    """The run, which nobody else carries on meanwhile, in the name of whoever asked for it."""
    with scope.everything():
        held = CheckOutRun.objects.select_for_update().get(pk=run_id)
        with audit.acting(held.actor, now, held.reason):
            yield held


def _take(held: CheckOutRun, stays: Sequence[Found], now: datetime, then: Then) -> None:
    """A piece of a run, with its lines."""
    ids = [stay.id for stay in stays]
    done = considering.consider(
        ids, now, actor=held.actor, run_id=held.pk, is_asked=True, reason=held.reason
    )
    lines = CheckOutLine.objects.bulk_create(_lines(held, stays, done, then(ids, now)))
    held.counts = dict(Counter(held.counts) + Counter(line.outcome for line in lines))
    held.done += len(lines)
    held.save(update_fields=["counts", "done"])


def _lines(
    made: CheckOutRun,
    stays: Iterable[Found],
    done: Iterable[Considered],
    given: Mapping[int, Given],
) -> list[CheckOutLine]:
    told = {each.reservation_id: each for each in done}
    rows = []
    for stay in stays:
        each, points = told.get(stay.id), given.get(stay.id)
        rows.append(
            CheckOutLine(
                run=made, reservation_id=stay.id, property_id=stay.property_id,
                left_on=stay.left_on, outcome=each.outcome if each else _left_alone(stay),
                why=each.why if each else "", word=each.word if each else "",
                profile_id=stay.profile_id, account_id=each.account_id if each else None,
                points=points.points if points else None, points_why=points.why if points else "",
            )
        )  # fmt: skip
    return rows


def _left_alone(stay: Found) -> str:
    return UNRECOGNISED if stay.stay.is_of_person and stay.guest_id is None else ALREADY


def _require(access: Access, days: Days) -> None:
    for id_ in days.property_ids:
        require(access, RUN, id_)
    if days.last < days.first:
        raise Refused("The range ends before it begins. Exchange its dates.", "range_reversed")


def _stays(days: Days) -> dict[int, Found]:
    """The stays that were checked out on these days of their hotels."""
    rows = ask_all(
        """SELECT id FROM reservation
            WHERE property_id = ANY(%s) AND status = 'checked_out'
              AND departure_on BETWEEN %s AND %s
              AND (coalesce(checked_out_at AT TIME ZONE 'UTC', departure_on)::date
                   BETWEEN %s AND %s) ORDER BY id""",
        [
            list(days.property_ids),
            days.first - _AROUND,
            days.last + _AROUND,
            days.first - _OFF,
            days.last + _OFF,
        ],
    )
    found = [id_ for (id_,) in rows]
    return {
        each.id: each
        for ids in _pieces(found, _PIECE)
        for each in considering.found(ids)
        if days.first <= each.left_on <= days.last
    }


def _pieces(found: Sequence[int], size: int) -> list[Sequence[int]]:
    return [found[at : at + size] for at in range(0, len(found), size)]
