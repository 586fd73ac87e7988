"""Nothing leaves until a person armed this very machine and this hotel's outlet."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from staytrue.hotel import scope
from staytrue.kit.errors import Refused
from staytrue.messages import arming, leases, outlets
from staytrue.messages.arming import Armed, Disarmed, Key
from staytrue.messages.models import Outlet
from staytrue.messages.reasons import Reason
from staytrue.staff.models import AuditEntry
from tests import make
from tests.make import NOON
from tests.messages import ways

pytestmark = pytest.mark.django_db

CLAIRE = "claire@fontanel.example"
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own."""
    with ways.home(tmp_path / "home") as place:
        yield place


def state() -> Armed | Disarmed:
    """As the gate asks."""
    with scope.everything():
        return arming.state(NOON)


def test_a_fresh_installation_is_disarmed() -> None:
    assert state() == Disarmed("never_armed")


def test_an_outlet_alone_arms_nothing() -> None:
    ways.outlet(make.hotel())
    assert state() == Disarmed("never_armed")
    assert leases.take(ways.WORKER, NOON) is None


def test_an_armed_hotel_sends_and_its_neighbour_does_not() -> None:
    house, other = make.hotel(), make.hotel("MAD")
    ways.outlet(other)
    fence = ways.armed(house)
    found = state()
    assert isinstance(found, Armed)
    assert found.fence == fence
    assert found.refusal(Key(house.pk, "email"), CLAIRE, "stay") is None
    assert found.refusal(Key(other.pk, "email"), CLAIRE, "stay") == Reason.DISARMED
    assert found.refusal(Key(house.pk, "sms"), "+34600000000", "stay") == Reason.DISARMED


def test_who_armed_and_who_stopped_stands_in_the_audit() -> None:
    ways.armed(make.hotel())
    outlets.stop("member:7", NOON, "wrong text")
    with scope.everything():
        rows = AuditEntry.objects.filter(object="sending_lease:1").order_by("id")
        assert [row.actor for row in rows] == [ways.WORKER, "member:7"]
        assert rows[1].reason == "wrong text"


def test_without_the_lease_nothing_leaves() -> None:
    ways.outlet(house := make.hotel())
    outlets.arm(house, "email", by="tests", now=NOON)
    assert state() == Disarmed("no_lease")


def test_a_copied_home_is_another_machine(home: Path) -> None:
    ways.armed(make.hotel())
    copy = home.with_name("copy")
    shutil.copytree(home, copy)
    with ways.home(copy):
        assert state() == Disarmed("other_host")
        assert leases.take("other", NOON + timedelta(hours=1)) is None


def test_a_home_without_its_token_is_disarmed(home: Path) -> None:
    ways.armed(make.hotel())
    (home / leases.OWN_MARK).unlink()
    assert state() == Disarmed("other_host")


def test_stop_stops_every_hotel_and_each_is_armed_anew() -> None:
    house, other = make.hotel(), make.hotel("MAD")
    ways.armed(house)
    ways.armed(other)
    outlets.stop("tests", NOON)
    assert state() == Disarmed("stopped")
    outlets.arm(house, "email", by="tests", now=NOON)
    leases.take(ways.WORKER, NOON)
    found = state()
    assert isinstance(found, Armed)
    assert set(found.doors) == {Key(house.pk, "email")}


def test_only_addresses_of_the_list_are_written_to() -> None:
    house = make.hotel()
    ways.armed(house, allowed=["Claire@Fontanel.example", "@sirga.example"])
    found, key = state(), Key(house.pk, "email")
    assert isinstance(found, Armed)
    assert found.refusal(key, CLAIRE, "stay") is None
    assert found.refusal(key, "anyone@sirga.example", "stay") is None
    assert found.refusal(key, "x@notsirga.example", "stay") == Reason.NOT_ON_ALLOW_LIST


def test_the_first_day_has_its_limit_and_the_second_none() -> None:
    house = make.hotel()
    ways.armed(house, limit=2)
    found, key = state(), Key(house.pk, "email")
    assert isinstance(found, Armed)
    for expected in (None, None, Reason.LIMIT_REACHED):
        assert found.refusal(key, CLAIRE, "stay") == expected
        if expected is None:
            found.spend(key)
    tomorrow = NOON + timedelta(hours=24)
    assert leases.take(ways.WORKER, tomorrow)
    with scope.everything():
        later = arming.state(tomorrow)
    assert isinstance(later, Armed)
    assert later.doors[key].left is None


def test_nothing_leaves_before_the_date_that_was_named() -> None:
    house = make.hotel()
    ways.armed(house, from_at=NOON + timedelta(days=2))
    found = state()
    assert isinstance(found, Armed)
    assert found.refusal(Key(house.pk, "email"), CLAIRE, "stay") == Reason.DISARMED


def test_complaints_stop_what_nobody_asked_for_and_not_the_stay() -> None:
    house = make.hotel()
    ways.armed(house)
    with scope.everything():
        outlets.quieten([Outlet.objects.get(property=house).pk], NOON)
    found, key = state(), Key(house.pk, "email")
    assert isinstance(found, Armed)
    assert found.refusal(key, CLAIRE, "marketing") == Reason.DISARMED
    assert found.refusal(key, CLAIRE, "stay") is None


def test_one_worker_holds_the_lease_and_another_follows_with_a_higher_fence() -> None:
    house = make.hotel()
    first = ways.armed(house)
    assert leases.take("second", NOON + SECOND) is None
    renewed = leases.take(ways.WORKER, NOON + 10 * SECOND)
    assert renewed is not None
    assert (renewed.fence, renewed.is_new) == (first, False)
    later = NOON + 10 * SECOND + leases.LASTS
    second = leases.take("second", later)
    assert second is not None
    assert second.fence == first + 1
    with scope.everything():
        keys = {Key(house.pk, "email")}
        assert arming.still(first, keys, later) == frozenset()
        assert arming.still(second.fence, keys, later) == keys


def test_a_sleeper_who_wakes_takes_his_own_lease_anew() -> None:
    first = ways.armed(make.hotel())
    woken = leases.take(ways.WORKER, NOON + timedelta(minutes=10))
    assert woken is not None
    assert woken.fence == first + 1


@pytest.mark.parametrize(
    "address", ["", "stay@sirga", "Sirga <stay@sirga.example>", "a@b.example, c"]
)
def test_a_hotel_writes_from_one_plain_address(address: str) -> None:
    house = make.hotel()
    with pytest.raises(Refused) as refused, scope.everything():
        outlets.set_up(house, "email", "smtp", {"host": "127.0.0.1"}, outlets.Sender(address))
    assert refused.value.code == "sender_address"


def test_a_password_is_sealed_and_shown_to_nobody() -> None:
    made = ways.outlet(make.hotel(), password="geheim-und-lang")
    assert "geheim" not in str(made.settings) + str(made.sealed)
    assert "geheim" not in str(outlets.shown(made))
    assert settings.HOME.exists()
