"""Of all addresses a guest has or had, marketing leaves for one he has now and allows (I05, E02)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from staytrue.consent import acts
from staytrue.consent.acts import About, Spoken
from staytrue.consent.models import ContactUse
from staytrue.consent.purposes import GROUP, Channel, Origin, Purpose
from staytrue.guests.search import search
from staytrue.hotel import scope
from staytrue.hotel.records import Email
from staytrue.kit.errors import Refused
from staytrue.staff import audit
from staytrue.staff.access import house_access
from tests import make
from tests.make import NOON
from tests.messages import ways
from tests.messages.mailings import scene

pytestmark = pytest.mark.django_db

OLD, NEW = "ane0@fontanel.example", "ane@etxeberria.example"
RELAY, WORK = "ane.4711@guest.booking.com", "ane.etxeberria@astillero.example"
PRIVATE = "ane.etx@gmail.com"


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own."""
    with ways.home(tmp_path / "home") as place:
        yield place


@pytest.fixture
def house() -> scene.House:
    """Ane agreed to news when she had her old address."""
    return scene.build(1)


def now_has(house: scene.House, *addresses: str) -> None:
    """Her PMS tells of these addresses a minute later; she agrees to news at every one, old or new."""
    emails = [Email(each, masked=each == RELAY) for each in addresses]
    ane = make.profile(source_id="M0", first_name="Ane", last_name="Etxeberria 0", emails=emails)
    house.of.tells(ane, at=NOON + timedelta(minutes=1))
    scene.agree(house.guest(0))


def found(words: str) -> list[str]:
    with scope.everything():
        return [each.name for each in search(house_access("ana"), words, NOON.date()).guests]


def mailed(house: scene.House) -> list[str]:
    house.sending([house.guest(0)])
    return scene.round_()


def test_the_address_of_the_past_finds_her_and_news_go_to_the_present_one(
    house: scene.House,
) -> None:
    now_has(house, NEW)
    assert found(OLD) == found(NEW) == ["Ane Etxeberria 0"]
    assert mailed(house) == [NEW]


def test_of_relay_work_and_private_news_go_to_the_one_she_allows(house: scene.House) -> None:
    now_has(house, RELAY, WORK, PRIVATE)
    with scope.everything(), audit.acting("tests", NOON):
        work = ContactUse.objects.get(contact_point__value=WORK)
        acts.opt_out([About(None, work.contact_point_id)], {Purpose.MARKETING}, {Channel.EMAIL},
                     GROUP, Spoken(Origin.DESK, "tests", words="Not at work."), NOON)  # fmt: skip
        masked = {use.written: use.masked for use in ContactUse.objects.filter(until_at=None)}
    assert masked == {RELAY: True, WORK: False, PRIVATE: False}
    assert mailed(house) == [PRIVATE]


def test_where_only_a_relay_is_left_no_news_go(house: scene.House) -> None:
    now_has(house, RELAY)
    with pytest.raises(Refused, match="Nobody on this list may get it"):
        mailed(house)
