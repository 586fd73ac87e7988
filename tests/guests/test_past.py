"""A guest as known on a past day is what was kept of him on that day (FEATURES R05)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from staytrue.guests import deciding, erasing, golden, links, undoing
from staytrue.guests.canonical import guest as record_of
from staytrue.guests.models import Correction, Guest, Link
from staytrue.guests.past import Moment, guest
from staytrue.hotel import scope
from staytrue.hotel.codes import GuestRole, Status
from staytrue.hotel.models import Property
from staytrue.hotel.records import Email, GuestOnBooking
from staytrue.inbox.models import Connection
from staytrue.kit.errors import Forbidden
from staytrue.mirror.history import history_of
from staytrue.mirror.models import Profile
from staytrue.staff import audit
from staytrue.staff.access import Access, house_access
from tests import make
from tests.guests import worlds
from tests.make import NOON

pytestmark = pytest.mark.django_db

DAYS = 14
PEOPLE = 5


@pytest.fixture(autouse=True)
def _everything() -> Iterator[None]:
    with scope.everything(), audit.acting("tests", NOON):
        yield


class Fortnight:
    """Two weeks of a hotel: files each morning, decisions at noon, and a picture each night."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng = Random(seed)
        self.folder = folder
        self.house: Property = make.hotel()
        self.link: Connection = make.link(self.house)
        self.ana: Access = house_access("ana")
        self.events: list[int] = []
        self.people = [
            make.profile(source_id=f"G{number}", first_name=name)
            for number, name in enumerate(["Claire", "Clara", "Klara", "Chiara", "Cleo"])
        ]
        self.stays = [
            make.reservation(
                number=f"4000{number}", guests=[GuestOnBooking(GuestRole.PRIMARY, each.source_id)]
            )
            for number, each in enumerate(self.people)
        ]

    def morning(self, now: Any) -> None:
        """One profile reads otherwise at its PMS, one stay moves or changes hands."""
        rng = self.rng
        number = rng.randrange(PEOPLE)
        person = self.people[number]
        mails = [Email(f"claire{rng.randrange(99)}@fontanel.example")]
        self.people[number] = make.profile(
            source_id=person.source_id,
            first_name=rng.choice(["Claire", "Clara", "Klara"]),
            emails=mails,
            modified_at=now - timedelta(hours=2),
        )
        number = rng.randrange(PEOPLE)
        arrival = date(2026, 6, rng.randrange(1, 20))
        status = rng.choice([Status.CONFIRMED, Status.IN_HOUSE])
        self.stays[number] = make.reservation(
            number=f"4000{number}",
            nights=rng.randrange(1, 6),
            arrival_on=arrival,
            status=status,
            source_status={Status.CONFIRMED: "Confirmed", Status.IN_HOUSE: "In house"}[status],
            guests=[GuestOnBooking(GuestRole.PRIMARY, f"G{rng.randrange(PEOPLE)}")],
            modified_at=now - timedelta(hours=1),
        )
        people = make.guests_file(self.folder, now, *self.people)
        assert not make.take(self.link, people, now, "staytrue_guests").held
        stays = make.stays_file(self.folder, now, *self.stays)
        assert not make.take(self.link, stays, now).held
        known = Link.objects.filter(until_at=None).values_list("profile_id", flat=True)
        fresh = Profile.objects.exclude(pk__in=known).order_by("pk").values_list("pk", flat=True)
        for profile in list(fresh) if now == NOON else ():
            event = links.note(links.Act(links.Kind.CREATED, "tests"), now)
            links.move({profile: links.open_guests(1, now)[0]}, event, now)
        golden.compute(Guest.objects.values_list("pk", flat=True), now)

    def noon(self, now: Any) -> None:
        """People decide and correct."""
        ways: list[Callable[[Any], None]] = [self.merge, self.merge, self.undo, self.correct]
        for _ in range(2):
            self.rng.choice(ways)(now)

    def merge(self, now: Any) -> None:
        at = links.guests_of(Profile.objects.values_list("pk", flat=True))
        one, other = self.rng.sample(sorted(at), 2)
        if at[one] != at[other]:
            rules = deciding.pair_rules.standing(
                *links.profiles_of([at[one], at[other]]).values(),
                deciding.PairRule.Kind.CANNOT_LINK,
            )
            lifting = [rule.pk for rule in rules]
            self.events.append(deciding.merge(self.ana, one, other, now, lifting=lifting))

    def undo(self, now: Any) -> None:
        if self.events:
            self.events.append(undoing.undo(self.ana, self.events.pop(), now))

    def correct(self, now: Any) -> None:
        profile = self.rng.choice(list(Profile.objects.values_list("pk", flat=True)))
        Correction.objects.filter(profile_id=profile, lifted_at=None).update(lifted_at=now)
        Correction.objects.create(
            profile_id=profile,
            field="title",
            value=self.rng.choice(["Dr.", "Prof."]),
            standing=Correction.Standing.CORRECTED,
            actor="ana",
            at=now,
        )
        golden.compute(links.guests_of([profile]).values(), now)

    def night(self) -> dict[str, Any]:
        """A picture of every guest from the tables of the present, not by the way that is tested."""
        picture: dict[str, Any] = {}
        for each in Guest.objects.order_by("pk"):
            profiles = sorted(
                Link.objects.filter(guest=each, until_at=None).values_list("profile_id", flat=True)
            )
            stays = history_of(self.ana, profiles).stays if profiles else []
            picture[str(each.public_id)] = (
                (
                    each.golden,
                    sorted(Profile.objects.filter(pk__in=profiles).values_list("source_id")),
                    sorted((stay.number, stay.status, stay.arrival_on) for stay in stays),
                )
                if profiles
                else None
            )
        return picture

    def rebuilt(self, at: Any, now: Any) -> dict[str, Any]:
        """The same of that night, as we rebuild it today."""
        picture: dict[str, Any] = {}
        for each in Guest.objects.filter(opened_at__lte=at):
            known = guest(self.ana, each.public_id, Moment(known_at=at), now)
            sources = sorted((profile["source_id"],) for profile in known.profiles)
            stays = sorted(
                (stay["number"], stay["status"], date.fromisoformat(stay["arrival_on"]))
                for stay in known.stays
            )
            picture[str(each.public_id)] = (
                (known.golden.stored(), sources, stays) if sources else None
            )
        return picture


