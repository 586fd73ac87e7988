"""E-mail addresses and phones as the hotels of a group have them, with the truth who is behind each.

People, families, firms, agencies, OTAs' relays, the hotels' own addresses and what desks type where
they know none. Nothing is clean: agencies write as persons do, friends book for friends, names are
mistyped, employees come for pleasure. One seed, one world.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from msgspec import structs

from staytrue.consent.facts import Stay
from staytrue.hotel.codes import Channel, ProfileKind, Segment
from staytrue.lab.figures import COUNTRIES
from staytrue.lab.people import MAILBOXES, plain
from staytrue.lab.streams import pick, stream

_FIRST_DAY, _DAYS = date(2022, 1, 1), 1600
_HOTELS = ("Sirga", "Miralba", "Aldapa", "Corberon", "Les Tilleuls", "Seehof")
_NICKNAMES = {
    "William": "Bill", "Thomas": "Tom", "James": "Jim", "Michael": "Mike", "Daniel": "Dan",
    "Francisco": "Paco", "Manuel": "Manolo", "Pilar": "Pili", "Andrew": "Andy", "Kate": "Katie",
}  # fmt: skip
_WORDS = (
    "sunny", "blue", "tiger", "moto", "luna", "mar", "sky", "coffee", "runner", "piano", "vela",
    "delta", "rocky", "nube", "comet",
)  # fmt: skip
_FIRMS = (
    "acero", "norte", "lumen", "hydra", "quanta", "ferro", "pixel", "orbita", "terra", "vectra",
    "solar", "nexo", "cobalt", "arka", "fusion", "kraft", "delta", "prisma",
)  # fmt: skip
_TRADES = ("group", "tech", "consulting", "ingenieria", "bau", "logistics", "pharma", "sa", "")
_TRAVEL = ("viajes", "travel", "tours", "reisen", "voyages", "booking", "dmc", "holidays")
_DESKS = ("info", "booking", "bookings", "reservas", "reservations", "groups", "sales", "office")
_NONE = (
    "noemail@noemail.com", "no@no.com", "none@none.com", "na@na.com", "sinemail@hotelsirga.example",
    "xx@xx.xx", "a@a.com", "test@test.com", "unknown@unknown.com", "noemail@hotelseehof.example",
    "nomail@nomail.es", "pasdemail@hotel.fr", "111@111.com", "noreply@noreply.com",
    "keine@email.de", "aaa@aaa.aa", "sincorreo@correo.com", "notiene@gmail.com", "no@email.com",
    "guest@guest.com", "noemail1@noemail.com", "000@000.com", "asd@asd.com", "n@n.es",
)  # fmt: skip
_NO_NUMBERS = (
    "000000", "0000000000", "999999999", "+34000000000", "123456789", "n/a", "111111111", "-",
    "+34 600000000", "00", "xxx", "1234567890", "0", "+1 1111111111", "none", "987654321",
)  # fmt: skip
_PRIVATE = ((Channel.WEBSITE, 30.0), (Channel.DIRECT, 26.0), (Channel.OTA, 26.0),
            (Channel.TOUR_OPERATOR, 8.0), (Channel.WHOLESALE, 2.0), (Channel.GROUP, 4.0),
            (Channel.OTHER, 4.0))  # fmt: skip
_FIRM = ((Channel.CORPORATE, 52.0), (Channel.GDS, 14.0), (Channel.DIRECT, 16.0),
         (Channel.WEBSITE, 9.0), (Channel.OTA, 7.0), (Channel.GROUP, 2.0))  # fmt: skip
_AGENCY = ((Channel.TOUR_OPERATOR, 48.0), (Channel.WHOLESALE, 14.0), (Channel.GDS, 14.0),
           (Channel.GROUP, 8.0), (Channel.OTA, 4.0), (Channel.DIRECT, 9.0),
           (Channel.OTHER, 3.0))  # fmt: skip
_DESK = ((Channel.DIRECT, 42.0), (Channel.OTA, 22.0), (Channel.OTHER, 16.0), (Channel.WEBSITE, 9.0),
         (Channel.TOUR_OPERATOR, 6.0), (Channel.CORPORATE, 5.0))  # fmt: skip
_RELAYED = ((Channel.OTA, 97.0), (Channel.OTHER, 2.0), (Channel.DIRECT, 1.0))


@dataclass(frozen=True, slots=True)
class Written:
    """A profile as a hotel wrote it."""

    id: int
    property_id: int
    kind: str
    first_name: str
    last_name: str
    home: str


@dataclass(slots=True)
class Labelled:
    """A contact point with its truth, the profiles that have it and their reservations."""

    kind: str
    value: str
    role: str
    users: list[Written] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Soul:
    first: str
    last: str
    home: str
    number: str


class World:
    """A seeded group of hotels; `labelled` makes about so many contact points."""

    def __init__(self, seed: int) -> None:
        self._rng = stream(seed, "addresses")
        self._profiles = self._reservations = 0
        self._taken: set[str] = set()
        self._found: dict[tuple[str, str], Labelled] = {}

    def labelled(self, count: int) -> list[Labelled]:
        """About `count` contact points of all seven roles, in the order of their values."""
        for name in _HOTELS:
            self._house(name)
        for value in _NONE + _NO_NUMBERS:
            self._nothing(value)
        makers = ((self._household, 70.0), (self._firm, 5.0), (self._agency, 6.0),
                  (self._relays, 9.0))  # fmt: skip
        while len(self._found) < count:
            pick(self._rng, makers)()
        return [self._found[key] for key in sorted(self._found)]

    # Who there is.

    def _household(self) -> None:
        rng = self._rng
        people = self._family()
        shares = len(people) > 1 and rng.random() < 0.4
        box = self._mailbox(people[0], alone=not shares)
        if shares:
            self._shared(people, box)
        for soul in [] if shares else people:
            self._single(soul, box if soul is people[0] else self._mailbox(soul, alone=True))
        if rng.random() < 0.5:
            users = [self._profile(soul, self._hotel()) for soul in people for _ in range(2)]
            used = users if len(people) > 1 else users[:1]
            role = "family" if len(people) > 1 else "private"
            self._keep("phone", people[0].number, role, used, self._trips(used))

    def _single(self, soul: _Soul, address: str) -> None:
        rng = self._rng
        users = [self._profile(soul, self._hotel()) for _ in range(pick(rng, _COUNTS))]
        if rng.random() < 0.2:
            # He moved, and one hotel has heard of it.
            users[-1] = replace(users[-1], home=self._home())
        stays = self._trips(users)
        if rng.random() < 0.03:
            # Once he booked for friends, or for a wedding: other names, one date, one hotel.
            guests = [self._friend(users[0].property_id) for _ in range(rng.randrange(1, 9))]
            stays += self._together(guests, _PRIVATE, Segment.LEISURE)
            users += guests
        self._keep("email", address, "private", users, stays)
        if rng.random() < 0.3:
            self._keep("phone", self._mobile(), "private", users[:2], self._trips(users[:2]))

    def _shared(self, people: Sequence[_Soul], address: str) -> None:
        rng = self._rng
        hotel = self._hotel()
        users = [self._profile(soul, hotel) for soul in people]
        stays = self._together(users, _PRIVATE, Segment.LEISURE) if rng.random() < 0.6 else []
        for soul in people:
            again = [self._profile(soul, self._hotel()) for _ in range(rng.randrange(2))]
            users += again
            stays += self._trips(again)
        self._keep("email", address, "family", users, stays)

    def _firm(self) -> None:
        rng = self._rng
        trade = rng.choice(_TRADES)
        firm = f"{rng.choice(_FIRMS)}{rng.choice(_FIRMS)}"
        name = self._site(f"{firm}-{trade}" if trade else firm)
        style = rng.randrange(3)
        for _ in range(pick(rng, ((1, 25.0), (2, 15.0), (4, 20.0), (9, 20.0), (25, 15.0)))):
            soul = self._soul()
            users = [self._profile(soul, self._hotel()) for _ in range(pick(rng, _COUNTS))]
            stays = self._trips(users, _FIRM, Segment.BUSINESS)
            if rng.random() < 0.15:
                stays += self._trips(users[:1], _PRIVATE, Segment.LEISURE)
            first, last = plain(soul.first), plain(soul.last)
            local = (f"{first}.{last}", f"{first[0]}{last}", first)[style]
            self._keep("email", self._free(local, name), "company", users, stays)
        for kind, share in (("email", 0.4), ("phone", 0.35)):
            if rng.random() < share:
                value = f"{rng.choice((*_DESKS, 'travel', 'admin'))}@{name}"
                value = value if kind == "email" else self._landline()
                staff = [self._profile(self._soul(), self._hotel())
                         for _ in range(rng.randrange(4, 40))]  # fmt: skip
                if rng.random() < 0.4:
                    staff.append(self._legal(firm, ProfileKind.COMPANY))
                stays = self._trips(staff, _FIRM, Segment.BUSINESS)
                self._keep(kind, value, "company", staff, stays)

    def _agency(self) -> None:
        rng = self._rng
        word, own = rng.choice(_TRAVEL), rng.choice((*_FIRMS, *_WORDS))
        agency = f"{own}{word}" if rng.random() < 0.5 else f"{word}{own}"
        if rng.random() < 0.25:
            agency = f"{own}{rng.choice(_FIRMS)}"
        name = self._site(agency)
        clerk = self._soul()
        local = rng.choice(_DESKS) if rng.random() < 0.7 else plain(clerk.first)
        address = self._free(local, name)
        if rng.random() < 0.12:
            address = self._free(agency, rng.choice(MAILBOXES))
        bookings = pick(rng, ((1, 10.0), (2, 10.0), (4, 18.0), (12, 26.0), (40, 24.0), (300, 12.0)))
        few = [self._hotel() for _ in range(rng.randrange(1, 5))]
        guests = [self._profile(self._soul(), rng.choice(few)) for _ in range(bookings)]
        # Its address came with a booking, for each of them.
        stays = [self._stay(user, self._day(), _AGENCY, Segment.LEISURE) for user in guests]
        if rng.random() < 0.4:
            guests.append(self._legal(agency, ProfileKind.AGENCY))
        is_phone = bookings > 3 and rng.random() < 0.3
        if is_phone:
            self._keep("phone", self._landline(), "agency", guests, stays)
        self._keep("email", address, "agency", guests, stays)

    def _relays(self) -> None:
        rng = self._rng
        host = pick(rng, (("guest.booking.com", 45.0), ("m.expediapartnercentral.com", 20.0),
                          ("guest.ota.example", 15.0), ("staynow-mail.example", 12.0),
                          ("roomly.example", 8.0)))  # fmt: skip
        for _ in range(rng.randrange(1, 6)):
            soul = self._soul()
            local = f"{plain(soul.first)}{plain(soul.last)[:3]}.{rng.randrange(10**6)}"
            if rng.random() < 0.5:
                local = f"{rng.getrandbits(44):011x}"
            users = [self._profile(soul, self._hotel())]
            stays = self._trips(users, _RELAYED, Segment.LEISURE, most=2)
            self._keep("email", self._free(local, host), "relay", users, stays)

    def _house(self, name: str) -> None:
        rng, hotel = self._rng, _HOTELS.index(name) + 1
        squeezed = plain(name)
        site = rng.choice((f"hotel{squeezed}", f"{squeezed}hotel", f"hotel-{squeezed}"))
        for local in rng.sample(("reception", "info", "reservas", "frontdesk"), 2):
            self._lent(f"{local}@{site}.example", "email", hotel)
        self._lent(f"hotel{squeezed}@{rng.choice(MAILBOXES)}", "email", hotel)
        for _ in range(3):
            self._lent(self._landline(), "phone", hotel)

    def _lent(self, value: str, kind: str, hotel: int) -> None:
        guests = [self._profile(self._soul(), hotel) for _ in range(self._rng.randrange(25, 400))]
        self._keep(kind, value, "own", guests, self._trips(guests, _DESK, most=2))

    def _nothing(self, value: str) -> None:
        rng = self._rng
        few = [self._hotel() for _ in range(rng.randrange(1, 6))]
        count = pick(rng, ((1, 25.0), (3, 20.0), (20, 30.0), (200, 25.0)))
        guests = [self._profile(self._soul(), rng.choice(few)) for _ in range(count)]
        kind = "email" if "@" in value else "phone"
        self._keep(kind, value, "placeholder", guests, self._trips(guests, _DESK, most=2))

    # How they look.

    def _soul(self) -> _Soul:
        rng, culture = self._rng, pick(self._rng, COUNTRIES)
        first = rng.choice(culture.female if rng.random() < 0.5 else culture.male)
        last = rng.choice(culture.last)
        if culture.language == "es" and rng.random() < 0.6:
            last = f"{last} {rng.choice(culture.last)}"
        return _Soul(first, last, self._home(), self._mobile())

    def _family(self) -> list[_Soul]:
        rng, head = self._rng, self._soul()
        size = pick(rng, ((1, 50.0), (2, 32.0), (3, 10.0), (4, 8.0)))
        people = [head]
        while len(people) < size:
            other = self._soul()
            if all(other.first != each.first for each in people):
                last = head.last if rng.random() < 0.6 else other.last
                people.append(replace(other, last=last, home=head.home, number=head.number))
        return people

    def _profile(self, soul: _Soul, hotel: int) -> Written:
        rng = self._rng
        self._profiles += 1
        first, last = soul.first, soul.last
        if rng.random() < 0.06:
            first = _NICKNAMES.get(first, f"{first[0]}.")
        if rng.random() < 0.05 and len(last) > 4:
            at = rng.randrange(1, len(last) - 1)
            last = last[:at] + last[at + 1 :]
        if rng.random() < 0.02:
            first, last = last, first
        if rng.random() < 0.1:
            first, last = first.upper(), last.upper()
        home = soul.home if rng.random() < 0.4 else ""
        return Written(self._profiles, hotel, ProfileKind.PERSON, first, last, home)

    def _friend(self, hotel: int) -> Written:
        return self._profile(self._soul(), hotel)

    def _legal(self, name: str, kind: str) -> Written:
        self._profiles += 1
        kind = kind if self._rng.random() < 0.8 else ProfileKind.PERSON
        return Written(self._profiles, self._hotel(), kind, "", name.title(), "")

    def _mailbox(self, soul: _Soul, *, alone: bool) -> str:
        rng = self._rng
        first, last = plain(soul.first), plain(soul.last.removeprefix("de la ").partition(" ")[0])
        local = rng.choice(
            (f"{first}.{last}", f"{first[0]}{last}", f"{first}{last}", f"{last}.{first}")
        )
        if rng.random() < 0.22:
            local = f"{rng.choice(_WORDS)}{rng.choice(_WORDS)}"
        if not alone and rng.random() < 0.4:
            local = rng.choice((f"familia{last}", f"{last}family", f"die{last}s", f"{last}s"))
        if rng.random() < 0.4:
            local = f"{local}{rng.randrange(1, 99)}"
        domain = rng.choice(MAILBOXES)
        if rng.random() < 0.06:
            # Some have a domain of their own.
            domain = self._site(f"{last}-{rng.choice(('family', 'home', 'online', 'net'))}")
        elif rng.random() < 0.4:
            domain = rng.choice(("gmail.com", "hotmail.com", "outlook.es", "orange.fr", "gmx.de"))
        return self._free(local, domain)

    def _free(self, local: str, domain: str) -> str:
        address, again = f"{local}@{domain}", 1
        while address in self._taken:
            again += 1
            address = f"{local}{again}@{domain}"
        self._taken.add(address)
        return address

    def _site(self, name: str) -> str:
        """A domain that nobody has yet."""
        return self._free(name, "example").replace("@", ".")

    def _mobile(self) -> str:
        return f"346{self._rng.randrange(10**8):08d}"

    def _landline(self) -> str:
        return f"349{self._rng.randrange(10**8):08d}"

    def _home(self) -> str:
        return f"{self._rng.randrange(10**7):07d} street"

    def _hotel(self) -> int:
        return self._rng.randrange(len(_HOTELS)) + 1

    # What they did.

    def _trips(
        self,
        users: Sequence[Written],
        channels: Sequence[tuple[Channel, float]] = _PRIVATE,
        segment: Segment = Segment.LEISURE,
        most: int = 5,
    ) -> list[Stay]:
        return [
            self._stay(user, self._day(), channels, segment)
            for user in users
            for _ in range(self._rng.randrange(most))
        ]

    def _together(
        self, users: Sequence[Written], channels: Sequence[tuple[Channel, float]], segment: Segment
    ) -> list[Stay]:
        """Several on one trip: in one room or in several, at most a day apart."""
        rng, day = self._rng, self._day()
        first = self._stay(users[0], day, channels, segment)
        found = [first]
        for user in users[1:]:
            if rng.random() < 0.5:
                found.append(structs.replace(first, profile_id=user.id))
            else:
                later = day + timedelta(days=rng.randrange(2))
                found.append(self._stay(user, later, ((Channel(first.channel), 1.0),), segment))
        return found

    def _stay(
        self, user: Written, day: date, channels: Sequence[tuple[Channel, float]], segment: Segment
    ) -> Stay:
        rng = self._rng
        self._reservations += 1
        seg = segment if rng.random() < 0.85 else rng.choice(tuple(Segment))
        last = day + timedelta(days=rng.randrange(1, 8))
        return Stay(self._reservations, user.property_id, user.id, day, last,
                    pick(rng, channels), seg, rng.random() < 0.25)  # fmt: skip

    def _day(self) -> date:
        return _FIRST_DAY + timedelta(days=self._rng.randrange(_DAYS))

    def _keep(
        self, kind: str, value: str, role: str, users: list[Written], stays: list[Stay]
    ) -> None:
        self._found.setdefault((kind, value), Labelled(kind, value, role, users, stays))


_COUNTS = ((1, 55.0), (2, 24.0), (3, 12.0), (5, 9.0))
HOTELS = tuple(f"Hotel {name}" for name in _HOTELS)
"""The names of the hotels of this world; their numbers are 1, 2, …"""
