"""R01: a hotel of daily files with a second connection that only answers about single stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from staytrue.consent import actions as consent
from staytrue.flow import lateness, living
from staytrue.flow.last_looks import LastLooks
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.records import Email
from staytrue.inbox import actions as inbox
from staytrue.kit.errors import Refused
from staytrue.messages import gate, leases, planning
from staytrue.messages.case import Told
from staytrue.messages.kinds import Kind
from staytrue.messages.models import Decision, GateSetting, LookUp, Message
from staytrue.messages.reasons import Reason
from staytrue.messages.wanted import Wanted
from staytrue.mirror.feeds import feeds
from staytrue.mirror.models import Profile, Reservation
from staytrue.staff import audit
from staytrue.staff.access import house_access
from tests import make
from tests.flow.living import OPENS, Build, Scene, building, guest_ids, lived, plain, written
from tests.messages import scene, ways

pytestmark = pytest.mark.django_db

STAYS, LOST, BUDGET = 50, 4, 20
DUE = OPENS + timedelta(hours=7)
"""15:00 at the hotel; its file is of the night."""
NIGHT = OPENS - timedelta(hours=3)


@pytest.fixture
def build() -> Iterator[Build]:
    """Houses behind the line."""
    with building() as made:
        yield made


def house(build: Build, folder: Path, *, lost: int = LOST) -> tuple[Scene, set[str]]:
    """Fifty arrivals of today as the file of the night tells them; some cancel before 15:00."""
    chance = Random(8)
    numbers = [f"7{n:03}" for n in range(STAYS if lost else 1)]
    gone = set(chance.sample(numbers, lost))
    stays = {number: plain(number) for number in numbers}
    lives = [
        lived(
            stay,
            *[(OPENS + timedelta(minutes=chance.randrange(420)), {"status": Status.CANCELLED})]
            if number in gone
            else [],
        )
        for number, stay in stays.items()
    ]
    found = build("sql_views", written(*lives))
    found.member.link.lookups_only = True
    with scope.everything(), audit.acting("tests", NIGHT):
        found.member.link.save(update_fields=["lookups_only"])
    hotel = found.member.link.property
    files = make.link(hotel)
    people = [
        make.profile(source_id=id_, emails=[Email(f"{name}@fontanel.example")])
        for name, id_ in zip(("claire", "jon", "ana"), guest_ids(), strict=True)
    ]
    make.take(files, make.guests_file(folder, NIGHT, *people), NIGHT, "staytrue_guests")
    whole = [replace(each, modified_at=NIGHT - timedelta(days=1)) for each in stays.values()]
    make.take(files, make.stays_file(folder, NIGHT, *whole), NIGHT)
    with scope.everything(), audit.acting("tests", NIGHT):
        GateSetting.objects.create(
            property=hotel, look_ups_per_hour=BUDGET, cap_messages=0,
            quiet_from="00:00", quiet_until="00:00",
        )  # fmt: skip
        ids = list(Profile.objects.values_list("pk", flat=True))
        consent.learn_roles(consent.keep_contacts(ids, NIGHT), NIGHT)
        _plan(NIGHT)
    scene.words(Kind.PRE_CHECKIN)
    ways.armed(hotel, now=NIGHT, limit=1_000)
    return found, gone


def _plan(at: datetime) -> None:
    owners = dict(Profile.objects.values_list("source_id", "pk"))
    wanted = {
        stay.pk: [
            Wanted(
                Kind.PRE_CHECKIN, stay.property_id, owners[stay.primary_profile or ""], None,
                "stay", DUE, DUE, DUE + timedelta(hours=8), "en", "profile", "stay:pre_checkin", 1,
                basis={"arrival_on": stay.arrival_on.isoformat(),
                       "departure_on": stay.departure_on.isoformat()},
            )
        ]
        for stay in Reservation.objects.all()
    }  # fmt: skip
    planning.settle(wanted, at)


def at_door(of: Scene, at: datetime) -> list[str]:
    """One round at this instant: the bookings that may be written to."""
    of.group.clock.instant = at
    of.house.push(lambda _: 200)
    leases.take(ways.WORKER, at)
    looks = LastLooks(of.group.clock, lambda _: of.member.network)
    claims = gate.claim(1_000, ways.WORKER, at, looks)
    with scope.everything():
        numbers = dict(Reservation.objects.values_list("pk", "number"))
    return [numbers[each.message.reservation_id or 0] for each in claims]


def test_no_pre_check_in_is_wrong_at_eight_of_a_hundred_cancelled_the_same_day(
    build: Build, tmp_path: Path
) -> None:
    found, gone = house(build, tmp_path)
    left: list[str] = []
    for at in [DUE + timedelta(minutes=45 * step) for step in range(5)]:
        left += at_door(found, at)
    assert gone
    assert not gone.intersection(left)
    assert len(left) == len(set(left)) == STAYS - LOST
    with scope.everything():
        rows = LookUp.objects.exclude(answer=Told.BUSY)
        asked = Counter((row.at - DUE) // timedelta(hours=1) for row in rows)
        told = Counter(rows.values_list("answer", flat=True))
        held = set(Message.objects.filter(state="held").values_list("reason", flat=True))
        sent = Decision.objects.filter(answer="send")
        proofs = set(sent.values_list("facts__look_up__told", flat=True))
    # Nobody is asked twice who said otherwise: the next file will tell.
    assert told == {Told.SAME: STAYS - LOST, Told.DIFFERS: LOST}
    assert all(count <= BUDGET for count in asked.values())
    assert held == {Reason.CHANGED_LIVE}
    assert proofs == {Told.SAME}


def test_it_is_not_mirrored_not_late_and_no_clock_of_its_own(build: Build, tmp_path: Path) -> None:
    found, _ = house(build, tmp_path, lost=0)
    assert living.live_links() == []
    late = OPENS + timedelta(hours=20)
    assert lateness.tell_late_feeds(late) == 0
    with scope.everything():
        told = {each.name: each for each in feeds(house_access("tests"))}
        assert Reservation.objects.filter(connection=found.member.link).count() == 0
    assert told[found.member.link.name].lookups_only


def test_what_only_reads_files_cannot_be_asked() -> None:
    hotel = make.hotel()
    with pytest.raises(Refused), scope.everything(), audit.acting("tests", OPENS):
        inbox.connect("looks", hotel, "export_files", {}, now=OPENS, lookups_only=True)
