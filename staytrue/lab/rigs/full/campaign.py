"""One world of rig F from its first load to its last letter, and the figures of what happened."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from staytrue.lab.house import House, rooms_of
from staytrue.lab.rigs.full import ledger, setting
from staytrue.lab.rigs.full.boundary import Boundary
from staytrue.lab.rigs.full.daily import DailyHouse
from staytrue.lab.rigs.full.judge import Judge
from staytrue.lab.rigs.full.post import Post
from staytrue.lab.rigs.full.rig import Full
from staytrue.lab.rigs.full.truth import Shares, shares, world_of
from staytrue.lab.rigs.houses import Clock, MewsHouse, OperaHouse
from staytrue.lab.rigs.oracle import Violation
from staytrue.lab.rigs.weather import CALM, Rates
from staytrue.lab.rigs.world import Feed, Hotel, Truth

BEGINS = datetime(2026, 3, 26, 6, tzinfo=UTC)
"""On the third night of a world the clocks of all its hotels are set to summer time."""
BEFORE, AFTER = 2, 3
"""Days before and after the span whose arrivals belong to a world."""
QUIET, LOST, UNARMED = timedelta(hours=2), timedelta(hours=3), timedelta(minutes=30)
STORIES = 5
# Ours strike at single statements, of which a transaction has four or five.
FAULTS = replace(
    Rates(), killed=1 / 2_500, paused=1 / 25_000, lost_race=1 / 1_000, lost_server=1 / 20_000,
    disk_full=1 / 50_000,
)  # fmt: skip

_HOTELS = (
    ("MEW", "Sirga Wharf", "Europe/London", "GB", "GBP", Feed.PUSHED, "en"),
    ("OPE", "Sirga Alcalá", "Europe/Madrid", "ES", "EUR", Feed.POLLED, "es"),
    ("FIL", "Sirga Loire", "Europe/Paris", "FR", "EUR", Feed.FILED, "fr"),
)


class _Mews(MewsHouse):
    def settings(self) -> dict[str, Any]:
        more = {"calls_a_minute": "60000", "past_days": "14", "ahead_days": "60"}
        return super().settings() | more


class _Opera(OperaHouse):
    def settings(self) -> dict[str, Any]:
        # Without a chain there is no event stream: its queue is polled.
        more = {"calls_a_minute": "60000", "days_behind": "14", "days_ahead": "60"}
        return super().settings() | more | {"chain_code": None}


@dataclass(frozen=True)
class Plan:
    """One world: its seed, how many stays and hours, and whether anything goes wrong in it."""

    seed: int
    stays: int
    hours: int = 48
    is_calm: bool = False


@dataclass
class Report:
    """What happened in a world, in figures; `violations` are promises that were broken."""

    plan: Plan
    shares: Shares
    letters: int
    by_kind: dict[str, int]
    ends: dict[str, int]
    said: dict[str, int]
    faults: dict[str, int]
    late: dict[str, int]
    due: int
    in_time: int
    unknowable: dict[str, int]
    unknown: int
    strange: list[str]
    workers: int
    steps: int
    violations: list[Violation] = field(default_factory=list)
    stories: dict[str, list[str]] = field(default_factory=dict)

    def figures(self) -> dict[str, Any]:
        """As they are written down."""
        told = {**asdict(self), "violations": [str(each) for each in self.violations]}
        return told | {"strange": len(self.strange)}


def truth_of(plan: Plan) -> Truth:
    """The group of this world: three hotels, each known to us in another way."""
    each, rest = divmod(plan.stays, len(_HOTELS))
    first = BEGINS.date() - timedelta(days=BEFORE)
    hotels = []
    for place, (code, name, zone, country, money, feed, language) in enumerate(_HOTELS):
        house = House(code, name, ZoneInfo(zone), country, money, rooms_of(60))
        count = each + (place < rest)
        days = BEFORE + -(-plan.hours // 24) + AFTER
        world = world_of(plan.seed, house, count, first, days, place)
        hotels.append(Hotel(place, house, feed, f"{name} Ltd", language, world, {}))
    ends = BEGINS + timedelta(hours=plan.hours)
    return Truth(plan.seed, tuple(hotels), live_from=BEGINS, ends_at=ends)


class Vault(Protocol):
    """Keeps a backup of the database that is attached, and puts it back."""

    def keep(self) -> None: ...

    def restore(self) -> None: ...


def run(plan: Plan, folder: Path, vault: Vault | None = None) -> Report:
    """Play this world on the database that is attached; the home must be its own.

    With a vault our database is lost in the middle, and what it was hours before comes back.
    """
    truth = truth_of(plan)
    clock = Clock(BEGINS - timedelta(hours=1))
    post = Post(clock, plan.seed)
    boundary = Boundary(truth)
    with post.sink:
        full = Full(clock, plan.seed, CALM, post=post, boundary=boundary)
        _stand(full, truth, folder)
        boundary.truth = truth = replace(truth, live_from=clock(), ends_at=clock.true() + timedelta(
            hours=plan.hours
        ))  # fmt: skip
        full.desk.truth = truth
        full.is_sending = True
        if not plan.is_calm:
            full.storm(FAULTS)
        rest = timedelta(hours=plan.hours) - QUIET
        steps = _lose(full, rest / 2, vault) if vault else 0
        rest = truth.ends_at - QUIET - clock.true()
        steps += sum(1 for _ in full.pass_time(rest))
        full.calm_down()
        steps += sum(1 for _ in full.pass_time(QUIET))
        return _report(plan, full, steps)


def _lose(full: Full, lived: timedelta, vault: Vault) -> int:
    """A backup is made, life goes on, the database is lost; some time later people arm it again."""
    steps = sum(1 for _ in full.pass_time(lived))
    vault.keep()
    steps += sum(1 for _ in full.pass_time(LOST))
    full.lose(vault.restore)
    left = len(full.post.letters)
    steps += sum(1 for _ in full.pass_time(UNARMED))
    if len(full.post.letters) > left:
        raise AssertionError("A restored database sent before anybody armed it.")
    full.arm()
    return steps


def _stand(full: Full, truth: Truth, folder: Path) -> None:
    """Connect every hotel, read it whole, and set up what a group needs to send."""
    clock, places = full.clock, []
    for hotel in truth.hotels:
        place = setting.hotel(hotel, clock())
        places.append(place)
        if hotel.feed == Feed.FILED:
            full.add_daily(DailyHouse(hotel, folder / hotel.code, full.rates, truth.seed), place)
            continue
        build = _Mews if hotel.feed == Feed.PUSHED else _Opera
        house = build(hotel.world, clock.true, truth.seed, {"quirks": frozenset()})
        full.until_quiet(full.add(house, place))
    full.settle()
    clock.instant = BEGINS
    full.places = places
    setting.furnished(places, full.post.sink.port, clock())
    full.settle()


def _report(plan: Plan, full: Full, steps: int) -> Report:
    shown = ledger.read()
    judge = Judge(
        full.boundary,
        full.post.letters,
        shown,
        full.forgotten,
        full.desk.confirmed,
        is_calm=plan.is_calm,
    )
    found = judge.violations()
    wrong = judge.oracle.unknowable(judge.sent)
    return Report(
        plan=plan,
        shares=sum((shares(each.world) for each in full.boundary.truth.hotels), Shares()),
        letters=len(full.post.letters),
        by_kind=_counted(f"{each.hotel} {each.kind}" for each in judge.sent),
        ends=_counted(f"{each.state} {each.reason}".strip() for each in shown.values()),
        said=dict(full.guests.said) | {"scanned": full.guests.scanned}
        | {"confirmed": sum(map(len, full.desk.confirmed.values())), "dropped": full.desk.dropped},
        faults=full.faults(),
        late={f"{feed} {why}": count for (feed, why), count in judge.late.most_common()},
        due=judge.due,
        in_time=judge.in_time,
        unknowable={f"{feed} {kind}": count for (feed, kind), count in wrong.items()},
        unknown=sum(each.state == "unknown" for each in shown.values()),
        strange=full.boundary.strange,
        workers=full.starts,
        steps=steps,
        violations=found,
        stories={
            f"{each.hotel} {each.booking}": judge.story(each.hotel, each.booking)
            for each in found[:STORIES]
        },
    )  # fmt: skip


def _counted(words: Any) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))
