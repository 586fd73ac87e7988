"""The fidelity audit against a simulated PMS: it lists what differs, all of it, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from staytrue.flow import auditing, parcels
from staytrue.flow.parcels import Talk
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox.models import Connection
from staytrue.kit.errors import Refused, Temporary
from staytrue.lab.bookings import build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.pms.mews import Mews
from staytrue.mirror import audits
from staytrue.mirror.models import FidelityDifference, FidelityRun
from staytrue.staff import audit as entries
from tests import make
from tests.connectors.mews.following import Follower, settings_at
from tests.lab.pms.follower import Clock, Wire
from tests.web.house import take

pytestmark = pytest.mark.django_db

START = datetime(2026, 5, 10, 6, tzinfo=UTC)
DAY = timedelta(days=1)
BILBAO = ZoneInfo("Europe/Madrid")


@dataclass
class Place:
    """A simulated PMS, and a mirror that was read from it."""

    pms: Mews
    clock: Clock
    http: Wire
    link: Connection

    def audit(self, sample: int | None = None, seed: int = 1) -> FidelityRun:
        talk = Talk(self.link, self.clock, self.http)
        return auditing.audit(talk, sample=sample, chance=Random(seed))

    def found(self, run: FidelityRun) -> list[FidelityDifference]:
        with scope.everything():
            return audits.differences(run)

    def change(self, table: str, id: str, **values: Any) -> None:
        """Something becomes different at the PMS, and nothing tells of it."""
        row = self.pms.books.newest(table, id)
        assert row is not None
        self.pms.books.overwrite(table, {**row, **values}, self.clock())


def place(rooms: int, days_back: int, days_ahead: int) -> Place:
    """A house whose every booking was read an hour ago."""
    first, last = START.date() - days_back * DAY, START.date() + days_ahead * DAY
    world = build_world(11, hotel_sirga(rooms=rooms), first, last, today=START.date())
    clock = Clock(START)
    pms = Mews(world, clock, seed=4, quirks=frozenset())
    follower = Follower(pms, clock)
    follower.until_quiet()
    pms.rest()
    link = make.link(make.hotel("BIO"), "bio-mews")
    with scope.everything(), make.audit.acting("tests", START):
        Connection.objects.update(dialect="mews", settings=settings_at(START).values)
        link.refresh_from_db()
    take(link, *follower.profiles.values(), made_at=clock())
    take(link, *follower.reservations.values(), made_at=clock())
    clock.instant += timedelta(hours=1)
    return Place(pms, clock, Wire(pms.application), link)


@pytest.fixture
def small() -> Place:
    """Some dozens of bookings."""
    return place(rooms=8, days_back=10, days_ahead=20)


def seed(house: Place, stays: int, guests: int) -> dict[tuple[str, str], tuple[Any, Any]]:
    """Make one field of so many records different: (key, field) → (ours, the PMS's)."""
    chance, truth, books = Random(37), house.pms.truth, house.pms.books
    seeded: dict[tuple[str, str], tuple[Any, Any]] = {}
    alone = [n for n, stay in truth.reservations.items() if not stay.children and not stay.infants]
    for n, number in enumerate(chance.sample(sorted(alone), stays)):
        known, id_ = truth.reservations[number], books.id("stay", number)
        if n % 2:
            count = {"AgeCategoryId": books.id("age", "adults"), "Count": 9}
            house.change("Reservations", id_, PersonCounts=[count])
            seeded[f"BIO:{number}:1", "adults"] = (known.adults, 9)
        else:
            assert isinstance(known.created_at, datetime)
            ours = known.created_at.astimezone(BILBAO).isoformat()
            house.change("Reservations", id_, CreatedUtc="2025-08-01T10:00:00Z")
            seeded[f"BIO:{number}:1", "created_at"] = (ours, "2025-08-01T12:00:00+02:00")
    people = {guest.profile for stay in truth.reservations.values() for guest in stay.guests}
    for n, id_ in enumerate(chance.sample(sorted(people & truth.profiles.keys()), guests)):
        column, name = (("LastName", "last_name"), ("Notes", "notes"))[n % 2]
        # A name that nobody invented has: an equal one would be no difference.
        house.change("Customers", id_, **{column: "Nobody-Else"})
        seeded[id_, name] = (getattr(truth.profiles[id_], name), "Nobody-Else")
    return seeded


# 5,000 bookings are written, read, merged and read again: a minute.
def test_the_audit_lists_exactly_the_37_differences_with_both_values_and_age() -> None:
    house = place(rooms=70, days_back=230, days_ahead=170)
    assert len(house.pms.truth.reservations) >= 5_000
    seeded = seed(house, stays=20, guests=17)
    found = house.found(house.audit())
    assert {(each.key, each.field): (each.ours, each.theirs) for each in found} == seeded
    assert len(found) == len(seeded) == 37
    assert {each.ours_since for each in found} == {house.clock() - timedelta(hours=1)}


def test_a_mirror_without_a_fault_is_whole(small: Place) -> None:
    run = small.audit()
    assert small.found(run) == []
    total = audits.shares(run)[0]
    assert total.records.value == total.fields.value == 1.0
    assert total.records.interval == (1.0, 1.0)
    assert total.records.of > len(small.pms.truth.reservations)


def test_a_change_under_way_is_no_infidelity(small: Place) -> None:
    number = min(small.pms.truth.reservations)
    id_ = small.pms.books.id("stay", number)
    seed(small, stays=1, guests=0)
    small.change("Reservations", id_, CreatedUtc="2025-08-01T10:00:00Z")

    def arrives(self: Any) -> None:
        with scope.everything(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE reservation SET created_at = '2025-08-01T10:00:00Z' WHERE number = %s",
                [number],
            )
        look_again(self)

    look_again = auditing._Auditor.look_again
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(auditing._Auditor, "look_again", arrives)
        found = small.found(small.audit())
    assert [each.key for each in found if number in each.key] == []
    assert len(found) == 1


def test_what_is_missing_on_either_side_is_told(small: Place) -> None:
    known = small.pms.truth.reservations
    gone, lost = sorted(known)[:2]
    small.pms.books.remove("Reservations", small.pms.books.id("stay", gone), small.clock())
    guest = known[lost].guests[0].profile
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM reservation WHERE number = %s", [lost])
        cursor.execute("DELETE FROM profile WHERE source_id = %s", [guest])
    found = {(each.kind, each.key) for each in small.found(small.audit())}
    assert ("missing_at_pms", f"BIO:{gone}:1") in found
    assert ("missing_here", f"BIO:{lost}:1") in found
    assert ("missing_here", guest) in found
    assert len(found) == 3


def test_a_stay_out_of_sight_that_the_pms_shows_is_missing_here(small: Place) -> None:
    number = min(small.pms.truth.reservations)
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reservation SET out_of_sight_since = read_at WHERE number = %s", [number]
        )
    (found,) = small.found(small.audit())
    assert (found.kind, found.key) == ("missing_here", f"BIO:{number}:1")


