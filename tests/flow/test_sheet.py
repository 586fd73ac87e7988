"""The capability sheet of a simulated PMS says what its file declares, field by field."""

from __future__ import annotations

from datetime import timedelta

import pytest

from staytrue.connectors import registry
from staytrue.hotel import scope
from staytrue.inbox.models import Connection
from staytrue.lab.bookings import build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.pms.mews import Mews, Quirk
from staytrue.mirror import capability
from tests import make
from tests.connectors.mews.following import Follower
from tests.flow.test_auditing import DAY, START
from tests.lab.pms.follower import Clock
from tests.web.house import take


@pytest.mark.django_db
def test_the_sheet_of_the_simulated_pms_equals_what_it_declares() -> None:
    first, last = START.date() - 60 * DAY, START.date() + 30 * DAY
    world = build_world(11, hotel_sirga(rooms=20), first, last, today=START.date())
    clock = Clock(START)
    follower = Follower(Mews(world, clock, seed=4, quirks=frozenset({Quirk.MERGES})), clock)
    follower.until_quiet()
    for _ in range(20):
        clock.instant += timedelta(hours=12)
        follower.until_quiet()
    link = make.link(make.hotel("BIO"), "bio-mews")
    with scope.everything(), make.audit.acting("tests", START):
        Connection.objects.update(dialect="mews")
        link.refresh_from_db()
    take(link, *follower.profiles.values(), made_at=clock())
    take(link, *follower.reservations.values(), made_at=clock())
    declared = registry.manifest("mews")["fields"]
    with scope.everything():
        capability.measure(link, clock().date())
        sheet = capability.sheet(link, clock().date(), declared)
    measured = {(each.object, each.field): (each.held, each.sent) for each in sheet}
    sent = {(object, field) for object, facts in declared.items() for field in facts["sent"]}
    held = {
        (object, field) for object, facts in declared.items() for field in facts.get("held", ())
    }
    assert sent | held <= measured.keys()
    assert measured == {key: (key in sent | held, key in sent) for key in measured}
