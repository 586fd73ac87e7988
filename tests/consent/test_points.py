"""Contact points of a profile's versions: folded once, with the time in which they held."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.consent.points import Version, domain_of, marketing_of, points_of, uses_of

OLD, NEW, NOW = (datetime(year, 5, 21, tzinfo=UTC) for year in (2015, 2020, 2026))


def mails(*addresses: str) -> list[dict[str, Any]]:
    return [{"address": address, "type": None, "masked": False} for address in addresses]


def row(**facts: Any) -> dict[str, Any]:
    return {"version_at": NEW, "first_seen_at": OLD, "deleted": False} | facts


def test_two_spellings_of_one_address_are_one_contact_point() -> None:
    found = points_of({"emails": mails("Claire@Mail.example", " claire@mail.example")})
    assert list(found) == [("email", "claire@mail.example")]


@pytest.mark.parametrize(
    "written", ["Claire@EXÄMPLE.com", "claire@exa\u0308mple.com", "clairé@xn--exmple-cua.com"]
)
def test_an_address_is_known_by_the_ascii_form_of_its_domain(written: str) -> None:
    found = points_of({"emails": mails(written)})
    assert list(found) == [("email", "claire@xn--exmple-cua.com")]


@pytest.mark.parametrize(
    "host", ["exämple.com", "exаmple.com", "exam\u0301ple.com", "ex_ämple.com"]
)
def test_a_lookalike_of_a_domain_is_another_contact_point(host: str) -> None:
    ((_, value),) = points_of({"emails": mails(f"claire@{host}")})
    assert value != "claire@example.com"
    assert domain_of("email", value) != "example.com"


def test_a_phone_is_its_digits_and_a_word_for_none_is_itself() -> None:
    phones = [{"raw": "+34 600 11 22 33", "number": "+34600112233"}, {"raw": "N/A"}]
    assert list(points_of({"phones": phones})) == [("phone", "34600112233"), ("phone", "n/a")]


def test_line_two_stands_in_where_line_one_is_blank() -> None:
    one = {"line1": " ", "line2": "12, Rue des Érables", "postcode": "75011", "country": "FR"}
    other = {"line1": "12 rue des erables", "postcode": "75 011", "city": "Paris", "country": "FR"}
    assert list(points_of({"addresses": [one]})) == [("post", "12 rue des erables, 75011, fr")]
    assert list(points_of({"addresses": [other]})) == [("post", "12 rue des erables, 75 011, fr")]


def test_a_town_alone_is_no_contact_point() -> None:
    assert not points_of({"addresses": [{"city": "Bilbao", "country": "ES"}]})


def test_an_address_that_was_replaced_keeps_its_time() -> None:
    diff = {"emails": [mails("old@mail.example"), mails("new@mail.example")]}
    versions = [Version(OLD, OLD, None), Version(NOW, NEW, diff)]
    found = uses_of(row(emails=mails("new@mail.example")), versions)
    assert [(use.value, use.since_at, use.until_at) for use in found] == [
        ("old@mail.example", OLD, NEW),
        ("new@mail.example", NEW, None),
    ]


def test_a_deleted_profile_uses_nothing_any_more_and_its_past_stays() -> None:
    versions = [Version(OLD, OLD, None), Version(NEW, NEW, {"deleted": [False, True]})]
    found = uses_of(row(emails=mails("a@mail.example"), deleted=True), versions)
    assert [(use.value, use.until_at) for use in found] == [("a@mail.example", NEW)]


def test_nothing_is_remembered_of_who_was_anonymised() -> None:
    versions = [Version(OLD, OLD, None), Version(NEW, NEW, {"emails": [mails("a@b.example"), []]})]
    assert uses_of(row(anonymised=True, emails=[]), versions) == []


def test_no_to_marketing_beats_yes() -> None:
    said = [{"purpose": "marketing", "channel": "email", "state": state} for state in ("in", "out")]
    assert marketing_of(said) == "out"
    assert marketing_of([]) == ""
    assert marketing_of([{"purpose": "marketing", "channel": "sms", "state": "out"}]) == ""


@given(st.lists(st.sets(st.sampled_from("abc"), max_size=3), min_size=1, max_size=8))
def test_at_each_moment_the_uses_are_those_of_the_version_then(told: list[set[str]]) -> None:
    moments = [datetime(2000 + place, 1, 1, tzinfo=UTC) for place in range(len(told))]
    lists = [mails(*(f"{name}@mail.example" for name in sorted(each))) for each in told]
    versions = [Version(moments[0], moments[0], None)] + [
        Version(moment, moment, {"emails": [before, after]})
        for moment, before, after in zip(moments[1:], lists, lists[1:], strict=False)
    ]
    found = uses_of(row(emails=lists[-1]), versions)
    for moment, names in zip(moments, told, strict=True):
        holds = {
            use.value[0]
            for use in found
            if use.since_at <= moment and (use.until_at is None or use.until_at > moment)
        }
        assert holds == names
