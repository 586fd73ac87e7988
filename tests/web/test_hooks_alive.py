"""From a PMS's call to the mirror: kept without a worker, applied once there is one, never believed."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from staytrue.connectors.base import Hint
from staytrue.flow import parcels, wants
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.inbox.models import Delivery
from staytrue.kit import clock as clocks
from staytrue.lab.bookings import build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.rigs.group import Group, Member
from staytrue.lab.rigs.houses import Clock, MewsHouse
from staytrue.mirror.models import Reservation
from staytrue.web.hooks import Hooks
from tests import make
from tests.web import calling

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 5, 21)
START = datetime(2026, 5, 21, 6, tzinfo=UTC)


@pytest.fixture
def group() -> Group:
    """A house on Mews, read once; its calls reach nobody until a test says so."""
    group = Group(Clock(START))
    joined(group, "BIO")
    return group


def joined(group: Group, code: str) -> Member:
    """Another house on Mews joins the group, by the same client token, and is read once."""
    house, first, last = hotel_sirga(code, rooms=4), timedelta(days=7), timedelta(days=14)
    world = build_world(11, house, TODAY - first, TODAY + last, today=TODAY)
    mews = MewsHouse(world, group.clock, seed=5, more={"quirks": frozenset()})
    member = group.add(mews, make.hotel(code))
    group.turn()
    return member


def stays(member: Member) -> dict[str, Status]:
    """Every stay and its state, as mirrored."""
    with scope.everything():
        rows = Reservation.objects.filter(connection=member.link)
        return {row.number: Status(row.status) for row in rows}


def deliveries(member: Member) -> int:
    """How many readings of the PMS are kept."""
    with scope.everything():
        return Delivery.objects.filter(connection=member.link).count()


def true_stays(member: Member) -> dict[str, Status]:
    """The same as the PMS has it."""
    truth = member.house.reservations(START)
    return {stay.number: stay.status for stay in truth.values()}


def work(group: Group, member: Member) -> int:
    """What the worker makes of calls, without asking for anything else; how many there were."""
    talk = parcels.talk(member.link, group.clock, member.network)
    taken = wants.take_calls(talk)
    wants.read_all(talk)
    return taken


def test_calls_of_days_without_a_worker_are_all_applied_once_by_the_next_one(group: Group) -> None:
    (member,) = group.members
    hooks, address = Hooks(None), calling.new_address(member.link)
    before, answers = stays(member), []
    with clocks.use(group.clock):
        for _ in range(72):
            group.clock.instant += timedelta(hours=1)
            member.house.push(
                lambda body: answers.append(calling.post(hooks, address, body)) or 200
            )
    assert set(answers) == {200}
    assert stays(member) == before != true_stays(member)
    # Equal ones that still wait are one.
    waiting = calling.kept()
    assert {call.claimed_at for call in waiting} == {None}
    assert work(group, member) == len(waiting) <= len(answers)
    assert stays(member) == true_stays(member)
    assert work(group, member) == 0


def test_a_call_that_claims_a_cancellation_changes_nothing_the_pms_does_not_say(
    group: Group,
) -> None:
    (member,) = group.members
    hooks, address = Hooks(None), calling.new_address(member.link)
    number = next(number for number, is_ in stays(member).items() if is_ == Status.CONFIRMED)
    talk = parcels.talk(member.link, group.clock, member.network)
    told = talk.connector.read(Hint("reservation", number), talk.http, talk.settings(START))
    assert told
    forged = told.body.replace(b'"Confirmed"', b'"Canceled"')
    assert forged != told.body
    events = [{"Discriminator": "ServiceOrderUpdated", "Value": {"Id": number}}]
    with clocks.use(group.clock):
        assert (
            calling.post(
                hooks, address, json.dumps(json.loads(forged) | {"Events": events}).encode()
            )
            == 200
        )
    before = deliveries(member)
    assert work(group, member) == 1
    assert stays(member)[number] == Status.CONFIRMED
    assert deliveries(member) == before + 1  # It was looked up, and found as it was.


def test_one_address_serves_every_house_of_the_integration(group: Group) -> None:
    (sirga,) = group.members
    laguna = joined(group, "LAG")
    hooks, address = Hooks(None), calling.new_address(sirga.link)
    before, asked_of_sirga = (stays(sirga), stays(laguna)), deliveries(sirga)
    answers: list[int] = []
    with clocks.use(group.clock):
        for _ in range(72):
            group.clock.instant += timedelta(hours=1)
            laguna.house.push(
                lambda body: answers.append(calling.post(hooks, address, body)) or 200
            )
    assert set(answers) == {200}
    assert {call.connection_id for call in calling.kept()} == {laguna.link.pk}
    # Read with the credentials of the house it is about, once; the other hears nothing of it.
    assert work(group, sirga) == 0
    assert work(group, laguna) == len(calling.kept())
    assert stays(laguna) == true_stays(laguna) != before[1]
    assert (stays(sirga), deliveries(sirga)) == (before[0], asked_of_sirga)
    assert work(group, laguna) == 0
