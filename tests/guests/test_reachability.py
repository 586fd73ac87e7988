"""Whom marketing reaches: the report sums to the guests, its "reachable" is the recipients (H04)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from staytrue.consent import actions as consent
from staytrue.consent import acts, permissions, recorded
from staytrue.consent.acts import About, Spoken
from staytrue.consent.permissions import Asked
from staytrue.consent.purposes import GROUP, Channel, Origin, Purpose
from staytrue.consent.queries import marketing_address
from staytrue.consent.ratchet import Act, Cause
from staytrue.consent.rules import Reach
from staytrue.guests import directory, reachability
from staytrue.guests.reachability import COMPANY, Recipient, Report
from staytrue.hotel import scope
from staytrue.hotel.codes import ProfileKind
from staytrue.hotel.records import Consent, Email, Profile
from staytrue.kit import clock
from staytrue.mirror.models import Profile as Mirrored
from staytrue.staff.access import Access, access_of, house_access
from tests import make
from tests.guests.test_search import one_guest
from tests.staff import people
from tests.web import house
from tests.web.house import TODAY, House

pytestmark = pytest.mark.django_db

LATER = make.NOON + timedelta(days=1)
OUT = [Consent("marketing", "email", "out")]


def known(house_: House, *profiles: Profile, elsewhere: bool = False, hours: int = 0) -> None:
    """Read these profiles, and keep their contacts as the reaction does."""
    link = house_.other_link if elsewhere else house_.link
    house.take(link, *profiles, made_at=house.READ_AT + timedelta(hours=hours))
    with scope.everything():
        ids = list(Mirrored.objects.values_list("pk", flat=True))
        consent.learn_roles(consent.keep_contacts(ids, make.NOON), make.NOON)


@pytest.fixture
def hotels() -> Iterator[House]:
    """Claire and Ruth are reached; a relay, no address at all, an opt-out, an agency's own list."""
    with clock.use(lambda: house.NOW):
        made = house.build()
        known(
            made,
            make.profile(source_id="O1", first_name="Iñigo", last_name="Sarasola", consents=OUT,
                         emails=[Email("inigo@sarasola.example")]),
            make.profile(source_id="C1", first_name=None, last_name="Viajes Ría",
                         kind=ProfileKind.COMPANY, emails=[Email("office@viajes.example")]),
        )  # fmt: skip
        yield made


def report(access: Access | None = None, property_id: int | None = None) -> Report:
    with scope.everything():
        return reachability.report(access or house_access("tests"), LATER, property_id)


def recipients(access: Access | None = None, property_id: int | None = None) -> list[Recipient]:
    with scope.everything():
        return list(reachability.recipients(access or house_access("tests"), LATER, property_id))


def addresses(access: Access | None = None) -> list[str]:
    return sorted(each.address for each in recipients(access))


def listed(access: Access) -> int:
    with scope.everything():
        return len(directory.guests(access, TODAY, count=500).people)


def test_every_guest_is_counted_once_and_the_reachable_are_the_recipients(hotels: House) -> None:
    found = report()
    assert {kind: count for kind, count in found.counts.items() if count} == {
        Reach.REACHABLE: 2, Reach.OPTED_OUT: 1, Reach.RELAY: 1, Reach.MISSING: 2, COMPANY: 1,
    }  # fmt: skip
    assert found.guests == listed(house_access("tests")) == 7
    assert found.reachable == len(recipients())
    assert addresses() == ["claire@fontanel.example", "ruth@adeyemi.example"]


def test_a_guest_with_several_profiles_is_counted_and_written_to_once(hotels: House) -> None:
    known(hotels, make.profile(source_id="L7", emails=[Email("claire@home.example")]),
          elsewhere=True, hours=2)  # fmt: skip
    assert report().reachable == 3
    one_guest(hotels.guest("G1"), hotels.guest("L7"))
    found = report()
    assert found.reachable == len(recipients()) == 2
    assert found.guests == listed(house_access("tests"))
    # The address that a source confirmed last.
    assert addresses() == ["claire@home.example", "ruth@adeyemi.example"]


def test_who_refuses_in_one_profile_is_written_to_at_no_address(hotels: House) -> None:
    refusing = make.profile(source_id="L7", emails=[Email("claire@home.example")], consents=OUT)
    known(hotels, refusing, elsewhere=True)
    one_guest(hotels.guest("G1"), hotels.guest("L7"))
    assert report().counts[Reach.OPTED_OUT] == 2
    assert addresses() == ["ruth@adeyemi.example"]


