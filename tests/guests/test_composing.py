"""Which value of several profiles is the guest's: rules, without a database."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staytrue.guests import composing
from staytrue.guests.composing import Profile, Rule, Standing, Trust, Word, composed
from staytrue.guests.flaws import Flaw

AT = datetime(2026, 5, 21, tzinfo=UTC)


def profile(id_: int, days: int = 0, **values: Any) -> Profile:
    """A profile of a PMS of its own, true since so many days before."""
    gone = values.pop("is_gone", False)
    return Profile(id_, id_, f"G{id_}", AT - timedelta(days=days), values, id_, is_gone=gone)


def word(id_: int, field: str, value: Any, standing: Standing, base: Any = None) -> Word:
    """What somebody said of a profile."""
    return Word(id_, field, value, base, standing, AT - timedelta(days=900), "member:1")


def mail(address: str, *, masked: bool = False) -> dict[str, Any]:
    return {"address": address, "type": None, "masked": masked}


def test_a_persons_word_beats_any_source_and_pinned_beats_confirmed_beats_corrected() -> None:
    profiles = [profile(n, language=f"l{n}") for n in range(4)]
    said = [
        word(0, "language", "corrected", Standing.CORRECTED),
        word(1, "language", "confirmed", Standing.CONFIRMED),
        word(2, "language", "pinned", Standing.PINNED),
    ]
    for taken, value in ((3, "pinned"), (2, "confirmed"), (1, "corrected"), (0, "l0")):
        golden = composed(profiles, said[:taken])
        assert golden.value("language") == value
    assert composed(profiles, said).fields["language"].rule == Rule.PINNED


@pytest.mark.parametrize(
    ("field", "poor", "real", "flaw"),
    [
        ("birth_date", "--04-12", "1980-04-12", Flaw.PARTIAL),
        ("birth_date", "1900-01-01", "1980-04-12", Flaw.NOBODY),
        ("first_name", "C.", "Claire", Flaw.PARTIAL),
        ("first_name", "Guest", "Claire", Flaw.NOBODY),
        ("last_name", "LÃ©onard", "Léonard", Flaw.GARBLED),
    ],
)
def test_a_placeholder_or_part_never_beats_a_real_value(
    field: str, poor: str, real: str, flaw: Flaw
) -> None:
    values: list[dict[str, Any]] = [{field: poor}, {field: real}]
    golden = composed([profile(1, **values[0]), profile(2, days=99, **values[1])])
    found = golden.fields[field]
    assert found.value == real
    assert found.rule == Rule.REAL
    assert found.candidates[1].flaw == flaw


def test_a_relay_or_an_office_address_stands_behind_a_guests_own() -> None:
    relay = profile(1, emails=[mail("x.1@guest.booking.com", masked=True)])
    office = profile(2, days=1, emails=[mail("desk@agency.example")])
    own = profile(3, days=2, emails=[mail("claire@fontanel.example")])
    golden = composed([relay, office, own], nobodys=frozenset({"desk@agency.example"}))
    assert [each["address"] for each in golden.value("emails")] == [
        "claire@fontanel.example", "x.1@guest.booking.com", "desk@agency.example",
    ]  # fmt: skip
    assert golden.email == "claire@fontanel.example"
    assert composed([relay]).email == ""


def test_what_an_ota_gave_stands_behind_a_pms_then_trust_then_recency_decide() -> None:
    by_ota = profile(1, country="DE", emails=[mail("x@guest.booking.com", masked=True)])
    old, new = profile(2, days=9, country="FR"), profile(3, days=3, country="ES")
    assert composed([by_ota, old, new]).fields["country"].rule == Rule.NEWER
    assert composed([by_ota, old, new]).value("country") == "ES"
    trusted = composed([by_ota, old, new], trust={2: Trust(trust=60)})
    assert (trusted.value("country"), trusted.fields["country"].rule) == ("FR", Rule.TRUST)
    assert composed([by_ota, old]).fields["country"].rule == Rule.DIRECT
    gone = composed([profile(1, country="IT", is_gone=True), old])
    assert (gone.value("country"), gone.fields["country"].rule) == ("FR", Rule.LIVE)


def test_the_same_value_in_every_profile_is_agreed_and_a_single_one_only() -> None:
    golden = composed([profile(1, last_name="FONTANEL"), profile(2, last_name="Fontanel", vip="A")])
    assert golden.fields["last_name"].rule == Rule.AGREED
    assert golden.fields["vip"].rule == Rule.ONLY


def test_a_corrected_address_replaces_that_of_its_profile_and_no_other() -> None:
    wrong, other = (
        profile(1, emails=[mail("a@old.example")]),
        profile(2, emails=[mail("b@b.example")]),
    )
    said = word(1, "emails", [mail("a@new.example")], Standing.CORRECTED, [mail("a@old.example")])
    golden = composed([wrong, other], [said])
    assert [each["address"] for each in golden.value("emails")] == ["a@new.example", "b@b.example"]
    replaced = [each for each in golden.fields["emails"].candidates if each.is_replaced]
    assert [each.value["address"] for each in replaced] == ["a@old.example"]
    assert not golden.conflicts


def test_only_a_new_value_of_the_pms_is_a_conflict() -> None:
    base, ours = [mail("a@old.example")], [mail("a@new.example")]
    said = word(1, "emails", ours, Standing.CORRECTED, base)
    told = {
        "A@OLD.example": 0, "a@new.example": 0, "a@third.example": 1,
    }  # fmt: skip
    for address, conflicts in told.items():
        found = composed([profile(1, emails=[mail(address)])], [said])
        assert len(found.conflicts) == conflicts
        assert found.email == "a@new.example"


def test_a_second_last_name_never_joins_another_persons_first() -> None:
    whole = profile(1, days=9, last_name="Garcia", second_last_name="Lopez")
    one_field = profile(2, last_name="Garcia Lopez")
    assert composed([whole, one_field]).name == "Garcia Lopez"
    assert composed([whole]).name == "Garcia Lopez"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("CLAIRE", "Claire"),
        ("van dongen", "van Dongen"),
        ("O'BRIEN-SMITH", "O'Brien-Smith"),
        ("McDonald", "McDonald"),
        ("LÃ©onard", "Léonard"),
        ("李", "李"),
    ],
)
def test_a_name_is_shown_as_people_write_it(written: str, shown: str) -> None:
    assert composing.shown_name(written) == shown


_names = st.sampled_from(["Claire", "CLAIRE", "C.", "Guest", "Clara", None])
_mails = st.lists(
    st.sampled_from([mail("a@a.example"), mail("A@a.example"), mail("r@guest.booking.com"),
                     mail("no@no.example", masked=True)]), max_size=2)  # fmt: skip


@st.composite
def _guests(draw: st.DrawFn) -> tuple[list[Profile], list[Word], dict[int, Trust]]:
    profiles = [
        Profile(
            n, draw(st.integers(1, 2)), f"G{n}", AT - timedelta(days=draw(st.integers(0, 2))),
            {"first_name": draw(_names), "last_name": draw(_names),
             "birth_date": draw(st.sampled_from(["1980-04-12", "--04-12", None, "1970-01-01"])),
             "emails": draw(_mails)},
            is_gone=draw(st.booleans()), is_anonymised=draw(st.booleans()),
        )
        for n in range(draw(st.integers(1, 6)))
    ]  # fmt: skip
    said = [
        word(each.id, "first_name", draw(st.sampled_from(["Claire", "Klara"])), standing)
        for each in profiles
        if (standing := draw(st.sampled_from(list(Standing)))) != Standing.SOURCE
    ]
    trust = {n: Trust(draw(st.sampled_from(["pms", "ota"])), draw(st.sampled_from([40, 50])))
             for n in (1, 2)}  # fmt: skip
    return profiles, said, trust


# The machine may be busy: how long an example takes to draw says nothing of the rule.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@PATIENT
@given(_guests(), st.randoms(use_true_random=False))
def test_any_order_of_the_same_profiles_is_the_same_guest(
    drawn: tuple[list[Profile], list[Word], dict[int, Trust]], chance: random.Random
) -> None:
    profiles, said, trust = drawn
    first = composed(profiles, said, trust)
    chance.shuffle(profiles)
    chance.shuffle(said)
    assert composed(profiles, said, trust) == first


@PATIENT
@given(_guests())
def test_a_flawed_value_wins_only_where_there_is_no_other(
    drawn: tuple[list[Profile], list[Word], dict[int, Trust]],
) -> None:
    profiles, said, trust = drawn
    for found in composed(profiles, said, trust).fields.values():
        best = found.candidates[0]
        others = [each for each in found.candidates if not each.is_replaced]
        assert best.flaw == Flaw.NONE or all(each.flaw != Flaw.NONE for each in others)
