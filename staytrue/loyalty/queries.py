"""The programme as people read it: a member's points, what each came from, and what is owed to all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate

from django.db.models import Sum

from staytrue.guests.accounts import queries as accounts
from staytrue.guests.accounts.queries import Held
from staytrue.guests.models import Account
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit.asking import ask_all
from staytrue.loyalty import ending, ledger, modules, moving, tiers, versions
from staytrue.loyalty.ledger import Kind
from staytrue.loyalty.models import CountedStay, PointsEntry, Redemption
from staytrue.loyalty.tiers import Earned
from staytrue.loyalty.versions import Version
from staytrue.staff.access import Access, require

READ = "loyalty.read"


@dataclass(frozen=True)
class Points:
    """What a member has; `held` is set aside already, `ends` is when the oldest points end."""

    balance: int
    held: int
    tier_key: str
    tier_name: str
    ends: tuple[date, int] | None


@dataclass(frozen=True)
class Member:
    """A guest in the CRM's own list; without points where there is no programme, or no right."""

    account: Account
    guest_id: int
    points: Points | None


@dataclass(frozen=True)
class Line:
    """One entry with the balance after it; a hotel that is not one's own is not named."""

    at: datetime
    kind: str
    points: int
    balance: int
    hotel: str
    reservation_id: int | None
    lot_on: date
    reason: str
    actor: str


def member(access: Access, guest_id: int, today: date) -> Member | None:
    """A guest's account with what he has; none where he is not in the list."""
    with scope.everything():
        held = accounts.of_guest(guest_id)
        if held is None:
            return None
        if not (access.may_anywhere(READ) and modules.is_on()):
            return Member(held.account, guest_id, None)
        return Member(held.account, guest_id, points_of(held, today))


def points_of(held: Held, today: date) -> Points:
    """What this member has on a day."""
    version = versions.in_force(today)
    entries = moving.entries_of(held.profile_ids)
    tier = tier_of(held.profile_ids, version, today)
    names = {each.key: each.name for each in version.ladder.tiers} if version else {}
    aside = PointsEntry.objects.filter(
        redemption_id__in=Redemption.objects.filter(
            state=Redemption.State.HELD,
            pk__in=PointsEntry.objects.filter(
                profile_id__in=held.profile_ids, redemption_id__isnull=False
            ).values("redemption_id"),
        ).values("pk"),
        profile_id__in=held.profile_ids,
    ).aggregate(points=Sum("points"))["points"]
    return Points(
        ledger.balance(entries), -(aside or 0), tier, names.get(tier, ""),
        _ends(ledger.lots(entries), version),
    )  # fmt: skip


def tier_of(profile_ids: Collection[int], version: Version | None, today: date) -> str:
    """The tier to which a guest's stays carry him."""
    if version is None:
        return ""
    rows = CountedStay.objects.filter(profile_id__in=list(profile_ids)).values_list(
        "left_on", "nights", "spend", "points"
    )
    earned = [Earned(on, nights, 1, spend, points) for on, nights, spend, points in rows]
    return tiers.tier_on(today, earned, version.ladder)


def _ends(left: list[ledger.Lot], version: Version | None) -> tuple[date, int] | None:
    """When the oldest month of points ends, and how many these are."""
    if version is None or version.expires_after is None or not left:
        return None
    ends = [ending.ends_on(lot.on, version.expires_after) for lot in left]
    return ends[0], sum(lot.left for lot, on in zip(left, ends, strict=True) if on == ends[0])


def entries(access: Access, guest_id: int, limit: int = 100) -> list[Line]:
    """The last entries of a member, the newest first, each with the balance it left."""
    require(access, READ)
    mine = access.where(READ)
    with scope.everything():
        held = accounts.of_guest(guest_id)
        if held is None:
            return []
        rows = list(
            PointsEntry.objects.filter(profile_id__in=held.profile_ids).order_by("at", "id")
        )
        codes = dict(Property.objects.filter(pk__in=mine).values_list("pk", "code"))
    sums = accumulate(row.points for row in rows)
    lines = [
        Line(
            row.at, row.kind, row.points, balance, codes.get(row.property_id, ""),
            row.reservation_id if row.property_id in mine else None, row.lot_on, row.reason,
            row.actor,
        )
        for row, balance in zip(rows, sums, strict=True)
    ]  # fmt: skip
    return lines[: -limit - 1 : -1]


def redemptions(access: Access, guest_id: int) -> list[Redemption]:
    """What a member's points were set aside for, the newest first."""
    require(access, READ)
    with scope.everything():
        held = accounts.of_guest(guest_id)
        ids = PointsEntry.objects.filter(
            profile_id__in=held.profile_ids if held else (), kind=Kind.HOLD.value
        ).values("redemption_id")
        return list(Redemption.objects.filter(pk__in=ids).order_by("-pk"))


def stays(access: Access, guest_id: int, limit: int = 50) -> list[CountedStay]:
    """What a member's stays at one's own hotels earned, and from what, the newest first."""
    require(access, READ)
    with scope.everything():
        held = accounts.of_guest(guest_id)
        rows = CountedStay.objects.filter(
            profile_id__in=held.profile_ids if held else (), property_id__in=access.where(READ)
        )
        return list(rows.order_by("-left_on", "-pk")[:limit])


@dataclass(frozen=True)
class Month:
    """What came and went in one month, and what is owed at its end: `taken` and `ended` are minus."""

    month: date
    given: int
    taken: int
    ended: int
    outstanding: int


_TAKEN = frozenset({Kind.HOLD, Kind.RELEASE})


def liability(access: Access) -> list[Month]:
    """What the group owes its members month by month, the oldest first."""
    require(access, READ)
    sums: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    with scope.everything():
        rows = ask_all(
            """SELECT date_trunc('month', at AT TIME ZONE 'UTC')::date, kind, sum(points)
                 FROM points_entry GROUP BY 1, 2""",
        )
    for month, kind, points in rows:
        heap = "taken" if kind in _TAKEN else "ended" if kind == Kind.EXPIRY else "given"
        sums[month][heap] += int(points)
    told, outstanding = [], 0
    for month, each in sorted(sums.items()):
        outstanding += sum(each.values())
        told.append(Month(month, each["given"], each["taken"], each["ended"], outstanding))
    return told


def owed_by_year(access: Access) -> dict[int, int]:
    """What is owed now by the year it was earned in."""
    require(access, READ)
    with scope.everything():
        rows = ask_all(
            """SELECT extract(year FROM lot_on)::int, sum(points) FROM points_entry
                GROUP BY 1 HAVING sum(points) <> 0 ORDER BY 1"""
        )
    return {year: int(points) for year, points in rows}
