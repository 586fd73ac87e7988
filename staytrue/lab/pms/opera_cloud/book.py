"""What OPERA holds of the invented world, version by version: the truth its mirror must equal.

Canonical records in OPERA's words. It knows less than the world (no infants, no hour of check-in)
and more: shares, reservations for several rooms until they are split, merged profiles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from staytrue.hotel.codes import Board, Channel, GuestRole, Payment, Segment, Status
from staytrue.hotel.records import Address, Extra, GuestOnBooking, Profile, Reservation
from staytrue.lab.bookings import World
from staytrue.lab.life import Life, Record
from staytrue.lab.pms.opera_cloud.quirks import Quirk
from staytrue.lab.streams import stream

STATUSES = {
    Status.INQUIRY: "Requested", Status.OPTION: "Requested", Status.WAITLIST: "Waitlisted",
    Status.CONFIRMED: "Reserved", Status.IN_HOUSE: "InHouse", Status.CHECKED_OUT: "CheckedOut",
    Status.CANCELLED: "Cancelled", Status.NO_SHOW: "NoShow",
}  # fmt: skip
CHANNELS = {
    Channel.WEBSITE: "WEB", Channel.DIRECT: "PHONE", Channel.CORPORATE: "CRP", Channel.OTA: "OTA",
    Channel.GDS: "GDS", Channel.TOUR_OPERATOR: "TOUR", Channel.GROUP: "GRP",
}  # fmt: skip
SEGMENTS = {
    Segment.BUSINESS: "COR", Segment.LEISURE: "LEI", Segment.GROUP: "GRP", Segment.OTHER: "OTH",
}  # fmt: skip
BOARDS = {Board.BB: "BBRF", Board.HB: "HBRD", Board.FB: "FBRD", Board.AI: "AINC"}
PAYMENTS = {
    Payment.CARD: "VA", Payment.TRANSFER: "INV", Payment.CASH: "CA", Payment.AGENCY: "TA",
}  # fmt: skip
LANGUAGES = {"en": "E", "es": "S", "fr": "F", "de": "G", "it": "I", "pt": "P", "nl": "N"}
AGENTS = frozenset({Channel.OTA, Channel.TOUR_OPERATOR, Channel.GDS})
GUARANTEE = "6PM"

SHARED, SEVERAL, MERGED, BIRTH_MASKED = 0.3, 0.04, 0.5, 0.2
SHARER, LEG, PSEUDO = 5_000_000, 6_000_000, 7_000_000
Drift = Callable[[datetime], timedelta]
"""By how much the PMS's clock is wrong at an instant."""
Seen = Callable[[datetime], datetime]


def no_drift(instant: datetime) -> timedelta:
    """A clock that is right."""
    del instant
    return timedelta()


def words() -> dict[str, str]:
    """What the settings of a connection must say of this hotel's code lists."""

    def pairs(table: dict[str, str]) -> str:
        return ", ".join(f"{code}={meaning}" for meaning, code in table.items())

    return {
        "languages": pairs(LANGUAGES),
        "channels": pairs({code.value: word for code, word in CHANNELS.items()}),
        "segments": pairs({code.value: word for code, word in SEGMENTS.items()}),
        "boards": pairs({code.value: word for code, word in BOARDS.items()}),
        "payments": pairs({code.value: word for code, word in PAYMENTS.items()}),
        "room_codes": "1000",
        "tax_codes": "1900",
    }


@dataclass(frozen=True)
class Held:
    """A reservation as OPERA holds it, and the last cancellation it remembers."""

    stay: Reservation
    cancelled_on: date | None = None


