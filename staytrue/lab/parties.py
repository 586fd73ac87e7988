"""Doubles that travel: families, couples and crews with their reservations, and the truth.

A crowd made to be hard: sons are named as their fathers, couples share all they have, and a
family firm books all its people with one mailbox, card and address.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from staytrue.guests.matching.presence import Stay
from staytrue.hotel.codes import GuestRole, Status
from staytrue.lab.doubles import Being, Doubles, Row
from staytrue.lab.figures import COUNTRIES
from staytrue.lab.streams import pick, stream

_FIRST_DAY, _DAYS = date(2024, 5, 1), 730
# Some cities have two hotels.
_HOTELS = (
    ("north", "Bilbao"), ("south", "Bilbao"), ("port", "Donostia"), ("old", "Madrid"),
    ("park", "Madrid"), ("cove", "Palma"), ("quay", "Porto"), ("hill", "Lyon"),
)  # fmt: skip
_STATUSES = (
    (Status.CHECKED_OUT, 82.0),
    (Status.IN_HOUSE, 1.0),
    (Status.CANCELLED, 8.0),
    (Status.NO_SHOW, 3.0),
    (Status.CONFIRMED, 6.0),
)
_KINDS = (("single", 25.0), ("couple", 30.0), ("family", 40.0), ("crew", 5.0))
_CONTACTS = ("email", "phone", "line1", "line2", "postcode", "city", "card_token")


@dataclass
class Habits:
    """How often something happens: shares of trips, of people, or of profiles."""

    namesake_child: float = 0.25
    twins: float = 0.1
    shares_all: float = 0.5
    again: float = 0.8
    copied_contacts: float = 0.5
    other_booker: float = 0.25
    listed_twice: float = 0.01
    rebooked: float = 0.4
    left_early: float = 0.01


@dataclass
class _Guest:
    """One person on the road: profiles by hotel, and the nights that are taken."""

    being: Being
    profiles: dict[str, list[str]] = field(default_factory=dict)
    taken: set[date] = field(default_factory=set)


@dataclass
class Parties(Doubles):
    """A seeded crowd, the profiles that hotels have of it, and its stays."""

    habits: Habits = field(default_factory=Habits)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._road = stream(self.seed, "doubles: road")
        self._rows: dict[str, Row] = {}
        self._stays: list[Stay] = []
        self._reservations = 0

    def made(self, profiles: int) -> tuple[list[Row], list[Stay]]:
        """So many profiles, or a few more: the last household is not torn apart."""
        household = 0
        while len(self._rows) < profiles:
            household += 1
            self._live(f"h{household}")
        return list(self._rows.values()), self._stays

    def _live(self, household: str) -> None:
        rng = self._road
        kind = pick(rng, _KINDS)
        guests = [_Guest(being) for being in self._household(household, kind)]
        if kind == "crew":
            for _ in range(rng.randrange(3, 9)):
                self._job(guests)
            return
        for _ in range(rng.randrange(1, 5) if len(guests) > 1 else 0):
            self._family_trip(guests)
        for place, guest in enumerate(guests):
            # Children seldom travel alone.
            for _ in range(rng.randrange(5 if place < 2 else 2)):
                self._trip([guest])

    def _household(self, name: str, kind: str) -> Iterator[Being]:
        rng, habits = self._people, self.habits
        head = self._being(name, pick(rng, COUNTRIES))
        yield head
        if kind == "crew":
            yield from self._crew(head)
        elif kind != "single":
            partner = self._relative(head, same_name=0.75)
            if rng.random() < habits.shares_all:
                partner = replace(
                    partner, emails=head.emails, mobiles=head.mobiles, cards=head.cards
                )
            yield partner
        if kind == "family":
            elder = self._child(head)
            if rng.random() < habits.namesake_child:
                elder = replace(elder, first=head.first)
            yield elder
            for _ in range(rng.randrange(3)):
                child = self._child(head)
                yield replace(child, born=elder.born) if rng.random() < habits.twins else child

    def _crew(self, head: Being) -> Iterator[Being]:
        """A family firm: brothers and cousins, all booked with the firm's mailbox, phone, card."""
        rng = self._people
        surnames = [head.last, self._surname(head.culture)]
        for _ in range(rng.randrange(3, 10)):
            other = self._being(head.household, head.culture)
            yield replace(
                other,
                last=rng.choice(surnames),
                emails=head.emails,
                mobiles=head.mobiles,
                landline=head.landline,
                homes=head.homes,
                cards=head.cards,
            )

    def _job(self, crew: list[_Guest]) -> None:
        """Rooms for a crew, one each; often two jobs in two cities at once."""
        rng = self._road
        several = rng.sample(crew, rng.randrange(2, len(crew) + 1))
        middle = len(several) // 2 if rng.random() < 0.6 else len(several)
        first, nights = self._when()
        hotels = rng.sample(_HOTELS, 2)
        for place, guest in enumerate(several):
            self._trip([guest], hotels[place >= middle], first, nights)

    def _family_trip(self, guests: list[_Guest]) -> None:
        rng = self._road
        party = [guest for guest in guests if rng.random() < 0.85] or guests[:1]
        hotel, (first, nights) = rng.choice(_HOTELS), self._when()
        # More than four take two rooms.
        for room in (party[:4], party[4:]):
            if room:
                self._trip(room, hotel, first, nights)

    def _when(self) -> tuple[date, int]:
        return _FIRST_DAY + timedelta(days=self._road.randrange(_DAYS)), self._road.randrange(1, 7)

    def _trip(
        self,
        party: list[_Guest],
        hotel: tuple[str, str] | None = None,
        first: date | None = None,
        nights: int = 0,
    ) -> None:
        """One reservation, for those who have no other plans: nobody is at two places."""
        rng = self._road
        hotel = hotel or rng.choice(_HOTELS)
        if first is None:
            first, nights = self._when()
        dates = {first + timedelta(days=day) for day in range(nights)}
        party = [guest for guest in party if not guest.taken & dates]
        if not party:
            return
        status = pick(rng, _STATUSES)
        last = first + timedelta(days=nights)
        if status in (Status.CHECKED_OUT, Status.IN_HOUSE):
            for guest in party:
                guest.taken |= dates
            if rng.random() < self.habits.left_early:
                # Gone to another city a day before; the reservation was never shortened.
                for guest in party:
                    guest.taken.discard(last - timedelta(days=1))
                self._trip(party, None, last - timedelta(days=1), 2)
        self._booked(party, hotel, first, last, status)
        if status == Status.CANCELLED and rng.random() < self.habits.rebooked:
            self._trip(party, None, first, nights)

    def _booked(
        self, party: list[_Guest], hotel: tuple[str, str], first: date, last: date, status: Status
    ) -> None:
        rng, habits = self._road, self.habits
        self._reservations += 1
        primary = self._profile(party[0], hotel[0], None)
        roster = [(primary, GuestRole.PRIMARY)]
        roster += [
            (self._profile(guest, hotel[0], primary), GuestRole.COMPANION) for guest in party[1:]
        ]
        if len(party) > 1 and rng.random() < habits.listed_twice:
            roster.append((self._new(party[0], hotel[0], None), GuestRole.COMPANION))
        if rng.random() < habits.other_booker:
            # Who booked on the web has a profile of that beside the desk's.
            roster.append((self._new(party[0], hotel[0], None), GuestRole.BOOKER))
        self._stays += [
            Stay(profile, f"r{self._reservations}", *hotel, first, last, status, role)
            for profile, role in roster
        ]

    def _profile(self, guest: _Guest, hotel: str, primary: str | None) -> str:
        """The profile that this hotel takes: mostly the one it has."""
        known = guest.profiles.get(hotel)
        if known and self._road.random() < self.habits.again:
            return self._road.choice(known)
        return self._new(guest, hotel, primary)

    def _new(self, guest: _Guest, hotel: str, primary: str | None) -> str:
        """A companion's profile has little, or what its desk copied from the primary guest."""
        row = self._written(guest.being)
        if primary:
            is_copied = self._road.random() < self.habits.copied_contacts
            beside = self._rows[primary] if is_copied else dict.fromkeys(_CONTACTS, "")
            row |= {name: beside[name] for name in _CONTACTS}
        row["id"] = f"{len(self._rows):08d}"
        self._rows[row["id"]] = row
        guest.profiles.setdefault(hotel, []).append(row["id"])
        return row["id"]
