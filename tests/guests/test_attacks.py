"""Attacks on recognition by what a PMS may send: endless names, thousands of values, lookalikes (31, 60, 65)."""

from __future__ import annotations

import json
import random

import pytest

from staytrue.consent import actions as consent
from staytrue.consent.models import ContactPoint
from staytrue.guests import admitting, correcting, deciding, links
from staytrue.guests.matching.normalise import TEXT_MAX, VALUES_MAX
from staytrue.guests.models import (
    Edge,
    IdentityEvent,
    MatchKey,
    Proposal,
    SourceProfile,
    ValueStat,
)
from staytrue.hotel import scope
from staytrue.hotel.records import Address, Email, Loyalty, Phone, Profile
from staytrue.kit.errors import Forbidden
from staytrue.staff.access import Access, RoleHeld, house_access
from staytrue.staff.models import Ask, AuditEntry
from tests import make
from tests.guests import worlds
from tests.guests.test_golden import two_hotels
from tests.make import NOON
from tests.web import house
from tests.web.house import House

__all__ = ["two_hotels"]
pytestmark = pytest.mark.django_db

CHANCE = random.Random(4)
DESK = frozenset({"profiles.read", "stays.read", "guests.correct"})


def noise(letters: int) -> str:
    """Letters that no compression makes short."""
    return "".join(CHANCE.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=letters))


def read(at: House, *records: Profile) -> list[int]:
    """These profiles as a delivery brings them, with their contacts, recognised at once."""
    house.take(at.link, *records)
    ids = [at.guest(each.source_id) for each in records]
    with scope.everything():
        admitting.admit(ids, NOON)
        consent.keep_contacts(ids, NOON)
    return ids


def test_endless_texts_are_kept_and_recognised_by_their_beginning(two_hotels: House) -> None:
    words = noise(300_000)
    endless = {
        "first_name": words, "last_name": words[::-1], "card_token": words,
        "emails": [Email(f"{words}@x.example")], "phones": [Phone(f"+34{'612345678' * 9_000}")],
        "addresses": [Address(line1=words, city=words, postcode=words)],
        "loyalty": [Loyalty(programme="x", number=words)],
    }  # fmt: skip
    ids = read(two_hotels, *(make.profile(source_id=f"X{n}", **endless) for n in range(2)))
    with scope.everything():
        assert len(links.guests_of(ids)) == 2
        for features in SourceProfile.objects.values_list("features", flat=True):
            assert max(len(text) for text in features.values() if isinstance(text, str)) <= TEXT_MAX
            assert not {"emails", "phones", "cards", "loyalty"} & features.keys()


def test_of_ten_thousand_addresses_a_few_are_compared_and_all_are_kept(two_hotels: House) -> None:
    mails = [Email(f"a{n}.fontanel@x.example") for n in range(10_000)]
    given = [make.profile(source_id=f"X{n}", emails=mails[n:]) for n in range(2)]
    ids = read(two_hotels, *given)
    with scope.everything():
        for id_ in ids:
            seen = SourceProfile.objects.get(pk=id_).features["emails"]
            assert len(seen) == VALUES_MAX
            assert MatchKey.objects.filter(profile_id=id_).count() < 4 * VALUES_MAX
        assert ContactPoint.objects.count() == len(mails)


def test_a_delivery_of_a_thousand_profiles_with_one_address_joins_nobody(
    two_hotels: House,
) -> None:
    crowd = [
        make.profile(source_id=f"X{n}", first_name=noise(8), last_name=noise(12),
                     emails=[Email("desk@viajes.example")])
        for n in range(1_000)
    ]  # fmt: skip
    ids = read(two_hotels, *crowd)
    with scope.everything():
        assert len(set(links.guests_of(ids).values())) == len(crowd)
        assert not Proposal.objects.exists()
        assert Edge.objects.count() < len(crowd)
        value = ValueStat.objects.get(field="email")
        assert (value.profiles, value.state) == (len(crowd), "generic")


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ("claire@fontanel.example", "cl\u0430ire@fontanel.example"),
        ("claire@fontanel.example", "claire@font\u0430nel.example"),
        ("claire@fontanel.example", "claire@fontanel.ex\u200bample.example"),
    ],
)
def test_a_lookalike_address_joins_nobody(own: str, other: str, two_hotels: House) -> None:
    first, second = read(
        two_hotels,
        make.profile(source_id="X1", emails=[Email(own)]),
        make.profile(source_id="X2", first_name="C.", emails=[Email(other)]),
    )
    with scope.everything():
        at = links.guests_of([first, second])
    assert at[first] != at[second]


def test_no_merge_reaches_into_a_legal_entity_where_the_right_is_missing(
    two_hotels: House,
) -> None:
    here, there = worlds.alone(1, two_hotels.sirga) + worlds.alone(1, two_hotels.other)
    chief = worlds.member_at(two_hotels.sirga)
    seeing = Access(
        "member:8", 8, at=dict(chief.at) | {two_hotels.other.pk: (RoleHeld("desk", DESK),)},
        property_ids=frozenset({two_hotels.sirga.pk, two_hotels.other.pk}),
    )  # fmt: skip
    for member, code in ((chief, "not_visible"), (seeing, "right_missing")):
        for act in (deciding.merge, deciding.reject):
            with pytest.raises(Forbidden) as refused:
                act(member, here, there, NOON)
            assert refused.value.code == code
    with scope.everything():
        at = links.guests_of([here, there])
        assert at[here] != at[there]
    deciding.merge(worlds.member_at(two_hotels.sirga, two_hotels.other), here, there, NOON)
    with scope.everything():
        assert len(set(links.guests_of([here, there]).values())) == 1


def test_what_is_written_of_recognising_holds_no_value_of_anybody(
    two_hotels: House, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = {
        "birth_date": "1979-11-14", "emails": [Email("claire@fontanel.example")],
        "phones": [Phone("+34 612 345 678", "+34612345678")], "card_token": "tok_9f",
        "addresses": [Address(line1="Calle Mayor 7", postcode="48001", city="Bilbao")],
    }  # fmt: skip
    names = ("Claire", "Clara", "Claire", "Bernard")
    ids = read(two_hotels, *(make.profile(source_id=f"X{n}", first_name=name, **facts)
                             for n, name in enumerate(names)))  # fmt: skip
    chief = house_access("member:1")
    correcting.correct(chief, ids[0], "last_name", {"value": "Fontanela"}, "Heard it", NOON)
    house.take(two_hotels.link, make.profile(source_id="X0", last_name="Fontaneda", **facts))
    with scope.everything():
        correcting.settle_conflicts(ids, NOON)
        written = json.dumps(
            [
                *IdentityEvent.objects.values("evidence", "rule", "kind", "reason"),
                *Proposal.objects.values("facts", "why", "rule"),
                *Ask.objects.values("facts", "key", "link", "kind"),
                *AuditEntry.objects.exclude(object__startswith="property").values(
                    "object", "fields", "before", "after", "facts", "reason"
                ),
                *ContactPoint.objects.values("basis", "ruled_because"),
            ]
        ).lower()
    said = "".join(capsys.readouterr())
    assert "correction_contradicted" in written
    secrets = ("fontane", "claire", "clara", "bernard", "612345678", "612 345", "1979", "tok_9f",
               "mayor", "48001")  # fmt: skip
    assert [each for each in secrets if each in written + said.lower()] == []
