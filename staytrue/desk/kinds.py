"""The words of the desk: what a case is about, where it stands, what can happen to it. Pure."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a case is about; a right of its own opens each (`cases.<kind>`)."""

    REQUEST = "request"
    PROMISE = "promise"
    PREFERENCE = "preference"
    RECOVERY = "recovery"
    FEEDBACK = "feedback"
    REPLY = "reply"


class State(StrEnum):
    """Where it stands."""

    NEW = "new"
    PENDING = "pending"
    APPROVED = "approved"
    BLOCKED = "blocked"
    COMPLETE = "complete"


class Move(StrEnum):
    """What a person does to its state."""

    TAKE = "take"
    APPROVE = "approve"
    BLOCK = "block"
    RESUME = "resume"
    COMPLETE = "complete"
    REOPEN = "reopen"


class Event(StrEnum):
    """What happened to a case: a line of its history."""

    OPENED = "opened"
    TAKEN = "taken"
    APPROVED = "approved"
    BLOCKED = "blocked"
    RESUMED = "resumed"
    COMPLETED = "completed"
    REOPENED = "reopened"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    PASSED_UP = "passed_up"
    ESCALATED = "escalated"
    COMMENTED = "commented"
    DRAFTED = "drafted"
    RETURNED = "returned"
    WROTE = "wrote"
    HEARD = "heard"
    NOTED = "noted"
    CHECKED = "checked"
    MISMATCHED = "mismatched"
    PROPOSED = "proposed"
    CHANGED = "changed"
    LINE_APPROVED = "line_approved"
    LINE_REFUSED = "line_refused"
    POSTED = "posted"
    UNPOSTED = "unposted"
    RECONCILED = "reconciled"


class Money(StrEnum):
    """What a line of money is for the hotel."""

    CHARGE = "charge"
    REFUND = "refund"
    DEPOSIT = "deposit"
    COST = "cost"


class LineState(StrEnum):
    """How far a line of money has come: only the mirror's folio makes it posted."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    POSTED = "posted"
    RECONCILED = "reconciled"


class Notice(StrEnum):
    """What accounting is told about a line of money."""

    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class Origin(StrEnum):
    """Who or what opened a case."""

    BOOKING = "booking"
    GUEST = "guest"
    STAFF = "staff"
    FINANCE = "finance"


class Cause(StrEnum):
    """What it was about for the guest, so that repeats are seen."""

    NOISE = "noise"
    CLEANLINESS = "cleanliness"
    BREAKFAST = "breakfast"
    WELCOME = "welcome"
    WIFI = "wifi"
    ROOM = "room"
    PAYMENT = "payment"
    EQUIPMENT = "equipment"
    WAITING = "waiting"
    OTHER = "other"


class Trigger(StrEnum):
    """What opens a case by itself, where the hotel's rules say so."""

    LOW_SCORE = "guest.low_score"
    CALL = "guest.call"
    WISH = "guest.wish"
    ANSWER = "guest.answer"
    MAILING_ANSWER = "guest.mailing_answer"
    ROOM_MOVED = "booking.room_moved"
    DATES_MOVED = "booking.dates_moved"
    CANCELLED = "booking.cancelled"
    UNAPPROVED = "finance.unapproved"
    TASK = "staff.task"

    @property
    def origin(self) -> Origin:
        """The side it comes from."""
        return Origin(self.value.partition(".")[0])


class Promised(StrEnum):
    """What a promise before arrival is about."""

    TIME = "time"
    PRICE = "price"
    ROOM = "room"
    SERVICE = "service"


class Verdict(StrEnum):
    """What a spot check found."""

    RIGHT = "right"
    WRONG = "wrong"
    MISSING = "missing"


def right_for(kind: Kind | str) -> str:
    """The right that opens cases of this kind."""
    return f"cases.{Kind(kind).value}"
