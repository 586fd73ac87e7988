"""Named reads about messages: the outbox of a day, one message whole, the messages of a stay."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce

from staytrue.hotel.models import Property
from staytrue.kit.errors import Refused
from staytrue.messages.kinds import LEFT, OPEN, UNDERWAY, State
from staytrue.messages.models import Decision, LookUp, Message, MessageText
from staytrue.messages.reasons import CONFIRMABLE
from staytrue.mirror.lists import full_name
from staytrue.mirror.models import Profile, Reservation
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access, one_of, visible_to

READ = "stays.read"
ANSWER = "messages.answer"
LINES = 100

DUE, HELD, SENT, UNKNOWN, CLOSED = "due", "held", "sent", "unknown", "closed"
_SENT = sorted(state.value for state in (LEFT | UNDERWAY) - {State.UNKNOWN})
_OVER = [State.CLOSED.value, State.EXPIRED.value]


@dataclass(frozen=True)
class Line:
    """One message in a list, with the stay and the name it is for."""

    message: Message
    hotel: Property
    name: str
    number: str

    def record(self) -> dict[str, Any]:
        """What `list messages` prints."""
        each = self.message
        return {
            "id": str(each.public_id),
            "property": self.hotel.code,
            "kind": each.kind,
            "state": each.state,
            "reason": each.reason or None,
            "due_at": each.due_at.isoformat(),
            "held_until": each.held_until.isoformat() if each.held_until else None,
            "handed_at": each.handed_at.isoformat() if each.handed_at else None,
            "reservation": self.number or None,
            "recipient_role": each.recipient_role,
            "channel": each.channel,
        }


@dataclass(frozen=True)
class Outbox:
    """A day's messages of some hotels: how many stand in each heap, and the lines of one."""

    day: date
    heap: str
    counts: dict[str, int]
    lines: list[Line]
    goes_on: bool


def hotels(access: Access) -> list[Property]:
    """Those whose messages he may see."""
    return list(Property.objects.filter(pk__in=access.where(READ)))


def outbox(
    access: Access, at: Collection[Property], day: date, heap: str = DUE, after: int = 0
) -> Outbox:
    """What is due, held, sent, unknown or closed on this day, by each hotel's own calendar.

    Held is whatever waits now, whenever it was due: a hold does not end with its day.
    """
    mine = visible_to(access, Message.objects.filter(is_shadow=False), READ)
    of_day = Q(pk__in=[])
    for hotel in at:
        zone = ZoneInfo(hotel.timezone)
        first = datetime.combine(day, time(), zone)
        last = datetime.combine(day + timedelta(days=1), time(), zone)
        of_day |= Q(property=hotel, moment__gte=first, moment__lt=last)
    heaps = {
        DUE: Q(state=State.PLANNED) & of_day,
        HELD: Q(state=State.HELD, property__in=at),
        SENT: Q(state__in=_SENT) & of_day,
        UNKNOWN: Q(state=State.UNKNOWN) & of_day,
        CLOSED: Q(state__in=_OVER) & of_day,
    }
    moment = Coalesce(F("handed_at"), F("settled_at"), F("due_at"))
    found = mine.annotate(moment=moment)
    counts = found.aggregate(**{name: Count("pk", filter=each) for name, each in heaps.items()})
    rows = found.filter(heaps[heap]).order_by("moment", "pk")[after : after + LINES + 1]
    lines = lines_of(access, list(rows))
    return Outbox(day, heap, counts, lines[:LINES], len(lines) > LINES)


def listed(
    access: Access, property_id: int | None, state: str | None, limit: int | None
) -> list[Line]:
    """Messages by when they are due, newest first: for the command line."""
    rows = visible_to(access, Message.objects.all(), READ)
    if property_id is not None:
        rows = rows.filter(property_id=property_id)
    if state:
        rows = rows.filter(state=state)
    return lines_of(access, list(rows.order_by("-due_at", "-pk")[: limit or None]))


def of_stay(access: Access, reservation_id: int) -> list[Line]:
    """Every message of one reservation, in the order they are or were due."""
    rows = visible_to(access, Message.objects.filter(reservation_id=reservation_id), READ)
    return lines_of(access, list(rows.order_by("due_at", "pk")))


@dataclass(frozen=True)
class Told:
    """One message whole: every decision about it oldest first, look-ups, and its words if it left."""

    line: Line
    decisions: list[Decision]
    look_ups: list[LookUp]
    text: MessageText | None
    stay_id: int | None
    may_answer: bool

    @property
    def message(self) -> Message:
        """Its row."""
        return self.line.message

    @property
    def is_open(self) -> bool:
        """Whether it is still to be decided."""
        return self.message.state in OPEN

    @property
    def may_be_confirmed(self) -> bool:
        """Whether a look into the PMS would end its hold."""
        is_held = self.message.state == State.HELD and self.stay_id is not None
        return is_held and self.message.reason in CONFIRMABLE


def one(access: Access, public_id: UUID) -> Told:
    """The message of this id, if he may see it; else Forbidden."""
    message = one_of(access, Message.objects.all(), READ, public_id=public_id)
    (line,) = lines_of(access, [message])
    text = MessageText.objects.filter(message=message).first()
    may_read = access.may("contact.read", message.property_id)
    look_ups = LookUp.objects.filter(reservation_id=message.reservation_id or 0).order_by("pk")
    return Told(
        line,
        list(Decision.objects.filter(message=message).order_by("pk")),
        list(look_ups),
        text if may_read else None,
        message.reservation_id if line.number else None,
        access.may(ANSWER, message.property_id),
    )


def named(access: Access, key: str) -> Told:
    """The message of this key: its id as `list messages` prints it."""
    try:
        public_id = UUID(key)
    except ValueError as error:
        raise Refused(
            f"{key} is no message's id. `staytrue list messages` prints them.", "no_message"
        ) from error
    return one(access, public_id)


def lines_of(access: Access, rows: list[Message]) -> list[Line]:
    """Names only where he may read them."""
    at = Property.objects.in_bulk({each.property_id for each in rows})
    numbers = dict(
        Reservation.objects.filter(
            pk__in={each.reservation_id for each in rows if each.reservation_id}
        ).values_list("pk", "number")
    )
    names = {
        person.pk: full_name(person.first_name, person.last_name, person.second_last_name)
        for person in Profile.objects.filter(
            pk__in={each.profile_id for each in rows if access.may(PROFILES, each.property_id)}
        )
    }
    return [
        Line(
            each,
            at[each.property_id],
            names.get(each.profile_id, ""),
            numbers.get(each.reservation_id or 0, ""),
        )
        for each in rows
    ]
