"""Fifty days of a hotel with its guests, lived twice: once in which some of them were taken for one
person for a while, and once in which nobody ever was. What hangs on each guest, by his own names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.db.models import Sum
from msgspec.structs import replace

from staytrue.changes import pending
from staytrue.changes.kinds import RESERVATION_CHANGES
from staytrue.consent import acts
from staytrue.consent.acts import About, Spoken
from staytrue.consent.models import ContactUse
from staytrue.consent.purposes import GROUP, Channel, Origin, Purpose
from staytrue.flow import checking_out, reactions
from staytrue.forms import surveying, website
from staytrue.forms.models import WebsiteForm
from staytrue.guests import correcting, deciding, links, undoing
from staytrue.guests.accounts import configuring
from staytrue.guests.models import Account
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.records import Email, Profile, Reservation
from staytrue.loyalty import modules, moving
from staytrue.loyalty.models import PointsEntry, Redemption
from staytrue.messages import claims, gate, guest_links, leases
from staytrue.messages.carriers.base import Outcome, Result
from staytrue.messages.guest_links import Opens
from staytrue.messages.kinds import Kind
from staytrue.messages.models import GateSetting, GuestLink
from staytrue.mirror import actions as mirror
from staytrue.mirror.models import Freshness
from staytrue.mirror.models import Profile as Row
from staytrue.mirror.models import Reservation as Stay
from staytrue.staff import audit
from staytrue.staff.access import house_access
from tests import make
from tests.consent.scenes import person
from tests.guests import worlds
from tests.journeys import scenes
from tests.loyalty.scene import bill, live
from tests.messages import scene, ways
from tests.staff import people
from tests.web import house
from tests.web.house import House

BEGIN = datetime(2026, 5, 1, 16, tzinfo=scenes.READ.tzinfo)
DAY = timedelta(days=1)


@dataclass
class Life:
    """One of the two lives: its draws are the same in both, whoever is taken for whom."""

    rng: Random
    many: int
    at: House = field(init=False)
    members: list[str] = field(init=False)
    now: datetime = BEGIN
    stays: dict[str, Reservation] = field(default_factory=dict)
    told: dict[str, Profile | Reservation] = field(default_factory=dict)
    merges: list[int] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """A hotel with journey, programme and armed sender, and guests of one profile each."""
        self.at = scenes.running().house
        self.names = [f"P{number}" for number in range(1, self.many + 1)]
        scene.words(*Kind)
        chief = people.access("administrator")
        with scope.everything(), audit.acting("tests", self.now):
            # Caps look at all that a guest got: whoever was two got less meanwhile, for good.
            GateSetting.objects.create(property=self.at.sirga, cap_messages=0)
            WebsiteForm.objects.create(property=self.at.sirga, is_open=True)
            configuring.set_for(chief, self.at.sirga, {}, self.now)
            modules.turn(chief, None, self.now, on=True)
        live()
        ways.armed(self.at.sirga, limit=100_000, now=self.now - DAY)
        for name in self.names:
            self.told[name] = living(name, f"{name.lower()}@casa.example")
        self.end_of_day()
        with scope.everything(), audit.acting("tests", self.now):
            worlds.admit([self.at.guest(name) for name in self.names])
        self.settle()
        # Half of them were here before, and are in the list already.
        self.members = self.names[::2]
        for who in self.members:
            before = self.today - 9 * DAY
            self.told[who] = make.reservation(
                number=f"{who}-before", arrival_on=before, checked_out_at=self.now - 6 * DAY,
                status=Status.CHECKED_OUT, folio=bill(), guests=[house.guest(profile=who)],
            )  # fmt: skip
        self.end_of_day()

    # What happens on a day.

    def one_of_them(self) -> str:
        return self.rng.choice(self.names)

    def books(self) -> None:
        who, ahead, nights = self.one_of_them(), self.rng.randrange(1, 4), self.rng.randrange(1, 3)
        number = f"{who}-{len(self.stays)}"
        self.told[number] = self.stays[number] = make.reservation(
            nights=nights, number=number, arrival_on=self.today + ahead * DAY, channel="website",
            created_at=self.now, guests=[house.guest(profile=who)],
        )  # fmt: skip

    def changes(self) -> None:
        coming = [each for each in self.stays.values() if each.status == Status.CONFIRMED]
        drawn, later = self.rng.random(), self.rng.randrange(1, 5) * DAY
        if coming:
            stay = coming[int(drawn * len(coming))]
            arrival, departure = stay.arrival_on, stay.departure_on
            assert arrival
            assert departure
            facts: dict[str, Any] = {
                "arrival_on": arrival + later,
                "departure_on": departure + later,
            }
            if drawn * 7 % 1 < 0.3:
                facts = {"status": Status.CANCELLED, "source_status": "X", "cancelled_at": self.now}
            self.tells(stay, **facts)

    def moves_house(self) -> None:
        who, number = self.one_of_them(), self.rng.randrange(10**6)
        self.told[who] = living(who, f"{who.lower()}.{number}@casa.example")

    def says(self) -> None:
        who, yes = self.one_of_them(), self.rng.random() < 0.5
        purpose = self.rng.choice([Purpose.MARKETING, Purpose.SURVEY, Purpose.SERVICE])
        uses = ContactUse.objects.filter(profile_id=self.at.guest(who), until_at=None)
        point = uses.order_by("pk").values_list("contact_point_id", flat=True).first()
        act = acts.opt_in if yes else acts.opt_out
        spoken = Spoken(Origin.DESK, "tests", self.at.sirga.pk, words="As I said.")
        about = About(self.at.guest(who), point)
        act([about], [purpose], [Channel.EMAIL], GROUP, spoken, self.now)

    def is_corrected(self) -> None:
        who, value = self.one_of_them(), self.rng.choice(["Dr.", "Prof.", "Lady"])
        correcting.correct(
            house_access("ana"), self.at.guest(who), "title", {"value": value}, "so", self.now
        )

    def answers(self) -> None:
        drawn, score = self.rng.random(), self.rng.randrange(11)
        over = [each for each in self.stays.values() if each.status == Status.CHECKED_OUT]
        if over:
            stay = over[int(drawn * len(over))]
            asked = guest_links.Wanted(
                Opens.SURVEY, self.at.sirga.pk, self.at.guest(_whose(stay)), Channel.EMAIL, "en",
                reservation_id=self.at.stay(stay.number),
            )  # fmt: skip
            guest_links.make([asked], self.now)
            link = GuestLink.objects.latest("pk")
            surveying.answer(link, surveying.Told(str(score), comment="Good."), self.now)

    def writes_on_the_website(self) -> None:
        who, key = self.one_of_them(), f"{self.rng.randrange(10**12)}"
        told = website.Told(
            key, "Ana", who, f"{who.lower()}@casa.example", words="Is there a pool?"
        )
        website.take(self.at.sirga, told, self.now)

    def gets_points(self) -> None:
        who, points = self.rng.choice(self.members), self.rng.randrange(1, 90)
        moving.adjust(house_access("ana"), self.account(who), points, "For the trouble", self.now)

    def spends(self) -> None:
        """Some of what he has alone."""
        who, share = self.rng.choice(self.members), self.rng.random()
        mine = PointsEntry.objects.filter(profile_id=self.at.guest(who))
        got = mine.exclude(kind__in=["hold", "release"]).aggregate(points=Sum("points"))
        spent = Redemption.objects.filter(account_id=self.account(who)).aggregate(sum=Sum("points"))
        if points := int(((got["points"] or 0) - (spent["sum"] or 0)) * share):
            moving.hold(house_access("ana"), self.account(who), points, "Wine", self.now)

    def account(self, who: str) -> int:
        """The account that his own check-out opened."""
        return Account.objects.get(profile_id=self.at.guest(who)).pk

    @property
    def today(self) -> date:
        return self.now.date()

    def tells(self, stay: Reservation, **facts: Any) -> None:
        """The PMS knows something else of a stay."""
        self.told[stay.number] = self.stays[stay.number] = replace(stay, **facts)

    def arrivals_and_departures(self) -> None:
        for stay in list(self.stays.values()):
            if stay.status == Status.CONFIRMED and stay.arrival_on == self.today:
                self.tells(stay, status=Status.IN_HOUSE, checked_in_at=self.now)
            elif stay.status == Status.IN_HOUSE and stay.departure_on == self.today:
                self.tells(stay, status=Status.CHECKED_OUT, checked_out_at=self.now, folio=bill())

    def day(self, events: int) -> None:
        """So many things happen; then the PMS is read, all is settled, and what is due leaves."""
        ways_: list[tuple[int, Callable[[], None]]] = [
            (30, self.books), (15, self.changes), (8, self.moves_house), (12, self.says),
            (6, self.is_corrected), (8, self.answers), (5, self.writes_on_the_website),
            (8, self.gets_points), (8, self.spends),
        ]  # fmt: skip
        weights, acts_ = zip(*ways_, strict=True)
        with scope.everything(), audit.acting("tests", self.now):
            for act in self.rng.choices(acts_, weights, k=events):
                act()
                self.happened[act.__name__] += 1
        self.arrivals_and_departures()
        self.end_of_day()
        self.send()
        self.now += DAY

    def end_of_day(self) -> None:
        for kind in (Profile, Reservation):
            if records := [each for each in self.told.values() if isinstance(each, kind)]:
                house.take(self.at.link, *records, made_at=self.now)
        self.told.clear()
        self.settle()

    def settle(self) -> None:
        """Whatever a day's readings and acts wake; the daily passes too."""
        with scope.everything():
            stays = list(Stay.objects.values_list("pk", flat=True))
            mirror.settle_rosters(stays, self.now)
            profiles = list(Row.objects.values_list("pk", flat=True))
            Freshness.objects.update(true_through=self.now)
            for reaction, kinds in reactions.REACTIONS.items():
                if kinds:
                    of_stays = any(kind in RESERVATION_CHANGES for kind in kinds)
                    object_, ids = ("reservation", stays) if of_stays else ("profile", profiles)
                    pending.add(reaction.__name__, object_, ids, self.now)
        reactions.settle(self.now)
        checking_out.find_left_out(self.now)

    def send(self) -> None:
        """The gate decides, and the mail server takes everything."""
        leases.take(ways.WORKER, self.now)
        with scope.everything():
            going = gate.claim(1_000, ways.WORKER, self.now)
            leaving = gate.last_looks(going, self.now)
            claims.settled(
                [(each, Outcome(Result.ACCEPTED)) for each in going if each.message.pk in leaving],
                self.now,
            )

    # Who is taken for whom.

    def merge(self, one: str, other: str) -> None:
        with scope.everything():
            ends = self.at.guest(one), self.at.guest(other)
            at = links.guests_of(ends)
            if len(set(at.values())) > 1:
                self.merges.append(deciding.merge(house_access("ana"), *ends, self.now))

    def unmerge(self, rng: Random) -> None:
        """Every merge is taken back, in any order; the worker settles what that wakes."""
        rng.shuffle(self.merges)
        with scope.everything():
            for event in self.merges:
                undoing.undo(house_access("ben"), event, self.now)
        reactions.settle(self.now)


def living(name: str, address: str) -> Profile:
    """A guest with an address at home."""
    return replace(person(name, f"Ana {name}"), emails=[Email(address, "home")])


def _whose(stay: Reservation) -> str:
    return stay.guests[0].profile
