"""What a check-out does, rule by rule."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from staytrue.guests.accounts.rules import (
    STARTING,
    Case,
    ContactType,
    Kind,
    Outcome,
    Qualifying,
    Setting,
    Stay,
    Unfit,
    Value,
    checked,
    outcome,
    taken,
)
from staytrue.kit.errors import Refused


def stay(**values: Any) -> Stay:
    return Stay(**{"left_on": date(2026, 5, 4), "nights": 3, "amount": Decimal(300), **values})


def case(**values: Any) -> Case:
    return Case(**{"stay": stay(), "setting": Setting(), **values})


@pytest.mark.parametrize(
    ("known", "becomes"),
    [
        ({}, Outcome.ADDED),
        ({"has_account": True}, Outcome.LINKED),
        ({"has_account": True, "is_known": True}, Outcome.MEMBER),
        ({"setting": Setting(adds_new=False)}, Outcome.NOT_ADDED),
        ({"setting": Setting(adds_new=False), "has_account": True}, Outcome.LINKED),
        ({"setting": None}, Outcome.BLOCKED),
        ({"is_history": True}, Outcome.HISTORY),
        ({"is_history": True, "is_asked": True}, Outcome.ADDED),
    ],
)
def test_each_check_out_has_one_outcome(known: dict[str, Any], becomes: Outcome) -> None:
    assert outcome(case(**known))[0] == becomes


@pytest.mark.parametrize(
    ("of_stay", "asked", "why", "word"),
    [
        ({"rate_code": "COMP"}, Qualifying(not_rate_codes=("COMP",)), Unfit.RATE, "COMP"),
        ({"channel": "ota"}, Qualifying(not_channels=("ota",)), Unfit.CHANNEL, "ota"),
        ({"segment": "group"}, Qualifying(not_segments=("group",)), Unfit.SEGMENT, "group"),
        ({"is_of_group": True}, Qualifying(groups=False), Unfit.GROUP, ""),
        ({"amount": Decimal(49)}, Qualifying(amount_min=Decimal(50)), Unfit.AMOUNT, "49"),
        ({"amount": None}, Qualifying(amount_min=Decimal(50)), Unfit.AMOUNT, "0"),
        ({"nights": 0}, Qualifying(day_use=False), Unfit.DAY_USE, ""),
        ({"is_of_person": False}, Qualifying(), Unfit.NO_PERSON, ""),
    ],
)
def test_a_stay_that_does_not_qualify_says_why(
    of_stay: dict[str, Any], asked: Qualifying, why: Unfit, word: str
) -> None:
    told = outcome(case(stay=stay(**of_stay), setting=Setting(qualifying=asked)))
    assert told == (Outcome.NOT_QUALIFYING, why, word)
    assert outcome(case(setting=Setting(qualifying=asked)))[0] == Outcome.ADDED


PHONES = (Value("+34944000001", "WORK"), Value("+34600000002", "Mobile"))


@pytest.mark.parametrize(
    ("code", "number"), [("cell", "+34600000002"), ("business", "+34944000001"), ("fax", "")]
)
def test_a_phone_of_the_chosen_type_is_taken_or_none(code: str, number: str) -> None:
    assert taken(PHONES, Kind.PHONE, code, STARTING) == number


def test_a_business_address_is_not_taken_for_home_and_a_relay_never() -> None:
    mails = (Value("ana@work.example", "work"), Value("x@guest.booking.com", "home", is_relay=True))
    assert taken(mails, Kind.EMAIL, "home", STARTING) == ""
    assert taken(mails, Kind.EMAIL, "business", STARTING) == "ana@work.example"
    assert taken(mails, Kind.EMAIL, "relay", STARTING) == ""


def test_a_type_of_ones_own_is_chosen_and_a_retired_one_no_longer() -> None:
    assistant = ContactType(Kind.PHONE, "assistant", ("pa",))
    given = {"phone_1": "assistant"}
    assert checked(given, [*STARTING, assistant]).phone_1 == "assistant"
    retired = msgspec.structs.replace(assistant, is_retired=True)
    for known in (STARTING, [*STARTING, retired]):
        with pytest.raises(Refused) as refused:
            checked(given, known)
        assert refused.value.code == "unknown_type"
    # Old values stay readable under it.
    assert taken([Value("+341", "PA")], Kind.PHONE, "assistant", [retired]) == "+341"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({"email": "relay"}, "relay_chosen"),
        ({"phone_2": "pigeon"}, "unknown_type"),
        ({"qualifying": {"weather": 1}}, "checkout_unreadable"),
        ({"adds_new": "perhaps"}, "checkout_unreadable"),
    ],
)
def test_settings_that_make_no_sense_are_refused(raw: Any, code: str) -> None:
    with pytest.raises(Refused) as refused:
        checked(raw, STARTING)
    assert refused.value.code == code
