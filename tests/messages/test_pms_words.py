"""What a PMS takes back counts at once: a number gets no text, and who refuses there gets no news."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from staytrue.consent.models import ContactUse
from staytrue.hotel import scope
from staytrue.hotel.records import Consent, Email, Phone
from staytrue.kit import clock
from staytrue.messages import gate, leases, outlets
from staytrue.messages.carriers.base import Sender
from staytrue.messages.kinds import DEMANDS, Kind, State
from staytrue.messages.models import Template, TemplateVersion
from staytrue.messages.reasons import Reason
from staytrue.staff import audit
from tests import make
from tests.make import NOON
from tests.messages import scene, ways
from tests.messages.scene import Scene

pytestmark = pytest.mark.django_db
NUMBER, MAIL = "+34600123456", "claire@fontanel.example"
LATER = NOON + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own, at noon."""
    with ways.home(tmp_path / "home") as place, clock.use(lambda: NOON):
        yield place


def texting_house() -> Scene:
    """Claire has a number, and a text to her is due."""
    house = scene.build()
    phone = Phone(NUMBER, NUMBER, "mobile", "mobile")
    house.tells(make.profile(language="en", emails=[Email(MAIL)], phones=[phone]))
    with scope.everything(), audit.acting("tests", NOON):
        template = Template.objects.create(kind=Kind.CHANGE, channel="sms")
        TemplateVersion.objects.create(
            template=template, number=1, purpose=DEMANDS[Kind.CHANGE].purpose, state="live",
            texts={"en": {"subject": "", "preview": "", "body": "Welcome."}}, written_by="tests",
            written_at=NOON, approved_by="tests", approved_at=NOON,
        )  # fmt: skip
        outlets.set_up(house.hotel, "sms", "dry_run", {}, Sender(""))
    outlets.arm(house.hotel, "sms", by="tests", now=NOON)
    leases.take(ways.WORKER, NOON)
    house.plan(house.wanted(Kind.CHANGE, channel="sms"))
    return house


def test_a_number_that_stands_in_the_pms_gets_its_text() -> None:
    house = texting_house()
    (claimed,) = house.claim()
    assert claimed.address == NUMBER


def test_a_number_taken_out_of_the_pms_gets_no_text() -> None:
    house = texting_house()
    house.tells(make.profile(language="en", emails=[Email(MAIL)], phones=[]), at=LATER)
    house.is_fresh(LATER)
    assert house.claim(LATER) == []
    assert (scene.only().state, scene.only().reason) == (State.HELD, Reason.NO_ADDRESS)
    with scope.everything():
        (use,) = ContactUse.objects.filter(contact_point__kind="phone")
    assert use.until_at == LATER


def test_a_number_taken_away_between_claim_and_hand_over_gets_none_either() -> None:
    house = texting_house()
    (claimed,) = house.claim()
    house.tells(make.profile(language="en", emails=[Email(MAIL)], phones=[]), at=LATER)
    assert gate.last_looks([claimed], LATER) == frozenset()


def test_a_no_that_is_set_in_the_pms_stops_marketing_at_the_next_sync() -> None:
    house = scene.build()
    house.agrees()
    house.plan(house.wanted(Kind.WIN_BACK))
    refuses = Consent("marketing", "email", "out")
    house.tells(make.profile(language="en", emails=[Email(MAIL)], consents=[refuses]), at=LATER)
    house.is_fresh(LATER)
    assert house.claim(LATER) == []
    assert scene.only().reason == Reason.OPTED_OUT