@pytest.mark.parametrize("seed", [3, 5])
def test_rebuilding_any_past_day_equals_the_picture_kept_that_day(
    tmp_path: Path, seed: int
) -> None:
    fortnight = Fortnight(tmp_path, seed)
    kept = []
    for number in range(DAYS):
        now = NOON + timedelta(days=number)
        fortnight.morning(now)
        fortnight.noon(now + timedelta(hours=3))
        kept.append((now + timedelta(hours=9), fortnight.night()))
    today = NOON + timedelta(days=DAYS)
    for at, picture in kept:
        assert fortnight.rebuilt(at, today) == picture
    assert len({str(picture) for _, picture in kept}) > DAYS / 2
    # And the present is composed the same way.
    for each in Guest.objects.filter(state="active"):
        assert guest(fortnight.ana, each.public_id, Moment(), today).golden.stored() == each.golden


def test_what_we_came_to_know_late_was_true_before_we_knew(tmp_path: Path) -> None:
    link = make.link(make.hotel())
    later = NOON + timedelta(days=3)
    first = make.reservation(modified_at=NOON - timedelta(days=2))
    make.take(link, make.guests_file(tmp_path, NOON, make.profile()), NOON, "staytrue_guests")
    # One cancellation among many bookings: a file of nothing else would be held back.
    others = [make.reservation(number=f"5000{number}", guests=[]) for number in range(30)]
    make.take(link, make.stays_file(tmp_path, NOON, first, *others), NOON)
    cancelled = make.reservation(
        status=Status.CANCELLED,
        source_status="Cancelled",
        modified_at=NOON + timedelta(days=1),
        cancelled_at=NOON,
    )
    make.take(link, make.stays_file(tmp_path, later, cancelled, *others), later)
    profile = Profile.objects.get()
    event = links.note(links.Act(links.Kind.CREATED, "tests"), NOON)
    links.move({profile.pk: links.open_guests(1, NOON)[0]}, event, NOON)
    id_ = Guest.objects.get().public_id

    def status(**moment: Any) -> list[str]:
        known = guest(house_access("ana"), id_, Moment(**moment), later + timedelta(days=1))
        return [stay["status"] for stay in known.stays]

    day_two = NOON + timedelta(days=2)
    assert status() == ["cancelled"]
    assert status(known_at=day_two) == ["confirmed"]
    assert status(true_at=day_two) == ["cancelled"]
    assert status(true_at=NOON) == ["confirmed"]
    assert status(known_at=day_two, true_at=day_two) == ["confirmed"]


def test_of_an_erased_profile_no_past_is_left(tmp_path: Path) -> None:
    one, other = worlds.alone(2)
    deciding.merge(house_access("ana"), one, other, NOON)
    id_ = Guest.objects.get(state="active").public_id
    erasing.erase([one], "pms", NOON + timedelta(days=2))
    with pytest.raises(Forbidden):
        guest(house_access("ana"), id_, Moment(NOON - timedelta(days=1)), NOON)
    known = guest(house_access("ana"), id_, Moment(NOON + timedelta(days=1)), NOON)
    assert len(record_of(known)["profiles"]) <= 1
