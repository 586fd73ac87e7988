"""The house the screens are tested on: two hotels of the group, and stays read by real merges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.test import Client

from staytrue.changes import log
from staytrue.flow import conclude, reactions
from staytrue.hotel import scope
from staytrue.hotel.codes import Channel, GuestRole, Status
from staytrue.hotel.models import Property
from staytrue.hotel.records import Email, GuestOnBooking, Phone, Profile, Reservation
from staytrue.inbox.models import Connection, Delivery
from staytrue.kit import clock, merge
from staytrue.mirror import actions
from staytrue.mirror.rows import Encoder
from staytrue.staff.models import Member
from tests import make
from tests.staff import people

NOW = datetime(2026, 5, 21, 16, 0, tzinfo=UTC)
"""18:00 in Bilbao."""
TODAY = date(2026, 5, 21)
READ_AT = datetime(2026, 5, 21, 1, 10, tzinfo=UTC)
"""The file of 03:10 in Bilbao."""


def take(
    link: Connection,
    *records: Reservation | Profile,
    made_at: datetime = READ_AT,
    imported: bool = False,
) -> Delivery:
    """Merge records as one delivery of this instant, log what differs, tell the freshness."""
    name = "reservation" if isinstance(records[0], Reservation) else "profile"
    parcel = make.delivery(link, made_at, object=name, history=imported, state="applied")
    zone = link.property.timezone
    encoder = Encoder(parcel.id, link.property_id, zone, made_at)
    encode: Any = getattr(encoder, name)
    lines = [encode(seq, seq, hash(seq), record) for seq, record in enumerate(records, 1)]
    target = actions.TARGETS[name]
    given = {
        "connection_id": link.id,
        "read_at": made_at,
        "delivery_id": parcel.id,
        "imported": imported,
        "first_seen_at": made_at,
    }
    with scope.everything():
        merge.stage(target, [("\n".join(lines) + "\n").encode()])
        merged = actions.merge_staged(
            name, parcel.id, 0, len(lines) + 1, given, (log.created(name),)
        )
        merge.clear(target, parcel.id)
        log.append(conclude.entries(name, merged.updated), made_at, history=imported)
        actions.tell_freshness(
            link.id, name, property_id=link.property_id, true_through=made_at, now=made_at,
            delivery_id=parcel.id, scope="delta" if imported else "full",
        )  # fmt: skip
        reactions.raise_screens([link.property_id])
    return parcel


@dataclass
class House:
    """Hotel Sirga with a day's stays, and another hotel nobody at Sirga may see."""

    sirga: Property
    other: Property
    link: Connection
    other_link: Connection

    def stay(self, number: str, leg: str = "1") -> int:
        """The id of a stay by its number."""
        return self._id("reservation", "number", number)

    def guest(self, source_id: str) -> int:
        """The id of a profile by its source id."""
        return self._id("profile", "source_id", source_id)

    def _id(self, table: str, column: str, value: str) -> int:
        with scope.everything(), connection.cursor() as cursor:
            cursor.execute(f"SELECT id FROM {table} WHERE {column} = %s", [value])
            return int(cursor.fetchone()[0])

    def client(self, *roles: str, everywhere: bool = False) -> Client:
        """A member of Hotel Sirga (or of all) with these roles, signed in."""
        return signed_in(people.member(*roles, at=None if everywhere else self.sirga))


def signed_in(member: Member) -> Client:
    """A client with this member's session, who has just proved who he is."""
    client = Client()
    client.force_login(member)
    session = client.session
    session["proved_at"] = clock.now().isoformat()
    session.save()
    return client


def guest(role: str = "primary", profile: str = "G1") -> GuestOnBooking:
    """One entry of a roster."""
    return GuestOnBooking(GuestRole(role), profile)


def build() -> House:
    """The house on the evening of 21 May: read at 03:10, 14 h 50 min old."""
    sirga = make.hotel("BIO", business_date=TODAY)
    other = make.hotel("LYO", name="Hôtel Traboule", city="Lyon", timezone="Europe/Paris",
                       country="FR", business_date=TODAY)  # fmt: skip
    house = House(sirga, other, make.link(sirga), make.link(other, "lyo-files"))
    _read_people(house)
    _read_stays(house)
    _read_history(house)
    _read_other(house)
    return house


def _read_people(house: House) -> None:
    take(
        house.link,
        make.profile(
            language="fr",
            birth_date="1980-04-12",
            emails=[Email("claire@fontanel.example")],
            phones=[Phone("06 12 34 56 78", "+33612345678")],
        ),
        make.profile(
            source_id="G2",
            first_name="Nekane",
            last_name="Olabarria",
            emails=[Email("n.8812@relay.example", masked=True)],
        ),
        make.profile(
            source_id="G3",
            first_name="Peter",
            last_name="van Dongen",
            phones=[Phone("call the agency")],
        ),
        make.profile(source_id="G4", first_name="LÃ©onard", last_name="Meyer"),
    )


def _read_stays(house: House) -> None:
    """Two daily files: between them a room moves, a companion joins, one booking vanishes."""
    first = READ_AT - timedelta(days=1)
    early = [
        make.reservation(room_category="Classic", amount=_cents(58800), currency="EUR"),
        _arrival("30200", "G2", notes="Ground floor, please"),
        _in_house("30201", "G4", room_number="12"),
        _arrival("30202", "G3"),
    ]
    take(house.link, *early, made_at=first)
    take(
        house.link,
        make.reservation(
            room_category="Superior patio",
            amount=_cents(61200),
            currency="EUR",
            guests=[guest(), guest("companion", "G3")],
        ),
        early[1],
        _in_house("30201", "G4", room_number="27"),
    )
    lose_sight(house, "30202")


def _read_history(house: House) -> None:
    take(
        house.link,
        make.reservation(
            number="20001",
            status=Status.CHECKED_OUT,
            source_status="Checked out",
            arrival_on=date(2025, 8, 1),
            amount=_cents(30000),
            currency="EUR",
            room_amount=_cents(25000),
            room_number="7",
            guests=[guest(profile="G2")],
        ),
        made_at=READ_AT - timedelta(days=2),
        imported=True,
    )


def _read_other(house: House) -> None:
    ruth = make.profile(
        source_id="L1",
        first_name="Ruth",
        last_name="Adeyemi",
        emails=[Email("ruth@adeyemi.example")],
    )
    take(house.other_link, ruth)
    stay = make.reservation(
        number="77001", property="LYO", arrival_on=TODAY, guests=[guest(profile="L1")]
    )
    take(house.other_link, stay)


def _cents(value: int) -> Decimal:
    return Decimal(value) / 100


def _arrival(number: str, profile: str, **facts: Any) -> Reservation:
    given = {
        "channel": Channel.OTA,
        "room_category": "Superior",
        "guests": [guest("primary", profile)],
    }
    return make.reservation(number=number, arrival_on=TODAY, **(given | facts))


def _in_house(number: str, profile: str, **facts: Any) -> Reservation:
    return make.reservation(
        number=number, arrival_on=date(2026, 5, 19), nights=4, status=Status.IN_HOUSE,
        source_status="In house", guests=[guest("primary", profile)], **facts,
    )  # fmt: skip


def lose_sight(house: House, number: str) -> None:
    """The stay is missing from the last complete file."""
    with scope.everything():
        pairs = actions.lose_sight([house.stay(number)], "missing", READ_AT, date(2026, 5, 20))
        log.append(conclude.own_entries(pairs, READ_AT), READ_AT)
