"""Which of a guest's addresses a message takes, and why not the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.consent import acts
from staytrue.consent.acts import About, Spoken
from staytrue.consent.models import ContactPoint
from staytrue.consent.purposes import GROUP, Channel, Origin, Purpose
from staytrue.consent.ratchet import Cause
from staytrue.consent.rules import Role
from staytrue.hotel import scope
from staytrue.hotel.records import Email
from staytrue.messages import gate
from staytrue.messages.case import Permitted, Point
from staytrue.messages.kinds import Kind, State
from staytrue.messages.models import Decision
from staytrue.messages.reaching import Meant, Way, first, objection
from staytrue.messages.reasons import Reason
from staytrue.staff import audit
from tests import make
from tests.make import NOON
from tests.messages import scene, ways
from tests.messages.scene import MINUTE, Asked, Scene

RELAY, WORK, PRIVATE = "guest.77@guest.booking.com", "c@veranda.example", "claire@fontanel.example"
MAILS = [Email(RELAY, "OTA", masked=True), Email(WORK, "work"), Email(PRIVATE, "home")]
YES, NO = Permitted(True, "", "explicit"), Permitted(False, "no_basis", "")
MEANT = Meant("marketing", "primary", shared_above=5)


POINTS = st.builds(Point, st.sampled_from(Role), st.booleans(), st.integers(0, 9))
PERMITTED = st.sampled_from([YES, NO, None, Permitted(False, "suppressed", "")])
WAYS = st.lists(st.builds(Way, POINTS, PERMITTED), max_size=6)


@given(WAYS)
def test_the_first_that_nothing_speaks_against_is_taken_and_none_before_it(
    ways_: list[Way],
) -> None:
    chosen, said = first(ways_, MEANT)
    open_ = [place for place, way in enumerate(ways_) if objection(way, MEANT) is None]
    assert chosen == (open_[0] if open_ else 0)
    assert [reason is None for reason in said] == [place in open_ for place in range(len(ways_))]


@given(WAYS)
def test_advertising_never_takes_a_relay(ways_: list[Way]) -> None:
    chosen, said = first(ways_, MEANT)
    if ways_ and said[chosen] is None:
        assert ways_[chosen].point.role in (Role.PRIVATE, Role.COMPANY, Role.FAMILY)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Scene]:
    """Claire with an OTA's relay, her office's address and her own; she agreed to advertising."""
    with ways.home(tmp_path / "home"):
        made = scene.build()
        made.tells(make.profile(language="en", emails=MAILS))
        with scope.everything():
            ContactPoint.objects.filter(value=WORK).update(role=Role.COMPANY)
        yield made


def says(of: Scene, *addresses: str) -> None:
    """She agrees to advertising at each of these addresses and nowhere else."""
    with scope.everything(), audit.acting("tests", NOON):
        points = ContactPoint.objects.filter(value__in=addresses)
        acts.opt_in([About(of.person(), each.pk) for each in points], {Purpose.MARKETING},
                    {Channel.EMAIL}, GROUP,
                    Spoken(Origin.LETTER, "tests", wording="Write to me."), NOON)  # fmt: skip


def point(address: str) -> int:
    with scope.everything():
        return ContactPoint.objects.get(value=address).pk


def bounces(address: str) -> None:
    with scope.everything(), audit.acting("tests", NOON):
        acts.suppress([About(None, point(address))], Channel.EMAIL, Cause.BOUNCE,
                      Spoken(Origin.CARRIER, "tests"), NOON)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("planned", [RELAY, PRIVATE, None])
@pytest.mark.parametrize("agreed", [WORK, PRIVATE])
def test_advertising_goes_only_to_an_allowed_address_of_his_own(
    house: Scene, planned: str | None, agreed: str
) -> None:
    says(house, agreed)
    to = point(planned) if planned else None
    house.plan(house.wanted(Kind.MAILING, basis={}, contact_point_id=to))
    (claimed,) = house.claim()
    assert claimed.address == agreed
    assert gate.last_looks([claimed], NOON) == {claimed.message.pk}
    with scope.everything():
        facts = Decision.objects.get(answer="send").facts
    assert facts["contact_point"] == point(agreed)
    others = {each["contact_point"]: each["reason"] for each in facts["other_addresses"]}
    assert others == {
        point(each): Reason.RELAY_ADDRESS if each == RELAY else Reason.NO_BASIS
        for each in (RELAY, WORK, PRIVATE) if each != agreed
    }  # fmt: skip


@pytest.mark.django_db
def test_no_allowed_address_of_his_own_gets_no_advertising(house: Scene) -> None:
    house.plan(house.wanted(Kind.MAILING, basis={}, contact_point_id=point(RELAY)))
    assert house.claim() == []
    assert scene.only().state in (State.HELD, State.CLOSED)


@pytest.mark.django_db
def test_an_address_that_bounced_leaves_the_next(house: Scene) -> None:
    house.plan(house.wanted(contact_point_id=point(PRIVATE)))
    bounces(PRIVATE)
    (claimed,) = house.claim()
    assert claimed.address == WORK
    assert scene.only().contact_point_id == point(WORK)


@pytest.mark.django_db
def test_the_pms_is_not_asked_about_what_could_not_leave_anyway(house: Scene) -> None:
    for each in (RELAY, WORK, PRIVATE):
        with scope.everything():
            ContactPoint.objects.filter(value=each).update(role=Role.OWN)
    house.plan(house.wanted())
    pms = Asked(house.hotel)
    assert house.claim(NOON + MINUTE, pms) == []
    assert scene.only().reason == Reason.OWN_ADDRESS
    assert pms.calls == []
