"""What a draft of terms would do to real past stays: points, tiers, and what the house would owe.

It awards check-outs that happened by the very rule that awards them for real, and writes nothing
but its figures. Few stays are counted at once; many by the worker, and whoever waits sees how far.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from staytrue.hotel import scope
from staytrue.kit import collecting
from staytrue.kit.asking import ask_all
from staytrue.kit.errors import Forbidden, Refused
from staytrue.loyalty import ending, modules, settling, tiers, versions
from staytrue.loyalty.facts import ZERO
from staytrue.loyalty.models import TrialOfTerms
from staytrue.loyalty.modules import MANAGE
from staytrue.loyalty.rules import award_for, spent
from staytrue.loyalty.settling import Past
from staytrue.loyalty.terms import Base, Rooms, Terms, from_stored, stored
from staytrue.loyalty.tiers import Ladder, Measure
from staytrue.staff.access import Access, require_everywhere

AT_ONCE = 5_000
_PIECE = 100_000
"""Each piece reads links and counted stays anew: few large ones cost a fraction of many."""
_BASES = tuple(Base)


def ask(access: Access, first: date, last: date, now: datetime) -> TrialOfTerms:
    """Count what the draft would have given for check-outs of these days, now or by the worker."""
    require_everywhere(access, MANAGE)
    if last < first:
        raise Refused("The range ends before it begins. Exchange its dates.", "range_reversed")
    with scope.everything():
        draft = versions.draft()
        if draft is None:
            raise Refused("There is no draft to try. Write one first.", "no_draft")
        kept = {
            "terms": stored(draft.terms),
            "ladder": tiers.stored(draft.ladder),
            "expires_after": draft.expires_after,
        }
        made = TrialOfTerms.objects.create(
            number=draft.number, draft=kept, first=first, last=last, asked_by=access.actor,
            asked_at=now, total=len(_ids(first, last)),
        )  # fmt: skip
        if made.total <= AT_ONCE:
            count(made, now)
    return made


def latest() -> TrialOfTerms | None:
    """The one asked for last, ended or not."""
    return TrialOfTerms.objects.order_by("-pk").first()


def one(access: Access, pk: int) -> TrialOfTerms:
    """A dry run by its number."""
    require_everywhere(access, MANAGE)
    found = TrialOfTerms.objects.filter(pk=pk).first()
    if found is None:
        raise Forbidden("There is no such dry run.", "not_visible", object=f"terms_trial:pk={pk}")
    return found


def count_waiting(now: datetime) -> int:
    """Count what somebody waits for; how many that were."""
    with scope.everything():
        waiting = list(TrialOfTerms.objects.filter(ended_at=None).order_by("pk"))
    for made in waiting:
        count(made, now)
    return len(waiting)


@dataclass
class Result:
    """The figures over a range of check-outs, beside what these have now.

    `moves` are [tier now, tier by the draft, guests], `tiers` the guests of each now and then;
    `ended` are the points that end at once, because the draft lets them last for so long only.
    """

    stays: int = 0
    given: int = 0
    points: int = 0
    ended: int = 0
    outstanding: int = 0
    outstanding_after: int = 0
    nothing: Counter[str] = field(default_factory=Counter)
    moves: list[list[str | int]] = field(default_factory=list)
    tiers: dict[str, list[int]] = field(default_factory=dict)


def count(made: TrialOfTerms, now: datetime) -> None:
    """Count this one through: a transaction for each piece."""
    terms, ladder = from_stored(made.draft["terms"]), tiers.from_stored(made.draft["ladder"])
    with scope.everything():
        in_force = versions.in_force(made.last)
        carried = _Carried(made.last, in_force.ladder if in_force else Ladder(), ladder)
        carried.before(made.first)
    result, changes = Result(), ending.Changes()
    with collecting.seldom():
        for past in _stays(made, terms):
            changes.add(*_try(past, terms, result, carried))
    carried.tell(result)
    with scope.everything():
        ((owed,),) = ask_all("SELECT coalesce(sum(points), 0) FROM points_entry")
        result.outstanding = int(owed)
        months = made.draft.get("expires_after")
        result.ended = ending.would_end(changes, made.asked_at.date(), months)
        result.outstanding_after = int(owed) + result.points - result.given - result.ended
        made.done, made.ended_at, made.result = result.stays, now, msgspec.to_builtins(result)
        made.save(update_fields=["done", "ended_at", "result"])


def _try(past: Past, terms: Terms, result: Result, carried: _Carried) -> tuple[int, date, int]:
    """Count one stay; whose it is, of which day, and how many points more it would give."""
    award = award_for(past.stay, terms)
    points, why = (0, settling.SEALED) if past.is_sealed else (award.points, award.why)
    result.stays += 1
    result.given += past.given
    result.points += points
    if why:
        result.nothing[why] += 1
    carried.add(past, points, terms)
    return past.profile_id, past.stay.left_on, points - past.given


def _stays(made: TrialOfTerms, terms: Terms) -> Iterator[Past]:
    with scope.everything():
        ids = _ids(made.first, made.last)
        is_once = any(rule.rooms == Rooms.ONCE for rule in terms.rules) or (
            terms.default is not None and terms.default.rooms == Rooms.ONCE
        )
        further = settling.further_rooms(made.first, made.last) if is_once else set()
    for at in range(0, len(ids), _PIECE):
        with scope.everything():
            TrialOfTerms.objects.filter(pk=made.pk).update(done=at, total=len(ids))
            yield from settling.past(ids[at : at + _PIECE], further)


def _ids(first: date, last: date) -> list[int]:
    """The check-outs of these days that have an account, at hotels with a programme."""
    hotels = sorted(each for each in modules.hotels_on() if each)
    rows = ask_all(
        """SELECT reservation_id FROM checkout
            WHERE left_on BETWEEN %s AND %s AND outcome = ANY(%s) AND property_id = ANY(%s)
              AND profile_id IS NOT NULL ORDER BY reservation_id""",
        [first, last, settling.WITH, hotels],
    )
    return [id_ for (id_,) in rows]


class _Carried:
    """How far stays carry each guest, by what they have and by the draft.

    Sums only: of a million stays none is kept.
    """

    def __init__(self, on: date, now: Ladder, then: Ladder) -> None:
        self._ladders = now, then
        self._windows = tuple(tiers.windows(on, each) if each.tiers else [] for each in (now, then))
        self._sums: dict[int, tuple[list[_Sum], list[_Sum]]] = {}

    def before(self, first: date) -> None:
        """Take the stays before the range as they are."""
        begins = min((begin for side in self._windows for begin, _ in side), default=first)
        rows = ask_all(
            """SELECT l.guest_id, n.left_on, n.nights, n.spend, n.points FROM counted_stay n
                 JOIN link l ON l.profile_id = n.profile_id AND l.until_at IS NULL
                WHERE n.left_on >= %s AND n.left_on < %s""",
            [begins, first],
        )
        for guest, on, nights, spend, points in rows:
            for side in (0, 1):
                self._add(side, guest, on, nights, spend, points)

    def add(self, past: Past, points: int, terms: Terms) -> None:
        """A stay of the range, with what it would give."""
        if past.guest_id is None:
            return
        stay = past.stay
        if self._windows[0]:
            self._add(0, past.guest_id, stay.left_on, stay.nights, past.spend, past.given)
        if self._windows[1]:
            money = spent(stay.charged, _BASES, terms)
            self._add(1, past.guest_id, stay.left_on, stay.nights, money, points)

    def _add(
        self, side: int, guest: int, on: date, nights: int, spend: Decimal, points: int
    ) -> None:
        for place, (first, last) in enumerate(self._windows[side]):
            if first <= on <= last:
                if guest not in self._sums:
                    self._sums[guest] = tuple([_Sum() for _ in each] for each in self._windows)  # type: ignore[assignment]
                self._sums[guest][side][place].add(nights, spend, points)

    def tell(self, result: Result) -> None:
        """Who has which tier, and who would move."""
        moves: Counter[tuple[str, str]] = Counter()
        for sums in self._sums.values():
            had, has = (
                tiers.reached([each.total() for each in side], ladder)
                for side, ladder in zip(sums, self._ladders, strict=True)
            )
            moves[had, has] += 1
        held: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for (had, has), guests in sorted(moves.items()):
            if had != has:
                result.moves.append([had, has, guests])
            for side, tier in enumerate((had, has)):
                if tier:
                    held[tier][side] += guests
        result.tiers = dict(held)


class _Sum:
    __slots__ = ("nights", "points", "spend", "stays")

    def __init__(self) -> None:
        self.nights = self.stays = self.points = 0
        self.spend = ZERO

    def add(self, nights: int, spend: Decimal, points: int) -> None:
        self.nights += nights
        self.stays += 1
        self.spend += spend
        self.points += points

    def total(self) -> dict[Measure, Any]:
        return {measure: getattr(self, measure.value) for measure in Measure}
