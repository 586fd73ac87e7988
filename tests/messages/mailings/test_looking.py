"""Who would get a mailing and who not, and why: counted by country, basis and version of the rule."""

from __future__ import annotations

from datetime import date

import pytest

from staytrue.consent import desk
from staytrue.consent.bases import ANY, Requirement
from staytrue.consent.purposes import Channel, Purpose
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.records import Email
from staytrue.messages.kinds import Kind
from staytrue.messages.mailings import actions, looking, queries
from staytrue.messages.mailings.queries import Ground
from staytrue.messages.models import Decision, GateSetting, Mailing
from staytrue.staff import audit
from staytrue.staff.access import house_access
from tests import make
from tests.make import NOON
from tests.messages import scene as letters
from tests.messages.mailings import scene
from tests.messages.mailings.scene import House

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    """Six guests who agreed."""
    return scene.build(6)


def grounds(mailing: Mailing) -> list[Ground]:
    """On which grounds it goes."""
    with scope.everything():
        return queries.grounds(mailing)


def asks(house: House, requirement: Requirement) -> None:
    """The hotel chose what it asks for before it sends news."""
    with scope.everything():
        desk.choose_basis(house_access("tests"), house.of.hotel, ANY, Purpose.MARKETING,
                          Channel.EMAIL, requirement, "Our counsel says so.", NOON)  # fmt: skip


def left_out(mailing: Mailing) -> dict[str, int]:
    """Reasons of those who do not get it."""
    return scene.counts(mailing).reasons["left_out"]


def test_opted_out_guests_on_the_list_are_left_out(house: House) -> None:
    scene.refuse(*house.guests(0, 2), at=NOON + letters.MINUTE)
    mailing = house.handed_in(house.guests(0, 6))
    assert left_out(mailing) == {"opted_out": 2}
    assert scene.counts(mailing).goes == 4


def test_a_list_of_opted_out_guests_sends_to_none_of_them(house: House) -> None:
    mailing = house.sending(house.guests(0, 6))
    scene.refuse(*house.guests(0, 6), at=NOON + letters.MINUTE)
    assert scene.round_(NOON + 2 * letters.MINUTE) == []
    assert scene.counts(mailing).reasons["closed"] == {"opted_out": 6}


def test_relay_only_guests_are_counted_as_unreachable(house: House) -> None:
    house.of.tells(
        make.profile(source_id="M0", emails=[Email("a.991@guest.booking.com", masked=True)]),
        make.profile(source_id="M1", emails=[]),
        at=NOON + letters.MINUTE,
    )
    mailing = house.handed_in(house.guests(0, 6))
    assert left_out(mailing) == {"no_address": 1, "relay_address": 1}
    assert scene.counts(mailing).unreachable == 2


def test_an_existing_customer_is_written_to_where_the_rule_allows_and_not_where_it_is_stricter(
    house: House,
) -> None:
    stayed(house, 8)
    listed = [house.guest(place) for place in range(6, 9)]
    asks(house, Requirement.EXISTING_CUSTOMER)
    customers = house.handed_in(listed)
    assert scene.counts(customers).goes == 3
    assert {each.basis for each in grounds(customers)} == {"existing_customer"}
    scene.agree(listed[0], confirmed=True)
    asks(house, Requirement.DOUBLE_OPT_IN)
    confirmed = house.handed_in(listed)
    assert [(each.basis, each.count) for each in grounds(confirmed)] == [("double_opt_in", 1)]
    assert left_out(confirmed) == {"no_basis": 2}


def stayed(house: House, last: int) -> None:
    """Guests M6 … stayed here a month ago, and the hotel signed what its customers are told."""
    places = range(6, last + 1)
    house.of.tells(*(
        make.profile(source_id=f"M{place}", first_name="Iker", last_name=f"Zubiri {place}",
                     emails=[Email(f"iker{place}@fontanel.example")]) for place in places
    ))  # fmt: skip
    house.of.tells(*(
        make.reservation(number=f"5{place}", status=Status.CHECKED_OUT, guests=letters.guests(f"M{place}"),
                         arrival_on=date(2026, 4, 20)) for place in places
    ))  # fmt: skip
    with scope.everything():
        desk.sign_statement(house_access("tests"), house.of.hotel, "You get our news.", "en",
                            date(2020, 1, 1), NOON)  # fmt: skip


def test_the_basis_and_the_version_of_the_rule_stand_on_each_record_of_sending(
    house: House,
) -> None:
    house.sending(house.guests(0, 2))
    scene.round_()
    with scope.everything():
        told = [each.facts["consent"] for each in Decision.objects.filter(answer="send")]
    assert [(each["basis"], bool(each["rule"])) for each in told] == [("explicit", True)] * 2


def test_the_grounds_add_up_to_those_who_get_it(house: House) -> None:
    scene.refuse(house.guest(0), at=NOON + letters.MINUTE)
    mailing = house.handed_in(house.guests(0, 6))
    (ground,) = grounds(mailing)
    assert (ground.basis, ground.count) == ("explicit", 5)
    assert ground.rule.startswith("20")


def test_a_capped_guest_gets_it_later_and_is_told_so(house: House) -> None:
    with scope.everything(), audit.acting("tests", NOON):
        GateSetting.objects.create(property=house.of.hotel, cap_messages=1, quiet_from="21:00",
                                   quiet_until="09:00")  # fmt: skip
    house.sending(house.guests(0, 2))
    scene.round_()
    letters.renew_words(Kind.MAILING, body="Other words.")
    mailing = house.handed_in(house.guests(0, 2))
    with scope.everything():
        told = queries.lines(house.chief, mailing)
    assert [(each.heap, each.reason) for each in told] == [("waiting", "capped")] * 2


def test_an_address_that_was_suppressed_is_left_out(house: House) -> None:
    scene.bounced(house.guest(0))
    mailing = house.handed_in(house.guests(0, 2))
    assert left_out(mailing) == {"suppressed": 1}


def test_a_long_list_is_counted_by_the_worker_piece_by_piece(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "AT_ONCE", 2)
    monkeypatch.setattr(looking, "INLINE_MAX", 1)
    mailing = house.draft()
    with scope.everything():
        actions.add(house.writer, mailing.public_id, house.guests(0, 6), NOON)
        actions.ask(house.writer, mailing.public_id, NOON)
        assert not looking.is_short(mailing)
    assert not looking.look(mailing, NOON, 3)
    assert scene.counts(mailing).unlooked == 2
    scene.planned()
    assert scene.counts(mailing).unlooked == 0
