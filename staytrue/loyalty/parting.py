"""Points after a guest was taken apart: who earned them has them, and who spent them owes them.

It settles from state, by who is whose guest now: where nothing is amiss it does nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from django.db import transaction

from staytrue.guests import links
from staytrue.guests.consequences import Consequence, Kind, Parting, also
from staytrue.kit.asking import ask
from staytrue.loyalty import ledger, moving, queries, versions
from staytrue.loyalty.ledger import Lot
from staytrue.loyalty.models import PointsEntry
from staytrue.loyalty.settling import ITSELF

# What was set aside for one guest's account out of lots that are another's now.
_ACROSS = """
  SELECT e.redemption_id, e.profile_id, e.property_id, e.lot_on, -sum(e.points), a.profile_id,
         k.guest_id, r.property_id, r.what
    FROM redemption r JOIN account a ON a.id = r.account_id
    JOIN link k ON k.profile_id = a.profile_id AND k.until_at IS NULL
    JOIN points_entry e ON e.redemption_id = r.id
    JOIN link l ON l.profile_id = e.profile_id AND l.until_at IS NULL
   WHERE l.guest_id <> k.guest_id AND r.id IN (
      SELECT o.redemption_id FROM points_entry o
       WHERE o.profile_id = ANY(%(ids)s) AND o.redemption_id IS NOT NULL
       UNION
      SELECT s.id FROM redemption s JOIN account b ON b.id = s.account_id
       WHERE b.profile_id = ANY(%(ids)s))
   GROUP BY e.redemption_id, e.profile_id, e.property_id, e.lot_on, a.profile_id, k.guest_id,
            r.property_id, r.what
  HAVING sum(e.points) < 0 ORDER BY 1, 2, 4"""


class _Across(NamedTuple):
    """So many points of another's lot, set aside for the account of `owner`."""

    redemption_id: int
    profile_id: int
    property_id: int
    lot_on: date
    points: int
    owner: int
    owner_guest: int
    hotel: int
    what: str


@transaction.atomic
def settle(profile_ids: Collection[int], now: datetime) -> int:
    """Give back what others spent of these people's points, or they of others'; how many entries.

    Whoever spent them pays from his own lots, and owes what he has not.
    """
    given = {"ids": sorted(profile_ids)}
    if not (found := _across(given)):
        return 0
    guests = set(links.guests_of({each.profile_id for each in found}).values())
    links.lock(guests | {each.owner_guest for each in found})
    back = _across(given)
    # All is given back before anybody pays, so that each pays with his oldest points.
    PointsEntry.objects.bulk_create(
        _entry(each, each.profile_id, each.property_id, each.lot_on, each.points, now)
        for each in back
    )
    written = len(back)
    for _, several in groupby(back, lambda each: each.redemption_id):
        mine = list(several)
        paid = _paid(mine[0], sum(each.points for each in mine), now)
        PointsEntry.objects.bulk_create(
            _entry(mine[0], lot.profile_id, mine[0].hotel, lot.on, -lot.left, now) for lot in paid
        )
        written += len(paid)
    return written


def _across(given: dict[str, list[int]]) -> list[_Across]:
    return [_Across(*row) for row in ask(_ACROSS, given)]


def _entry(
    of: _Across, profile_id: int, hotel: int, on: date, points: int, now: datetime
) -> PointsEntry:
    kind = ledger.Kind.RELEASE if points > 0 else ledger.Kind.HOLD
    return PointsEntry(
        profile_id=profile_id, property_id=hotel, kind=kind.value, points=points, lot_on=on, at=now,
        redemption_id=of.redemption_id, actor=ITSELF, reason=of.what,
    )  # fmt: skip


def _paid(of: _Across, points: int, now: datetime) -> list[Lot]:
    """From which of his own lots so many points come; a debt is a lot below nothing."""
    entries = moving.entries_of(links.profiles_of([of.owner_guest])[of.owner_guest])
    has = sum(lot.left for lot in ledger.lots(entries))
    lots = ledger.taken(entries, min(points, has)) or []
    if points > has:
        lots.append(Lot(now.date(), of.owner, points - has))
    return lots


def follows(parting: Parting) -> Iterator[Consequence]:
    """Who loses a tier, and who spent points that the other earned."""
    today = parting.now.date()
    version = versions.in_force(today)
    names = {each.key: each.name for each in version.ladder.tiers} if version else {}
    ladder = ["", *names]
    before = queries.tier_of(parting.before, version, today)
    for group in parting.groups:
        after = queries.tier_of(group, version, today)
        if ladder.index(after) < ladder.index(before) and _has_stayed(group):
            yield Consequence(Kind.TIER, group[0], parting.hotels.get(group[0]),
                              {"before": names[before], "after": names.get(after, "")})  # fmt: skip
    yield from _spent(parting)


def _has_stayed(profile_ids: Sequence[int]) -> bool:
    return any(entry.points for entry in moving.entries_of(profile_ids))


def _spent(parting: Parting) -> Iterator[Consequence]:
    of_group = {id_: place for place, ids in enumerate(parting.groups) for id_ in ids}
    rows = ask(
        """SELECT a.profile_id, e.profile_id, -sum(e.points) FROM redemption r
             JOIN account a ON a.id = r.account_id JOIN points_entry e ON e.redemption_id = r.id
            WHERE a.profile_id = ANY(%(ids)s) AND e.profile_id = ANY(%(ids)s)
            GROUP BY 1, 2 HAVING sum(e.points) < 0 ORDER BY 1, 2""",
        {"ids": list(parting.before)},
    )
    owed: dict[int, int] = defaultdict(int)
    for owner, earner, points in rows:
        if of_group[owner] != of_group[earner]:
            owed[owner] += int(points)
    for owner, points in owed.items():
        yield Consequence(Kind.POINTS, owner, parting.hotels.get(owner), {"count": points})


also(follows)