@dataclass
class Book:
    """Every reservation and profile of one hotel, with its whole past and future."""

    world: World
    seed: int
    quirks: frozenset[Quirk]
    stays: dict[str, Life[Held]] = field(default_factory=dict)
    profiles: dict[str, Life[Profile]] = field(default_factory=dict)
    merged: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    pseudo: list[Held] = field(default_factory=list)
    drift: Drift = no_drift

    def __post_init__(self) -> None:
        self.zone = self.world.house.zone
        for source_id, life in self.world.profiles.items():
            rng = stream(self.seed, f"profile {source_id}")
            masked = Quirk.MASKED_BIRTH_DATES in self.quirks and rng.random() < BIRTH_MASKED
            self.profiles[source_id] = Life(
                [(at, what, _profile(found, self.seen, masked=masked))
                 for at, what, found in life.versions]
            )  # fmt: skip
        for number, booking in self.world.bookings.items():
            self._enter(number, booking)
        if Quirk.MERGES in self.quirks:
            self._merge()
        if Quirk.PSEUDO_ROOMS in self.quirks and self.stays:
            first = next(iter(self.stays.values())).versions[0][2].stay
            self.pseudo = [
                Held(replace(first, number=str(PSEUDO + n), group_number=None, guests=[]))
                for n in range(3)
            ]

    def stay_at(self, number: str, instant: datetime) -> Held | None:
        """A reservation as OPERA holds it at this instant."""
        life = self.stays.get(number)
        return life.state_at(instant) if life else None

    def truth(self, instant: datetime) -> dict[str, Reservation]:
        """What a perfect mirror holds at this instant, by number."""
        found = ((number, life.state_at(instant)) for number, life in self.stays.items())
        return {number: held.stay for number, held in found if held is not None}

    def profile_truth(self, instant: datetime) -> dict[str, Profile]:
        """What a perfect mirror of the profiles holds at this instant."""
        found = ((id_, life.state_at(instant)) for id_, life in self.profiles.items())
        return {id_: profile for id_, profile in found if profile is not None}

    def _enter(self, number: str, booking: Life[Reservation]) -> None:
        rng = stream(self.seed, f"reservation {number}")
        versions: list[tuple[datetime, str, Held]] = []
        cancelled_on = None
        for at, what, record in booking.versions:
            if record.status is Status.CANCELLED:
                cancelled_on = at.astimezone(self.zone).date()
            held = Held(_stay(record, at, cancelled_on, self.seen), cancelled_on)
            versions.append((at, what, held))
        self.stays[number] = Life(versions)
        if Quirk.SHARES in self.quirks and rng.random() < SHARED and self._share(number):
            return
        if Quirk.SEVERAL_ROOMS in self.quirks and rng.random() < SEVERAL:
            self._split(number, rng)

    def _share(self, number: str) -> bool:
        """A companion with a reservation of his own in the same room."""
        life = self.stays[number]
        companions = [_companions(held.stay) for _, _, held in life.versions]
        if not companions[0] or any(found != companions[0] for found in companions):
            return False
        other, sharer = companions[0][0], str(SHARER + int(number))
        mains, shares = [], []
        for at, what, held in life.versions:
            stay = held.stay
            keeps = [guest for guest in stay.guests if guest.profile != other]
            custom = stay.custom | {"shares_with": [sharer]}
            mains.append((at, what, Held(replace(stay, guests=keeps, custom=custom),
                                         held.cancelled_on)))  # fmt: skip
            share = {"shares_with": [number], "is_sharer": True, "share_amount": str(stay.amount)}
            shares.append(
                (at, what, Held(replace(
                    stay, number=sharer, adults=1, children=0, extras=[], notes=None, board=None,
                    source_board=None, amount=None, room_amount=None, tax_included=None,
                    guests=[GuestOnBooking(GuestRole.PRIMARY, other)],
                    custom=_renumbered(stay.custom, sharer) | share,
                ), held.cancelled_on))
            )  # fmt: skip
        self.stays[number], self.stays[sharer] = Life(mains), Life(shares)
        return True

    def _split(self, number: str, rng: Random) -> None:
        """Two rooms on one reservation, until the desk splits it in two of one confirmation."""
        life = self.stays[number]
        (first_at, _, first), ready = life.versions[0], life.versions
        lead = datetime.combine(first.stay.arrival_on, datetime.min.time(), UTC) - first_at
        if lead < timedelta(days=3) or len(ready) < 2:
            return
        at = first_at + timedelta(seconds=int(lead.total_seconds() * rng.uniform(0.3, 0.7)))
        before = [(when, what, _with_rooms(held)) for when, what, held in ready if when < at]
        after = [(when, what, held) for when, what, held in ready if when >= at]
        if not after:
            return
        now = life.state_at(at) or first
        split = Held(replace(now.stay, modified_at=self.seen(at)), now.cancelled_on)
        leg = str(LEG + int(number))
        self.stays[number] = Life([*before, (at, "split", split), *after])
        rooms = [(at, "created", split), *after]
        self.stays[leg] = Life(
            [(when, what, Held(replace(
                held.stay, number=leg, created_at=self.seen(at),
                room_number=held.stay.room_number and f"{held.stay.room_number}B",
                custom=_renumbered(held.stay.custom, leg),
            ), held.cancelled_on)) for when, what, held in rooms]
        )  # fmt: skip

    def _merge(self) -> None:
        """The desk puts profiles of one person together; what hung on the victim moves over."""
        rng = stream(self.seed, "merges")
        ids: dict[str, list[str]] = {}
        for source_id, person in self.world.person_of.items():
            ids.setdefault(person, []).append(source_id)
        for survivor, *others in ids.values():
            for victim in others:
                if rng.random() < MERGED:
                    made = self.profiles[victim].versions[-1][0]
                    at = made + timedelta(seconds=rng.randrange(3600, 40 * 86400))
                    self.merge(victim, survivor, at)
        self.move_over()

    def merge(self, victim: str, survivor: str, at: datetime) -> None:
        """One profile goes into another at this instant."""
        self.merged[victim] = (survivor, at)
        last = self.profiles[victim].last
        away = replace(last, custom=last.custom | {"status": "Inactive"},
                       modified_at=self.seen(at))  # fmt: skip
        self.profiles[victim].then(at, "merged away", away)

    def move_over(self) -> None:
        """What hung on the victims hangs on the survivors from then on."""
        if self.merged:
            for number, life in self.stays.items():
                self.stays[number] = self._moved_over(life)

    def lose(self, after: datetime, until: datetime) -> None:
        """Nothing that was written between these two instants was ever written."""
        self.stays, known = _without(self.stays, after, until), self.profiles
        self.profiles = _without(known, after, until)
        versions = [one for life in self.stays.values() for one in life.versions]
        for at, _, held in sorted(versions, key=lambda one: one[0]):
            for guest in held.stay.guests:
                if guest.profile not in self.profiles:
                    # Whoever books again is entered again.
                    entered = replace(known[guest.profile].last, modified_at=self.seen(at))
                    self.profiles[guest.profile] = Life([(at, "created", entered)])
        for victim, (_, at) in list(self.merged.items()):
            if after < at <= until:
                del self.merged[victim]

    def seen(self, instant: datetime) -> datetime:
        """The instant as OPERA's readers will understand it."""
        return _seen(instant + self.drift(instant), self.zone)

    def _moved_over(self, life: Life[Held]) -> Life[Held]:
        known = {guest.profile for _, _, held in life.versions for guest in held.stay.guests}
        moves = sorted(
            (max(at, life.first_at), victim, survivor)
            for victim, (survivor, at) in self.merged.items()
            if victim in known
        )
        if not moves:
            return life
        changes = [(at, what, held) for at, what, held in life.versions]
        changes += [
            (at, "guest replaced", held)
            for at, victim, _ in moves
            if (held := life.state_at(at)) and victim in {g.profile for g in held.stay.guests}
        ]
        versions = []
        for at, what, held in sorted(changes, key=lambda change: change[0]):
            over = {victim: survivor for when, victim, survivor in moves if when <= at}
            guests = [replace(g, profile=over.get(g.profile, g.profile)) for g in held.stay.guests]
            distinct = list({(g.role, g.profile): g for g in guests}.values())
            stamp = max(held.stay.modified_at or at, self.seen(at))
            stay = replace(held.stay, guests=distinct, modified_at=stamp)
            versions.append((at, what, Held(stay, held.cancelled_on)))
        return Life(versions)


