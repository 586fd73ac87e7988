"""How complete a profile is, and that a property's average is the sum over its profiles."""

from __future__ import annotations

from itertools import count
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staytrue.hotel import scope
from staytrue.hotel.codes import ProfileKind
from staytrue.hotel.records import Address, Consent, Email, Loyalty, Phone, Profile
from staytrue.mirror import canonical, completeness, queries
from staytrue.mirror.completeness import SCORE_MAX, WANTED, WEIGHTS, Level
from staytrue.mirror.models import Profile as Row
from staytrue.staff.access import house_access
from tests import make
from tests.mirror.test_actions import take

WHOLE: dict[str, Any] = {
    "title": "Ms",
    "language": "fr",
    "country": "FR",
    "birth_date": "--03-04",
    "nationality": "FR",
    "vip": "1",
    "notes": "quiet room",
    "emails": [Email("claire@example.org")],
    "phones": [Phone("06 12 34 56 78", "+33612345678", None, "mobile")],
    "addresses": [Address(city="Nantes")],
    "loyalty": [Loyalty("Club", "1")],
    "consents": [Consent("marketing", "email", "in")],
}


def score(**facts: Any) -> completeness.Completeness:
    record = msgspec.to_builtins(make.profile(**(WHOLE | facts)))
    return completeness.completeness_of(record)


def test_a_profile_with_everything_has_the_whole_score() -> None:
    assert score() == completeness.Completeness(SCORE_MAX, ())
    assert sum(wanted.weight for wanted in WANTED) == SCORE_MAX


def test_without_the_mobile_the_score_falls_by_the_essential_weight() -> None:
    poorer = score(phones=[])
    assert poorer.score == SCORE_MAX - WEIGHTS[Level.ESSENTIAL]
    assert poorer.sentence == "85 of 100. Missing: mobile (essential)."


@pytest.mark.parametrize(
    "facts",
    [
        {"emails": [Email("x@guest.booking.com", masked=True)]},
        {"phones": [Phone("96 33 44 55", None)]},
        {"phones": [Phone("x", "+34963334455", None, "fixed")]},
    ],
)
def test_a_relay_a_fixed_line_and_an_unreadable_number_reach_nobody(facts: dict[str, Any]) -> None:
    assert score(**facts).score == SCORE_MAX - WEIGHTS[Level.ESSENTIAL]


_HOTELS = count(1)  # examples of one test share its transaction
PROFILES = st.builds(
    Profile,
    source_id=st.integers(1, 10**9).map(str),
    kind=st.sampled_from([ProfileKind.PERSON, ProfileKind.PERSON, ProfileKind.COMPANY]),
    first_name=st.sampled_from([None, "Ann"]),
    last_name=st.sampled_from([None, "Voss"]),
    title=st.sampled_from([None, "Ms"]),
    language=st.sampled_from([None, "en"]),
    birth_date=st.sampled_from([None, "--01-02", "1980-01-02"]),
    emails=st.lists(st.builds(Email, st.just("a@b.org"), masked=st.booleans()), max_size=2),
    phones=st.lists(
        st.builds(
            Phone,
            st.just("1"),
            st.sampled_from([None, "+33612345678"]),
            line=st.sampled_from([None, "mobile", "fixed"]),
        ),
        max_size=2,
    ),
    merged_into=st.sampled_from([None, None, "G9"]),
    deleted=st.sampled_from([False, False, True]),
)


@pytest.mark.django_db
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(profiles=st.lists(PROFILES, min_size=1, max_size=12, unique_by=lambda p: p.source_id))
def test_the_average_of_a_property_is_the_sum_over_its_profiles(
    db: None, profiles: list[Profile]
) -> None:
    house = make.hotel(f"H{next(_HOTELS)}")
    link = make.link(house, f"files-{house.code}")
    take(link, *profiles)
    with scope.everything():
        of_house = completeness.completeness_by_property(house_access("tests"))
        records = [
            canonical.profile(row, canonical.House(house.code, house.timezone))
            for row in queries.rows("profile", "connection_id = %s", [link.id])
            if row["kind"] == "person" and not row["deleted"] and not row["merged_into"]
        ]
        Row.objects.filter(connection=link).delete()
    scores = [completeness.completeness_of(record) for record in records]
    found = {(one.code, one.profiles, one.points) for one in of_house if one.code == house.code}
    expected = {(house.code, len(scores), sum(one.score for one in scores))} if scores else set()
    assert found == expected
