"""Values that many share: one finding each, shown to whom it concerns, and a person's word on it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from staytrue.consent import actions as consent
from staytrue.consent import queries as points
from staytrue.flow import reactions
from staytrue.guests import admitting, shared_values, source_profiles
from staytrue.guests.models import Guest, Proposal, ValueStat
from staytrue.guests.salting import salt
from staytrue.hotel import scope
from staytrue.hotel.codes import Channel
from staytrue.hotel.records import Email
from staytrue.kit.errors import Forbidden, Refused
from staytrue.mirror.models import Profile
from staytrue.staff.access import house_access
from staytrue.staff.models import AuditEntry
from tests import make
from tests.guests import twins, worlds
from tests.make import NOON
from tests.web import house
from tests.web.house import House

AGENCY = "groups@agency.example"
SURNAMES = "Abad Bosch Costa Duran Egea Font Gil Haro Ibarra Jover Kuhn Lopez Mora Nieto Olmo"
GIVEN = (
    "Ana Bruno Carla Diego Elena Fabio Greta Hugo Irene Jorge Karla Luis Marta Nuno Olga Pedro "
    "Raquel Sergio Teresa Vasco"
)


@pytest.fixture
def agency(db: None) -> Iterator[House]:
    """Twenty guests of as many families, all booked by one agency's address."""
    with scope.everything():
        made = house.House(make.hotel(), make.hotel("LYO"), *[None] * 2)  # type: ignore[arg-type]
        made.link, made.other_link = make.link(made.sirga), make.link(made.other, "lyo-files")
        people = [
            make.profile(source_id=f"A{n}", first_name="Ana", last_name=name,
                         emails=[Email(AGENCY)])
            for n, name in enumerate(SURNAMES.split())
        ]  # fmt: skip
        house.take(made.link, *people)
        source_profiles.refresh([made.guest(each.source_id) for each in people], salt(), NOON)
        yield made


def test_an_agencys_address_is_one_line_with_its_counts(agency: House) -> None:
    found, more = shared_values.shared(house_access("member:7"))
    assert [(each.value, each.profiles, each.surnames, each.state) for each in found] == [
        (AGENCY, 15, 15, "generic")
    ]
    assert not more
    assert found[0].found_at == NOON
    users = shared_values.users(house_access("member:7"), found[0].key)
    assert len(users) == 15
    assert {each.hotel for each in users} == {"Hotel Sirga"}


def test_whoever_sees_none_of_its_users_is_told_of_no_value(agency: House) -> None:
    key = ValueStat.objects.get(state="generic").key
    stranger = worlds.member_at(agency.other)
    assert shared_values.shared(stranger) == ([], False)
    assert shared_values.users(stranger, key) == []
    with pytest.raises(Forbidden):
        shared_values.one(stranger, key)


def test_a_persons_word_beats_the_count_and_stands_in_the_audit(agency: House) -> None:
    key = ValueStat.objects.get(state="generic").key
    shared_values.rule(house_access("member:7"), key, "personal", "It is one family's", NOON)
    found = shared_values.one(house_access("member:7"), key)
    assert (found.state, found.ruled, found.ruled_why) == (
        "personal",
        "personal",
        "It is one family's",
    )
    entry = AuditEntry.objects.get(action="value_ruled")
    assert entry.reason == "It is one family's"
    assert AGENCY not in str(entry.__dict__)
    shared_values.rule(house_access("member:7"), key, "", "Counted after all", NOON)
    assert shared_values.one(house_access("member:7"), key).state == "generic"


def test_a_word_needs_the_right_everywhere_and_a_reason(agency: House) -> None:
    key = ValueStat.objects.get(state="generic").key
    with pytest.raises(Forbidden):
        shared_values.rule(worlds.member_at(agency.sirga), key, "personal", "Because", NOON)
    with pytest.raises(Refused):
        shared_values.rule(house_access("member:7"), key, "personal", " ", NOON)


def test_without_the_right_to_contacts_only_the_kind_is_told(agency: House) -> None:
    access = twins.without(worlds.member_at(agency.sirga), "contact.read")
    (found,), _more = shared_values.shared(access)
    assert (found.value, found.is_hidden, found.field) == ("", True, "email")


def test_an_agencys_address_on_300_bookings_links_nobody_and_is_listed_with_its_count(
    db: None,
) -> None:
    with scope.everything():
        at = house.House(make.hotel(), make.hotel("LYO"), *[None] * 2)  # type: ignore[arg-type]
        at.link = make.link(at.sirga)
        people = [
            make.profile(
                source_id=f"G{n}", first_name=first, last_name=last, emails=[Email(AGENCY)]
            )
            for n, (last, first) in enumerate(product(SURNAMES.split(), GIVEN.split()))
        ]
        house.take(at.link, *people)
        house.take(
            at.link,
            *(make.reservation(number=f"B{n}", channel=Channel.TOUR_OPERATOR,
                               guests=[house.guest(profile=f"G{n}")]) for n in range(300)),
        )  # fmt: skip
        ids = sorted(Profile.objects.values_list("pk", flat=True))
        for start in range(0, 300, 50):
            admitting.admit(ids[start : start + 50], NOON)
        while reactions.settle(NOON):
            pass
        consent.learn_roles(consent.keep_contacts(ids, NOON), NOON)
        assert Guest.objects.filter(state="active").count() == 300
        assert not Proposal.objects.filter(state="open").exists()
        (line,), _more = shared_values.shared(house_access("member:7"))
        assert (line.value, line.profiles, line.state) == (AGENCY, 300, "generic")
        (point,) = points.shared_points(house_access("member:7"))
        assert (point.value, point.role, point.stays) == (AGENCY, "agency", 300)
