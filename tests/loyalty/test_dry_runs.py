"""A draft of terms tried on past stays: what it says is what happens when it goes live."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Sum

from staytrue.flow import checking_out, reactions
from staytrue.guests import links
from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused
from staytrue.loyalty import dry_runs, queries, versions
from staytrue.loyalty.models import PointsEntry, TrialOfTerms
from staytrue.mirror.models import Profile
from staytrue.staff.access import Access
from tests.loyalty.scene import MAY_1, bill, entries, left, programme
from tests.loyalty.test_settling import pause
from tests.make import NOON
from tests.staff import people

pytestmark = pytest.mark.django_db

GOLD = {
    "tiers": [{"key": "gold", "name": "Gold", "any_of": [[{"measure": "points", "at_least": 200}]]}]
}
DRAFT = {
    "terms": {
        "rules": [{"key": "long", "per": "night", "points": 100, "only": {"nights_min": 2}},
                  {"key": "bar", "per": "unit", "points": "0.5", "of": ["room", "extra"]}],
        "combine": "sum",
    },
    "ladder": GOLD,
}  # fmt: skip
DAY = timedelta(days=1)


def drafted(raw: dict[str, Any]) -> Access:
    chief = people.access("administrator")
    versions.write(chief, raw, NOON)
    return chief


def total() -> int:
    with scope.everything():
        return int(PointsEntry.objects.aggregate(total=Sum("points"))["total"] or 0)


def test_the_total_of_a_dry_run_is_the_total_once_it_is_live() -> None:
    at = programme()
    left(at, "G1", "G2", day=MAY_1, nights=1, folio=bill(101, 80))
    left(at, "G1", day=MAY_1 + 9 * DAY, nights=3, folio=bill(333))
    left(at, "G3", day=MAY_1 - DAY, nights=5)
    pause(at, MAY_1 + 20 * DAY, MAY_1 + 20 * DAY)
    left(at, "G2", day=MAY_1 + 20 * DAY)
    chief = drafted(DRAFT)
    made = dry_runs.ask(chief, MAY_1, MAY_1 + 30 * DAY, NOON)
    told = made.result
    assert (made.ended_at, made.done, told["stays"]) == (NOON, 4, 4)
    assert (told["given"], told["points"]) == (25 + 25 + 75, 90 + 90 + 466)
    assert (told["outstanding"], told["outstanding_after"]) == (250, 250 - 125 + 646)
    assert told["nothing"] == {"sealed": 1}
    assert told["moves"] == [["", "gold", 1]]
    assert total() == 250
    # Live from the same day on, the same stays have just that.
    assert checking_out.activate(chief, made.number, MAY_1, NOON, "More for long stays") == 4
    reactions.settle(NOON)
    assert total() == told["outstanding_after"]
    with scope.everything():
        points = queries.stays(chief, _guest("G1"))
    assert [each.points for each in points] == [466, 90]
    member = queries.member(chief, _guest("G1"), MAY_1 + 30 * DAY)
    assert member
    assert member.points
    assert (member.points.tier_name, member.points.balance) == ("Gold", 556)
    # Who left before keeps what he has, and all of it again changes nothing.
    assert entries("G3") == [("award", 125)]
    reactions.settle(NOON + DAY)
    assert total() == told["outstanding_after"]


def test_points_that_a_shorter_expiry_ends_at_once_are_no_longer_owed() -> None:
    at = programme()
    left(at, "G1", day=date(2024, 2, 29), nights=4)
    left(at, "G1", day=date(2025, 7, 1), nights=2)
    left(at, "G2", day=date(2025, 4, 30), nights=1)
    left(at, "G2", day=MAY_1, nights=6)
    # More was taken back than that day had: a debt is paid by the oldest points.
    with scope.everything():
        PointsEntry.objects.create(
            profile_id=Profile.objects.get(source_id="G2").pk, property_id=at.sirga.pk,
            kind="adjustment", points=-10, lot_on=date(2026, 1, 9), at=NOON, actor="tests",
        )  # fmt: skip
    nights = {"default": {"key": "default", "per": "night", "points": 40}}
    chief = drafted({"terms": nights, "expires_after": 12})
    made = dry_runs.ask(chief, date(2025, 1, 1), MAY_1, NOON)
    # All of 2024, and of the day that has its month behind it what no debt eats.
    assert made.result["ended"] == 100 + (40 - 10)
    assert checking_out.activate(chief, made.number, date(2025, 1, 1), NOON, "A year") == 3
    reactions.settle(NOON)
    assert checking_out.end_points(NOON) == made.result["ended"]
    assert total() == made.result["outstanding_after"] == 80 + 240


def _guest(source_id: str) -> int:
    with scope.everything():
        profile = Profile.objects.get(source_id=source_id).pk
        return links.guests_of([profile])[profile]


def test_many_stays_are_left_to_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dry_runs, "AT_ONCE", 1)
    monkeypatch.setattr(dry_runs, "_PIECE", 1)
    left(programme(), "G1", "G2")
    made = dry_runs.ask(drafted(DRAFT), MAY_1, MAY_1, NOON)
    assert (made.ended_at, made.done, made.total) == (None, 0, 2)
    assert dry_runs.count_waiting(NOON + DAY) == 1
    counted = TrialOfTerms.objects.get()
    assert (counted.done, counted.ended_at, counted.result["points"]) == (2, NOON + DAY, 600)
    assert dry_runs.count_waiting(NOON + DAY) == 0


def test_a_dry_run_gives_a_further_room_what_the_rule_gives_it() -> None:
    at = programme()
    left(at, "G1", number="N1", leg="1")
    left(at, "G1", number="N1", leg="2")
    once = {"rules": [{"key": "stay", "per": "stay", "points": 500, "rooms": "once"}]}
    made = dry_runs.ask(drafted({"terms": once}), MAY_1, MAY_1, NOON)
    assert (made.result["points"], made.result["nothing"]) == (500, {"further_room": 1})


def test_whoever_may_not_set_the_programme_tries_nothing() -> None:
    chief = people.access("administrator")
    with pytest.raises(Refused) as refused:
        dry_runs.ask(chief, MAY_1, MAY_1, NOON)
    assert refused.value.code == "no_draft"
    with pytest.raises(Forbidden):
        dry_runs.ask(people.access("front_desk"), MAY_1, date(2026, 5, 2), NOON)