def _stay(record: Reservation, at: datetime, cancelled_on: date | None, seen: Seen) -> Reservation:
    """The record in OPERA's words, without what OPERA does not know."""
    custom = {"source_of_sale": f"PMS {record.property}", "guarantee": GUARANTEE}
    by_agent = record.channel in AGENTS
    by_company = record.channel is Channel.CORPORATE
    if record.source:
        name = "travel_agent" if by_agent else "company" if by_company else "group_name"
        custom[name] = record.source
    is_cancelled = record.status is Status.CANCELLED
    if is_cancelled:
        custom |= {"cancellation_reason": "PLANS", "cancellation_number": f"X{record.number}"}
    board = BOARDS.get(record.board) if record.board else None
    meals = [Extra(board, "Meals", Decimal(record.adults or 1))] if board else []
    payment = PAYMENTS[record.payment_method] if record.payment_method else None
    is_out = record.status is Status.CHECKED_OUT
    made = record.created_at
    return replace(
        record,
        group_number=record.group_number or f"C{record.number}",
        # OPERA has one word for what is not yet confirmed.
        status=Status.INQUIRY if record.status is Status.OPTION else record.status,
        source_status=STATUSES[record.status],
        created_at=seen(made) if isinstance(made, datetime) else made,
        modified_at=seen(at),
        cancelled_at=cancelled_on if is_cancelled else None,
        checked_in_at=None,
        checked_out_at=None,
        children=(record.children or 0) + (record.infants or 0),
        infants=None,
        board=record.board if board else None,
        source_board=board,
        source_channel=CHANNELS[record.channel],
        source=record.source if by_agent or by_company else None,
        source_segment=SEGMENTS[record.segment] if record.segment else None,
        source_payment=payment,
        # Of a guest who has left the posted revenue is told, and nothing of the tax in it.
        tax_included=None if is_out else True,
        extras=meals + record.extras,
        guests=sorted(record.guests, key=lambda guest: guest.role is GuestRole.BOOKER),
        custom=custom,
    )


