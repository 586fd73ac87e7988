"""Check-outs of past days, run by hand: what it would do, then the doing, with a report that adds up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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
_PIECE = 2_000
# A check-out may be posted some days beside the booked departure.
_AROUND = timedelta(days=31)


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
        found = list(considering.preview(_pieces(list(stays))))
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


def run(
    access: Access,
    days: Days,
    now: datetime,
    then: Then = lambda _ids, _now: {},
    reason: str = "",
) -> CheckOutRun:
    """Consider every check-out of these days; `then` is called with each piece."""
    _require(access, days)
    with scope.everything(), audit.acting(access.actor, now, reason):
        stays = _stays(days)
        made = CheckOutRun.objects.create(
            first=days.first, last=days.last, property_ids=list(days.property_ids),
            actor=access.actor, at=now, stays=len(stays),
        )  # fmt: skip
        told: Counter[str] = Counter()
        for ids in _pieces(list(stays)):
            done = considering.consider(ids, now, actor=access.actor, run_id=made.pk, is_asked=True)
            lines = _lines(made, [stays[id_] for id_ in ids], done, then(ids, now))
            told.update(line.outcome for line in lines)
            CheckOutLine.objects.bulk_create(lines)
        made.counts = dict(told)
        made.save(update_fields=["counts"])
    return made


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
              AND departure_on BETWEEN %s AND %s ORDER BY id""",
        [list(days.property_ids), days.first - _AROUND, days.last + _AROUND],
    )
    found = [id_ for (id_,) in rows]
    return {
        each.id: each
        for ids in _pieces(found)
        for each in considering.found(ids)
        if days.first <= each.left_on <= days.last
    }


def _pieces(found: Sequence[int]) -> list[Sequence[int]]:
    return [found[at : at + _PIECE] for at in range(0, len(found), _PIECE)]
