"""Check-outs as people look at them: those that wait, those of a kind with the reason, and runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet, Sum

from staytrue.guests.accounts.considering import Considered
from staytrue.guests.accounts.rules import Outcome
from staytrue.guests.accounts.runs import RUN
from staytrue.guests.models import CheckOut, CheckOutLine, CheckOutRun
from staytrue.guests.side_by_side import names
from staytrue.kit.errors import Forbidden
from staytrue.mirror.models import Profile, Reservation
from staytrue.staff.access import Access, visible_to

LINES = 100
RUNS = 20


@dataclass(frozen=True)
class Line:
    """One check-out with its guest's name and what became of it, or would."""

    id: int
    reservation_id: int
    number: str
    hotel: str
    left_on: date
    outcome: str
    why: str
    word: str
    profile_id: int | None
    name: str
    account_id: int | None


def waiting(access: Access) -> dict[int, int]:
    """Hotel → how many of its check-outs wait for its configuration."""
    rows = visible_to(access, CheckOut.objects.filter(outcome=Outcome.BLOCKED), RUN)
    return dict(rows.values_list("property_id").annotate(Count("pk")))


def counts(access: Access, first: date, last: date) -> dict[str, int]:
    """What became of the check-outs of these days, by outcome."""
    rows = visible_to(access, CheckOut.objects.filter(left_on__range=(first, last)), RUN)
    return dict(rows.values_list("outcome").annotate(Count("pk")))


def of_outcome(
    access: Access,
    outcome: str,
    days: tuple[date, date] | None = None,
    hotel_id: int | None = None,
    before: int | None = None,
) -> list[Line]:
    """The newest check-outs with this outcome, one more than a page holds if there are more."""
    rows = visible_to(access, CheckOut.objects.filter(outcome=outcome), RUN)
    if days:
        rows = rows.filter(left_on__range=days)
    if hotel_id:
        rows = rows.filter(property_id=hotel_id)
    return _page(access, rows, before)


def runs(access: Access) -> list[CheckOutRun]:
    """The last runs by hand of hotels that he may run."""
    mine = access.where(RUN)
    found = CheckOutRun.objects.filter(property_ids__contained_by=sorted(mine))
    return list(found.order_by("-pk")[:RUNS])


def run(access: Access, pk: int) -> CheckOutRun:
    """One run, if all its hotels are his."""
    found = CheckOutRun.objects.filter(pk=pk).first()
    if found is None or not access.where(RUN).issuperset(found.property_ids):
        raise Forbidden("There is no such run among those you may see.", "not_visible",
                        object=f"checkout_run:pk={pk}", right=RUN)  # fmt: skip
    return found


def of_run(
    access: Access, made: CheckOutRun, outcome: str = "", before: int | None = None
) -> list[Line]:
    """What a run found, line by line."""
    rows = visible_to(access, CheckOutLine.objects.filter(run=made), RUN)
    if outcome:
        rows = rows.filter(outcome=outcome)
    return _page(access, rows, before)


@dataclass(frozen=True)
class Tally:
    """So many stays of a run for one reason; `points` that they were given."""

    outcome: str
    why: str
    word: str
    stays: int
    points: int = 0


@dataclass(frozen=True)
class Report:
    """A run by what became of its stays and why, and by what they were given; each adds up.

    `given` counts the stays for which there was a programme; its `outcome` says nothing.
    """

    run: CheckOutRun
    rows: tuple[Tally, ...]
    given: tuple[Tally, ...]


def report(made: CheckOutRun) -> Report:
    """What became of each check-out of a run's days."""
    lines = CheckOutLine.objects.filter(run=made)
    rows = lines.values_list("outcome", "why", "word").annotate(Count("pk")).order_by(
        "outcome", "why", "word"
    )  # fmt: skip
    given = (
        lines.filter(points__isnull=False)
        .values_list("points_why")
        .annotate(Count("pk"), Sum("points"))
        .order_by("points_why")
    )
    return Report(
        made,
        tuple(Tally(*row) for row in rows),
        tuple(Tally("", why, "", stays, points) for why, stays, points in given),
    )


def of_guest(access: Access, profile_ids: Collection[int]) -> list[Line]:
    """What became of the check-outs of one guest, the newest first."""
    rows = visible_to(access, CheckOut.objects.filter(profile_id__in=list(profile_ids)))
    return _page(access, rows, None)


def foreseen(access: Access, found: Iterable[Considered]) -> list[Line]:
    """What a preview says of these stays, with their guests; as many as a page holds."""
    told = {each.reservation_id: each for each in list(found)[:LINES]}
    rows = Reservation.objects.filter(pk__in=told).select_related("property")
    profiles = _guests_of(rows)
    called = names(access, [each for each in profiles.values() if each])
    return [
        Line(
            row.pk, row.pk, row.number, row.property.code, row.departure_on,
            told[row.pk].outcome.value, told[row.pk].why, told[row.pk].word, profiles[row.pk],
            called.get(profiles[row.pk] or 0, ""), told[row.pk].account_id,
        )
        for row in sorted(rows, key=lambda row: (row.departure_on, row.pk))
    ]  # fmt: skip


def _guests_of(rows: Iterable[Reservation]) -> dict[int, int | None]:
    """Stay → the profile of its main guest."""
    rows = list(rows)
    found = {
        (link, source): pk
        for pk, link, source in Profile.objects.filter(
            connection_id__in={row.connection_id for row in rows},
            source_id__in={row.primary_profile for row in rows if row.primary_profile},
        ).values_list("pk", "connection_id", "source_id")
    }
    return {row.pk: found.get((row.connection_id, row.primary_profile or "")) for row in rows}


def _page(access: Access, rows: QuerySet[Any], before: int | None) -> list[Line]:
    if before:
        rows = rows.filter(pk__lt=before)
    shown = list(rows.select_related("property").order_by("-pk")[: LINES + 1])
    numbers = dict(
        Reservation.objects.filter(pk__in=[row.reservation_id for row in shown])
        .values_list("pk", "number")
    )  # fmt: skip
    called = names(access, [row.profile_id for row in shown if row.profile_id])
    return [
        Line(
            row.pk, row.reservation_id, numbers.get(row.reservation_id, ""), row.property.code,
            row.left_on, row.outcome, row.why, row.word, row.profile_id,
            called.get(row.profile_id or 0, ""), row.account_id,
        )
        for row in shown
    ]  # fmt: skip
