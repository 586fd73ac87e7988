"""The guest card: one guest as its reader may see him, composed from the profiles he may see.

What a role does not read is taken out before anything is composed, so that no rule tells of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.db import connection

from staytrue.guests import choosing, golden, personas
from staytrue.guests.composing import FIELDS, Golden, Trust, composed, shown_name
from staytrue.guests.correcting import CORRECT
from staytrue.guests.elsewhere import Elsewhere, elsewhere
from staytrue.guests.models import Guest, Link
from staytrue.hotel.models import Property
from staytrue.inbox.models import Connection
from staytrue.mirror.history import History, StayOfProfile, history_of
from staytrue.mirror.lists import STAYS, full_name
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access, reads, visible_to
from staytrue.staff.masks import masked_in

COMING = frozenset({"inquiry", "option", "waitlist", "confirmed"})
HAPPENED = frozenset({"in_house", "checked_out"})


@dataclass(frozen=True)
class Source:
    """One of his profiles: from which connection, what it says, true through when."""

    id: int
    source_id: str
    name: str
    connection: str
    trust: Trust
    hotel: Property | None
    at: datetime
    true_through: datetime | None
    values: Mapping[str, Any]
    hidden: frozenset[str]
    masked: frozenset[str]
    is_gone: bool
    is_anonymised: bool
    may_correct: bool

    @property
    def zone(self) -> str:
        """Where its clocks are."""
        return self.hotel.timezone if self.hotel else "UTC"


@dataclass(frozen=True)
class Card:
    """A guest for one reader."""

    guest: Guest
    golden: Golden
    sources: tuple[Source, ...]
    history: History
    elsewhere: Elsewhere | None
    personas: tuple[personas.Shown, ...]

    @property
    def name(self) -> str:
        """As his profiles here write it, or the number of one of them."""
        return self.golden.name or self.sources[0].name

    @property
    def zone(self) -> str:
        """Where most of what is told happens: the first source's."""
        return self.sources[0].zone

    @property
    def hidden(self) -> frozenset[str]:
        """Fields of which something is kept from the reader."""
        return frozenset().union(*(each.hidden for each in self.sources))

    @property
    def true_through(self) -> datetime | None:
        """Up to when every change of every source is in it; nothing where one was never read."""
        instants = [each.true_through for each in self.sources]
        return None if None in instants else min(filter(None, instants))

    @property
    def next_stay(self) -> StayOfProfile | None:
        """Where he is now, or else the first to come."""
        here = [each for each in self.history.stays if each.status == "in_house"]
        coming = [each for each in self.history.stays if each.status in COMING]
        return next(iter([*here, *sorted(coming, key=lambda each: each.arrival_on)]), None)

    @property
    def happened(self) -> list[StayOfProfile]:
        """The stays that took place or are taking place, newest first."""
        return [each for each in self.history.stays if each.status in HAPPENED]


def guest_of(profile_id: int) -> Guest | None:
    """Whose profile it is; nobody's where it was not looked at yet."""
    return Guest.objects.filter(links__profile_id=profile_id, links__until_at=None).first()


def card(access: Access, guest: Guest, now: datetime) -> Card:
    """All that the head and the tabs of a guest's card tell this reader."""
    seen = visible_to(access, Link.objects.filter(guest=guest, until_at=None), PROFILES)
    ids = sorted(seen.values_list("profile_id", flat=True))
    read = golden.read([guest.pk], profiles=ids)[guest.pk]
    sources = _sources(access, read)
    values = {each.id: each.values for each in sources}
    hidden = {each.id: each.hidden for each in sources}
    made = composed(
        [msgspec.structs.replace(each, values=values[each.id]) for each in read.profiles],
        [word for word in read.words if word.field not in hidden[word.profile_id]],
        read.trust,
        frozenset(read.nobodys),
    )
    history = history_of(access, ids)
    today = now.astimezone(ZoneInfo(sources[0].zone if sources else "UTC")).date()
    computed = personas.personas_of(_stays(history), _home(made), today)
    return Card(
        guest,
        made,
        sources,
        history,
        elsewhere(access, guest.pk, access.where(STAYS)),
        tuple(personas.shown(computed, choosing.choices_of(ids))),
    )


def _sources(access: Access, read: golden.Sources) -> tuple[Source, ...]:
    links = {each.connection_id for each in read.profiles}
    names = dict(Connection.objects.filter(pk__in=links).values_list("pk", "name"))
    hotels = Property.objects.in_bulk({each.property_id for each in read.profiles})
    fresh = _true_through(links)
    made = []
    for each in read.profiles:
        unread = {name for name in FIELDS if not reads(access, name, each.property_id)}
        masked = frozenset(masked_in(each.values, access.masked, unread))
        hidden = unread | masked
        values = {name: value for name, value in each.values.items() if name not in hidden}
        parts = (values.get(name) for name in ("first_name", "last_name", "second_last_name"))
        made.append(
            Source(
                id=each.id,
                source_id=each.source_id,
                name=full_name(*(shown_name(part) for part in parts if part)) or each.source_id,
                connection=names.get(each.connection_id, ""),
                trust=read.trust.get(each.connection_id, Trust()),
                hotel=hotels.get(each.property_id or 0),
                at=each.at,
                true_through=fresh.get(each.connection_id),
                values=values,
                hidden=frozenset(hidden),
                masked=masked,
                is_gone=each.is_gone,
                is_anonymised=each.is_anonymised,
                may_correct=access.may(CORRECT, each.property_id),
            )
        )
    made.sort(key=lambda each: (-each.trust.trust, each.connection, each.source_id))
    return tuple(made)


def _true_through(connection_ids: Collection[int]) -> dict[int, datetime]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT connection_id, true_through FROM freshness
                WHERE object = 'profile' AND connection_id = ANY(%s)""",
            [list(connection_ids)],
        )
        return dict(cursor.fetchall())


def as_of_stays(stay: StayOfProfile) -> datetime | None:
    """Up to when the mirror of a stay's hotel holds every change: its oldest feed's."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT min(true_through) FROM freshness
                WHERE object = 'reservation' AND property_id = %s""",
            [stay.property_id],
        )
        found: datetime | None = cursor.fetchone()[0]
    return found


def _home(made: Golden) -> str:
    addresses: Sequence[Mapping[str, Any]] = made.value("addresses")
    return str(addresses[0].get("city") or "") if addresses else ""


def _stays(history: History) -> Iterable[personas.Stay]:
    """What the rules of personas ask, of stays that took place or are sure to."""
    for each in (*history.stays, *history.booked):
        if each.status not in HAPPENED and each.status != "confirmed":
            continue
        yield personas.Stay(
            each.id,
            each.arrival_on,
            each.nights,
            each.adults,
            (each.children or 0) + (each.infants or 0),
            each.segment,
            each.channel,
            each.lead_days,
            each.group_number,
            is_over=each.status in HAPPENED,
            is_party=bool({"primary", "companion"}.intersection(each.roles)),
            is_booker="booker" in each.roles,
            place=each.city,
        )
