"""Steps as they are stored and read: what makes no sense is refused with the step named."""

from __future__ import annotations

from typing import Any

import pytest

from staytrue.journeys import steps
from staytrue.journeys.steps import STANDARD
from staytrue.kit.errors import Refused

PRE_STAY = {
    "key": "pre_stay", "kind": "pre_stay",
    "when": {"anchor": "arrival", "days": -3, "at": "10:00"},
}  # fmt: skip


def test_the_standard_set_is_read_as_it_was_stored() -> None:
    assert steps.read(steps.stored(STANDARD)) == STANDARD


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"when": {"anchor": "arrival", "days": -3}}, "step_without_hour"),
        ({"when": {"anchor": "arrival", "at": "25:00"}}, "bad_step"),
        ({"kind": "lottery"}, "bad_step"),
        ({"typo": 1}, "bad_step"),
        ({"kind": "change"}, "wrong_anchor"),
        ({"when": {"anchor": "cancellation"}}, "wrong_anchor"),
        ({"kind": "mailing"}, "wrong_kind"),
        ({"fields": ["folio"]}, "unknown_field"),
        ({"lives_minutes": 0}, "bad_step"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        steps.read([PRE_STAY | wrong])

    assert refusal.value.code == code


def test_two_steps_of_one_key_are_refused() -> None:
    with pytest.raises(Refused) as refusal:
        steps.read([PRE_STAY, PRE_STAY])

    assert refusal.value.code == "same_step_twice"


def test_a_step_may_make_the_limit_of_freshness_tighter_and_never_wider() -> None:
    tight, wide = (
        steps.read([PRE_STAY | {"freshness_minutes": minutes}])[0] for minutes in (60, 40_000)
    )

    assert (tight.limit_minutes, wide.limit_minutes) == (60, 1_440)
