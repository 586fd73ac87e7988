"""The ledger of wrong sends: what is listed, how often, and what people do about each.

A correction is drafted and never leaves by itself: somebody sends it through the gate, or leaves it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import QuerySet

from staytrue.hotel.models import Property
from staytrue.kit.errors import Refused
from staytrue.messages import planning, queries
from staytrue.messages.kinds import DEMANDS, LEFT, Kind
from staytrue.messages.models import Message, MessageText, WrongSend, WrongSendAct
from staytrue.messages.queries import ANSWER, READ, Line
from staytrue.messages.wanted import Wanted
from staytrue.messages.writing import live, reading, rendering, sampling
from staytrue.messages.writing.live import Wish
from staytrue.messages.writing.reading import Asked
from staytrue.messages.writing.rendering import Rendered
from staytrue.messages.wrongness import Cause
from staytrue.staff import audit
from staytrue.staff.access import Access, one_of, visible_to
from staytrue.staff.actions import close_ask

LINES = 100
WINDOW = timedelta(days=30)
TAKEN, CORRECTED, LEFT_SO = "taken", "corrected", "left_so"
_LIVES = timedelta(days=2)
_SUBJECT_MAX = 80


@dataclass(frozen=True)
class Listed:
    """One wrong message with its cause, and what was done about it, oldest first."""

    wrong: WrongSend
    line: Line
    acts: list[WrongSendAct]

    @property
    def owner(self) -> str:
        """The role that answers for it, or the member who took it."""
        taken = [each.actor for each in self.acts if each.act == TAKEN]
        return taken[-1] if taken else self.wrong.owner

    @property
    def is_open(self) -> bool:
        """Whether nobody has corrected it or left it so."""
        return not any(each.act in (CORRECTED, LEFT_SO) for each in self.acts)

    def record(self) -> dict[str, Any]:
        """What `list messages --wrong` prints."""
        return {
            **self.line.record(),
            "cause": self.wrong.cause,
            "knowable": self.wrong.knowable,
            "true_at": self.wrong.true_at.isoformat(),
            "known_at": self.wrong.known_at.isoformat(),
            "then": self.wrong.then,
            "stands": self.wrong.stands,
            "owner": self.owner,
            "is_open": self.is_open,
        }


@dataclass(frozen=True)
class Rate:
    """How many of the messages that left lately are known to have been wrong."""

    wrong: int
    sent: int

    @property
    def per_ten_thousand(self) -> float:
        """Wrong ones among ten thousand."""
        return self.wrong * 10_000 / self.sent if self.sent else 0.0


def rate(access: Access, at: Collection[Property], now: datetime) -> Rate:
    """Of what was due in the last 30 days at these hotels and left."""
    seen = access.where(READ)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FILTER (WHERE EXISTS (
                        SELECT FROM wrong_send w WHERE w.message_id = m.id)), count(*)
                 FROM message m
                WHERE m.property_id = ANY(%s) AND m.due_at > %s AND m.due_at <= %s
                  AND m.state = ANY(%s) AND m.kind <> %s""",
            [[each.pk for each in at if each.pk in seen], now - WINDOW, now, sorted(LEFT),
             Kind.CORRECTION],
        )  # fmt: skip
        return Rate(*cursor.fetchone())


def listed(
    access: Access, property_id: int | None = None, after: int | None = None, limit: int = LINES
) -> list[Listed]:
    """What is listed at his hotels, newest first; `after` is the last one shown."""
    rows = _visible(access)
    if property_id is not None:
        rows = rows.filter(property_id=property_id)
    if after is not None:
        rows = rows.filter(pk__lt=after)
    return _whole(access, list(rows.order_by("-pk")[:limit]))


def of_message(access: Access, message_id: int) -> list[Listed]:
    """Why one message was wrong, if it was."""
    return _whole(access, list(_visible(access).filter(message=message_id).order_by("pk")))


def one(access: Access, pk: int) -> Listed:
    """The one of this number, if he may see it; else Forbidden."""
    found = one_of(access, _rows(), READ, pk=pk)
    return _whole(access, [found])[0]


def draft(found: Listed, now: datetime) -> Rendered | None:
    """What a correction would say, in the guest's language; None where nothing should be said.

    Whoever said no is not written to again, not even to apologise.
    """
    message = found.wrong.message
    if found.wrong.cause == Cause.OPTED_OUT:
        return None
    version = live.live({_wish(message)}).get(_wish(message))
    if version is None:
        raise Refused(
            "No approved text of a correction is in force. Approve one under Texts first.",
            "not_approved",
        )
    told = _facts(found, now)
    asked = Asked(message.property_id, _reader(found), message.language, None, sampling.LINKS, told)
    (facts,) = reading.read([asked], now)
    return rendering.rendered(version, message.language, facts)