def test_the_address_of_2015_finds_the_guest_and_is_not_written_to(hotels: House) -> None:
    known(hotels, make.profile(emails=[Email("claire@new.example")]), hours=3)
    assert "claire@new.example" in addresses()
    assert "claire@fontanel.example" not in addresses()
    assert report().reachable == len(recipients())


def test_a_relay_beside_an_own_address_is_never_chosen(hotels: House) -> None:
    both = make.profile(
        source_id="G2", first_name="Nekane", last_name="Olabarria",
        emails=[Email("n.8812@relay.example", masked=True), Email("nekane@olabarria.example")],
    )  # fmt: skip
    known(hotels, both, hours=1)
    assert report().counts[Reach.RELAY] == 0
    assert "nekane@olabarria.example" in addresses()


def test_each_is_written_to_where_the_rules_of_consent_say(hotels: House) -> None:
    for each in recipients():
        with scope.everything():
            reach, address = marketing_address([each.profile_id])
        assert (reach, address and address.value.lower()) == (Reach.REACHABLE, each.address)


def test_a_hotel_counts_its_own_guests_and_writes_to_no_other(hotels: House) -> None:
    here = access_of(people.member("marketing", at=hotels.sirga))
    assert report(here).guests == 6 == listed(here)
    assert addresses(here) == ["claire@fontanel.example"]
    assert report(here, hotels.other.pk).guests == 0
    assert report(property_id=hotels.other.pk).guests == 1


def test_whoever_may_not_read_addresses_learns_nothing_of_them(hotels: House) -> None:
    blind = access_of(people.member("department", at=hotels.sirga))
    assert report(blind).guests == 0
    assert recipients(blind) == []


def test_addresses_nobody_has_looked_at_yet_are_said_to_wait(hotels: House) -> None:
    assert report().waiting == 0
    new = make.profile(source_id="N1", first_name="Ana", last_name="Prats",
                       emails=[Email("ana@prats.example")])  # fmt: skip
    house.take(hotels.link, new)
    assert report().waiting == 1
    assert report().counts[Reach.MISSING] == 3


def profile_of(name: str) -> int:
    with scope.everything():
        return Mirrored.objects.get(first_name=name).pk


def say(about: About, *, act: Act = Act.OPT_OUT, at: timedelta = timedelta()) -> None:
    """What was said or happened, here and not in the PMS."""
    spoken = Spoken(Origin.DESK, "tests", words="as he said")
    now = make.NOON + at
    with scope.everything():
        if act == Act.SUPPRESS:
            acts.suppress([about], Channel.EMAIL, Cause.BOUNCE, spoken, now)
        elif act == Act.OPT_IN:
            acts.opt_in([about], [Purpose.MARKETING], [Channel.EMAIL], GROUP, spoken, now)
        else:
            acts.opt_out([about], [Purpose.MARKETING], [Channel.EMAIL], GROUP, spoken, now)


def test_who_said_no_to_us_is_reached_at_no_address(hotels: House) -> None:
    say(About(profile_of("Claire")))
    found = report()
    assert (found.reachable, found.counts[Reach.OPTED_OUT], found.guests) == (1, 2, 7)
    assert addresses() == ["ruth@adeyemi.example"]
    # His own later word takes it back.
    say(About(profile_of("Claire")), act=Act.OPT_IN, at=timedelta(hours=1))
    assert (report().reachable, len(addresses())) == (2, 2)


def test_a_dead_address_leaves_the_guest_his_other_one(hotels: House) -> None:
    both = make.profile(
        emails=[Email("claire@fontanel.example"), Email("claire@home.example")],
    )
    known(hotels, both, hours=1)
    dead = About(address_hash=recorded.address_hash("email", "claire@fontanel.example"))
    say(dead, act=Act.SUPPRESS)
    assert addresses() == ["claire@home.example", "ruth@adeyemi.example"]
    say(About(address_hash=recorded.address_hash("email", "claire@home.example")),
        act=Act.SUPPRESS)  # fmt: skip
    assert addresses() == ["ruth@adeyemi.example"]
    assert report().reachable == len(recipients()) == 1


def test_everyone_reached_is_let_through_by_the_rule_of_the_door(hotels: House) -> None:
    say(About(profile_of("Claire")))
    with scope.everything():
        home = {each.pk: each.property_id for each in Mirrored.objects.all()}
        asked = [
            Asked(each.contact_point_id, each.profile_id, home[each.profile_id],
                  Purpose.MARKETING, Channel.EMAIL)
            for each in recipients()
        ]  # fmt: skip
        told = permissions.of(asked, LATER)
    assert {each.reason for each in told} <= {"", "no_basis"}
    assert len(told) == 1
