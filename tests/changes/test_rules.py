"""Before and after → kinds."""

from __future__ import annotations

from typing import Any

import pytest

from staytrue.changes import rules
from staytrue.changes.kinds import Kind


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ("confirmed", "cancelled", [Kind.CANCELLED]),
        ("cancelled", "confirmed", [Kind.REINSTATED]),
        ("cancelled", "in_house", [Kind.REINSTATED, Kind.CHECKED_IN]),
        ("confirmed", "in_house", [Kind.CHECKED_IN]),
        ("in_house", "checked_out", [Kind.CHECKED_OUT]),
        ("checked_out", "in_house", [Kind.CHECK_OUT_REVERSED]),
        ("confirmed", "no_show", [Kind.NO_SHOW]),
        ("no_show", "in_house", [Kind.NO_SHOW_REVERSED, Kind.CHECKED_IN]),
        ("in_house", "confirmed", [Kind.CHECK_IN_REVERSED]),
        ("in_house", "cancelled", [Kind.CHECK_IN_REVERSED, Kind.CANCELLED]),
        ("option", "confirmed", [Kind.CONFIRMED]),
        ("confirmed", "option", []),
    ],
)
def test_each_step_of_status_has_its_name(before: str, after: str, kinds: list[Kind]) -> None:
    assert rules.status_kinds(before, after) == kinds


def kinds_of(before: dict[str, Any], after: dict[str, Any]) -> list[Kind]:
    diff = {name: [before.get(name), after[name]] for name in after if before[name] != after[name]}
    return rules.reservation_kinds(diff, before, after)


def test_a_moved_date_is_a_kind_of_its_own() -> None:
    moved = kinds_of({"arrival_on": "2026-06-10"}, {"arrival_on": "2026-09-10"})
    assert moved == [Kind.MODIFIED, Kind.DATES_MOVED]


def test_a_stay_that_only_left_sight_is_not_modified() -> None:
    gone = kinds_of({"out_of_sight_since": None}, {"out_of_sight_since": "2026-05-20T03:10"})
    assert gone == [Kind.OUT_OF_SIGHT]


def test_a_replaced_main_guest_is_told_apart_from_a_new_companion() -> None:
    claire = [{"role": "primary", "profile": "G1"}]
    marc = [*claire, {"role": "companion", "profile": "G2"}]
    other = [{"role": "primary", "profile": "G3"}]
    assert kinds_of({"guests": claire}, {"guests": marc}) == [Kind.MODIFIED, Kind.ROSTER_CHANGED]
    assert Kind.GUEST_REPLACED in kinds_of({"guests": claire}, {"guests": other})


@pytest.mark.parametrize(
    ("diff", "kind"),
    [
        ({"emails": [[], ["x"]]}, Kind.CONTACT_CORRECTED),
        ({"merged_into": [None, "G9"]}, Kind.PROFILES_MERGED),
        ({"merged_into": ["G9", None]}, Kind.PROFILES_UNMERGED),
        ({"deleted": [False, True]}, Kind.PROFILE_DELETED),
        ({"deleted": [True, False]}, Kind.PROFILE_RESTORED),
        ({"anonymised": [False, True]}, Kind.PROFILE_ANONYMISED),
    ],
)
def test_what_happens_to_a_profile_has_its_name(diff: dict[str, Any], kind: Kind) -> None:
    assert kind in rules.profile_kinds(diff)
