"""What a member has, for those who ask without knowing of a programme: conditions and letters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from staytrue.guests.accounts.programme import Membership, Where, told_by
from staytrue.hotel import scope
from staytrue.kit.asking import ask
from staytrue.loyalty import modules, tiers, versions
from staytrue.loyalty.tiers import Earned

# All profiles of each one's guest, if he is in the list.
_OF_MEMBERS = """
  SELECT m.profile_id, l.profile_id FROM link m
    JOIN link l ON l.guest_id = m.guest_id AND l.until_at IS NULL
   WHERE m.profile_id = ANY(%s) AND m.until_at IS NULL AND EXISTS (
     SELECT FROM link k JOIN account a ON a.profile_id = k.profile_id
      WHERE k.guest_id = m.guest_id AND k.until_at IS NULL)"""
_POINTS = """
  SELECT profile_id, sum(points) FROM points_entry WHERE profile_id = ANY(%s)
   GROUP BY profile_id"""
_EARNED = """
  SELECT profile_id, left_on, nights, 1, spend, points FROM counted_stay
   WHERE profile_id = ANY(%s)"""


def of_members(asked: Collection[Where], today: date) -> dict[Where, Membership]:
    """What these have on a day; nothing at a hotel where the programme is off."""
    with scope.everything():
        hotels = modules.hotels_on()
        wanted = [each for each in asked if each[0] in hotels]
        if not wanted:
            return {}
        mine: dict[int, list[int]] = defaultdict(list)
        for profile, his in ask(_OF_MEMBERS, [sorted({profile for _, profile in wanted})]):
            mine[profile].append(his)
        ids = sorted({each for several in mine.values() for each in several})
        points = dict(ask(_POINTS, [ids]))
        earned: dict[int, list[Earned]] = defaultdict(list)
        for profile, *facts in ask(_EARNED, [ids]):
            earned[profile].append(Earned(*facts))
        version = versions.in_force(today)
    names = {each.key: each.name for each in version.ladder.tiers} if version else {}
    found = {}
    for profile, his in mine.items():
        stays = [stay for each in his for stay in earned[each]]
        tier = tiers.tier_on(today, stays, version.ladder) if version else ""
        sums = sum(int(points.get(each, 0)) for each in his)
        found[profile] = Membership(tier, names.get(tier, ""), sums)
    return {each: found[each[1]] for each in wanted if each[1] in found}


told_by(of_members)