def test_a_sample_is_drawn_at_random_and_has_an_interval(small: Place) -> None:
    run, other = small.audit(sample=10, seed=1), small.audit(sample=10, seed=2)
    total = audits.shares(run)[0]
    assert total.records.of == 20
    assert total.records.value == 1.0
    assert 0.8 < total.records.interval[0] < 1.0
    assert run.pk != other.pk


def test_a_run_that_the_pms_interrupts_goes_on_where_it_was(small: Place) -> None:
    seeded = seed(small, stays=4, guests=4)
    whole, calls = small.http, 0

    class Busy:
        """Wants a rest at every fortieth call."""

        def request(self, *asked: Any, **more: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls % 40 == 0:
                raise Temporary("Too many requests.", "busy", retry_after=30)
            return whole.request(*asked, **more)

    small.http = Busy()  # type: ignore[assignment]
    rests, run = 0, None
    while run is None:
        try:
            run = small.audit()
        except Temporary:
            rests += 1
    assert rests
    assert {(each.key, each.field) for each in small.found(run)} == seeded.keys()
    total = audits.shares(run)[0]
    small.http = whole
    assert total.records.of == audits.shares(small.audit())[0].records.of


def test_a_connection_by_files_cannot_be_audited() -> None:
    link = make.link(make.hotel("BIO"))
    with pytest.raises(Refused) as refused:
        auditing.require_live(link)
    assert refused.value.code == "not_live"


def test_differences_of_old_runs_go_and_their_shares_stay(small: Place) -> None:
    seed(small, stays=1, guests=0)
    old = small.audit()
    small.clock.instant += audits.KEPT + DAY
    new = small.audit()
    assert small.found(old) == []
    assert len(small.found(new)) == 1
    with scope.everything():
        assert [run.pk for run in audits.newest(small.link, 5)] == [new.pk, old.pk]


def test_the_nightly_audit_runs_in_the_quiet_hours_once(
    small: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        parcels, "talk", lambda link, clock: Talk(link, clock, small.http)
    )  # the way out checks addresses; the simulated PMS has none
    with scope.everything():
        links = list(Connection.objects.select_related("property"))
    ended = []
    for _ in range(48):
        small.clock.instant += timedelta(minutes=30)
        ended.append(auditing.audit_due(links, small.clock))
    assert sum(ended) == 1
    with scope.everything():
        (run,) = audits.newest(small.link, 5)
    assert run.ended_at is not None
    assert run.ended_at.astimezone(BILBAO).hour == 2


def test_the_nightly_audit_draws_as_many_as_the_connection_says(
    small: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parcels, "talk", lambda link, clock: Talk(link, clock, small.http))
    with scope.everything(), entries.acting("tests", START):
        inbox.set_objectives(small.link, {"fidelity_sample": 20})
    small.clock.instant = datetime(2026, 5, 12, 1, tzinfo=UTC)
    assert auditing.audit_due([small.link], small.clock) == 1
    with scope.everything():
        (run,) = audits.newest(small.link, 5)
    assert run.sample == 20