@transaction.atomic
def take(access: Access, pk: int, now: datetime) -> None:
    """From now on he answers for it."""
    _note(_held(access, pk), access, TAKEN, now)


@transaction.atomic
def leave(access: Access, pk: int, now: datetime) -> None:
    """Nothing is written about it."""
    found = _held(access, pk)
    _note(found, access, LEFT_SO, now)
    close_ask(f"wrong-send:{pk}", LEFT_SO, now)


@transaction.atomic
def correct(access: Access, pk: int, now: datetime) -> Message:
    """Hand the drafted correction to the gate, which decides it like any other message."""
    found = _held(access, pk)
    if draft(found, now) is None:
        raise Refused(
            "This guest said no to being written to. Tell him in person, if at all.", "opted_out"
        )
    wrong, message = found.wrong, found.wrong.message
    is_moved = wrong.cause == Cause.OLD_ADDRESS
    wanted = Wanted(
        Kind.CORRECTION, message.property_id, _reader(found),
        None if is_moved else message.contact_point_id, DEMANDS[Kind.CORRECTION].purpose,
        due_at=now, not_before=now, not_after=now + _LIVES, language=message.language,
        language_why=message.language_why, step="wrong_send", step_version=1,
        channel=_wish(message).channel, party=f"correction:{message.public_id}",
        recipient_role=message.recipient_role, facts=_facts(found, now),
    )  # fmt: skip
    planning.add([wanted], now)
    made = Message.objects.get(party=wanted.party, kind=Kind.CORRECTION)
    _note(found, access, CORRECTED, now, made.pk)
    close_ask(f"wrong-send:{pk}", CORRECTED, now)
    return made


def _facts(found: Listed, now: datetime) -> dict[str, Any]:
    message = found.wrong.message
    text = MessageText.objects.filter(message=message).values_list("text", flat=True).first()
    zone = ZoneInfo(found.line.hotel.timezone)
    sent_at = message.handed_at or now
    return {
        "corrects": {
            "cause": found.wrong.cause,
            "subject": message.subject or (text or message.kind)[:_SUBJECT_MAX],
            "sent_on": sent_at.astimezone(zone).date().isoformat(),
        }
    }


def _reader(found: Listed) -> int:
    """Whoever has the address now: of a message to a stranger, the stranger."""
    message = found.wrong.message
    if found.wrong.cause != Cause.WRONG_PERSON:
        return message.profile_id
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT profile_id FROM contact_use
                WHERE contact_point_id = %s AND until_at IS NULL
                ORDER BY (profile_id = %s) DESC, since_at, profile_id LIMIT 1""",
            [message.contact_point_id, message.profile_id],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else message.profile_id


def _wish(message: Message) -> Wish:
    return Wish(message.property_id, Kind.CORRECTION)


def _rows() -> QuerySet[WrongSend]:
    return WrongSend.objects.select_related("message").prefetch_related("acts")


def _visible(access: Access) -> QuerySet[WrongSend]:
    return visible_to(access, _rows(), READ)


def _held(access: Access, pk: int) -> Listed:
    """The one of this number, locked, where it still waits for somebody."""
    one_of(access, WrongSend.objects.all(), ANSWER, pk=pk)
    WrongSend.objects.select_for_update().get(pk=pk)
    found = one(access, pk)
    if not found.is_open:
        raise Refused("Somebody has dealt with it meanwhile.", "dealt_with")
    return found


def _note(
    found: Listed, access: Access, act: str, now: datetime, correction: int | None = None
) -> None:
    WrongSendAct.objects.create(
        wrong_send=found.wrong, property_id=found.wrong.property_id, at=now, actor=access.actor,
        act=act, correction_id=correction,
    )  # fmt: skip
    audit.record(f"wrong_send_{act}", f"wrong_send:{found.wrong.pk}",
                 property_id=found.wrong.property_id)  # fmt: skip


def _whole(access: Access, rows: list[WrongSend]) -> list[Listed]:
    lines = queries.lines_of(access, [each.message for each in rows])
    return [
        Listed(row, line, sorted(row.acts.all(), key=lambda each: each.pk))
        for row, line in zip(rows, lines, strict=True)
    ]