def _profile(record: Profile, seen: Seen, *, masked: bool) -> Profile:
    addresses = record.addresses or ([Address(country=record.country)] if record.country else [])
    emails = [
        replace(found, masked=found.address.endswith("@guest.booking.com"))
        for found in record.emails
    ]
    return replace(
        record,
        birth_date=None if masked else record.birth_date,
        language=record.language if record.language in LANGUAGES else None,
        emails=emails,
        addresses=addresses,
        country=addresses[0].country if addresses else None,
        modified_at=record.modified_at and seen(record.modified_at),
        custom={},
    )


def _without(
    lives: dict[str, Life[Record]], after: datetime, until: datetime
) -> dict[str, Life[Record]]:
    found = {
        key: Life([one for one in life.versions if not after < one[0] <= until])
        for key, life in lives.items()
    }
    return {key: life for key, life in found.items() if life.versions}


def _seen(instant: datetime, zone: ZoneInfo) -> datetime:
    """The instant as it survives being written without a zone: an hour is lost each autumn."""
    local = instant.astimezone(zone).replace(tzinfo=None, microsecond=0)
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _companions(stay: Reservation) -> list[str]:
    return [guest.profile for guest in stay.guests if guest.role is GuestRole.COMPANION]


def _with_rooms(held: Held) -> Held:
    stay = replace(held.stay, custom=held.stay.custom | {"rooms": 2})
    return Held(stay, held.cancelled_on)


def _renumbered(custom: dict[str, object], number: str) -> dict[str, object]:
    if "cancellation_number" in custom:
        return custom | {"cancellation_number": f"X{number}"}
    return dict(custom)
