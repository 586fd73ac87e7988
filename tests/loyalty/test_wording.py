"""What the terms say is what they compute: a code with its facts for each part of the definition."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from staytrue.loyalty import wording
from staytrue.loyalty.rules import award_for
from staytrue.loyalty.terms import DEFAULT, By, Combine, Per, Rooms, checked
from staytrue.loyalty.tiers import checked as ladder_of
from staytrue.loyalty.wording import Sentence, told, told_expiry, told_ladder
from tests.loyalty.test_rules import YEAR, stay


def codes(said: list[list[Sentence]]) -> list[list[str]]:
    return [[each.code for each in rule] for rule in said]


def test_everybody_gets_25_points_a_night_is_said_as_it_is_computed() -> None:
    (rule,) = told(DEFAULT)
    assert rule == [Sentence("per_night", {"points": Decimal(25)}), Sentence("of_default")]
    assert award_for(stay(1), DEFAULT).points == rule[0].facts["points"]


def test_every_part_of_a_rule_is_said_and_in_its_order() -> None:
    terms = checked({
        "rules": [
            {"key": "back", "per": "stay", "points": 500, "rooms": "once",
             "dates": {**YEAR, "by": "any_night", "share": "nights"},
             "only": {"rate_codes": ["FLEX"], "nights_min": 2, "hotels": [3]}},
            {"key": "bar", "per": "unit", "points": 2, "of": ["extra", "room"], "rounded": "amount",
             "only": {"not_rate_codes": ["COMP"], "channels": ["web"], "segments": ["leisure"]}},
        ],
        "combine": "best", "units": {"MXN": "20"},
    })  # fmt: skip
    said = told(terms)
    assert codes(said) == [
        ["per_stay", "dates_any_night", "share_nights", "only_rates", "only_hotels", "nights_min",
         "rooms_once", "rounded_points"],
        ["per_unit", "not_rates", "only_channels", "only_segments", "rounded_amount"],
        ["combine_best"],
        ["unit_of"],
    ]  # fmt: skip
    assert said[0][1].facts == {"first": date(2021, 1, 1), "last": date(2021, 12, 31)}
    assert said[1][0].facts == {"points": Decimal(2), "of": ("room", "extra")}


def test_room_charge_tiers_and_expiry_are_said_too() -> None:
    plain = told(checked({"mode": "room_charge", "room_charge": 1}))
    assert plain == [[Sentence("room_charge", {"points": Decimal(1), "rounding": "floor"})]]
    groups = [[{"measure": "nights", "at_least": 10}], [{"measure": "stays", "at_least": 3}]]
    (tier,) = told_ladder(ladder_of({"tiers": [{"key": "gold", "name": "Gold", "any_of": groups}]}))
    assert [each.code for each in tier] == ["tier", "need", "or_", "need"]
    assert (told_expiry(24).facts, told_expiry(None).code) == ({"months": 24}, "no_expiry")


def test_whatever_may_be_chosen_has_a_code_that_is_known() -> None:
    def rule(**given: Any) -> dict[str, Any]:
        return {"key": "r", "per": "stay", "points": 1, **given}

    kinds = [rule(per=per, of=["room"]) for per in Per]
    kinds += [rule(rooms=rooms) for rooms in Rooms]
    kinds += [rule(dates={**YEAR, "by": by}) for by in By]
    every = [checked({"default": each}) for each in kinds]
    every += [
        checked({"rules": [rule(), rule(key="s")], "combine": combine}) for combine in Combine
    ]
    found = {each.code for terms in every for said in told(terms) for each in said}
    assert found <= wording.CODES
