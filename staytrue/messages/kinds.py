"""What a message is, what each kind demands before it may leave, and the states it passes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from staytrue.hotel.codes import Status


class Kind(StrEnum):
    """One reason to write to a guest. Stored as its value."""

    CONFIRMATION = "confirmation"
    CHANGE = "change"
    CANCELLATION = "cancellation"
    ARRIVAL_INFO = "arrival_info"
    PRE_CHECKIN = "pre_checkin"
    PRE_STAY = "pre_stay"
    WELCOME = "welcome"
    MID_STAY = "mid_stay"
    THANK_YOU = "thank_you"
    SURVEY = "survey"
    BIRTHDAY = "birthday"
    WIN_BACK = "win_back"
    MAILING = "mailing"
    CORRECTION = "correction"
    CONFIRM_ADDRESS = "confirm_address"
    LETTER = "letter"


class Needs(StrEnum):
    """The evidence without which a message of a stay does not leave."""

    NOTHING = "nothing"
    CHECKED_IN = "checked_in"
    CHECKED_OUT = "checked_out"
    CANCELLED = "cancelled"


class State(StrEnum):
    """Where a message stands; it ends in one of `TERMINAL` and never leaves it backwards."""

    PLANNED = "planned"
    HELD = "held"
    CLAIMED = "claimed"
    HANDED_OVER = "handed_over"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    CLOSED = "closed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


OPEN = frozenset({State.PLANNED, State.HELD})
"""Still to be decided at the door."""
UNDERWAY = frozenset({State.CLAIMED, State.HANDED_OVER})
LEFT = frozenset({State.ACCEPTED, State.DELIVERED, State.BOUNCED, State.COMPLAINED, State.UNKNOWN})
"""It went out, or may have: an unknown is shown and never sent again by itself."""
USED = UNDERWAY | LEFT
"""These use up their slot: nothing else of the same slot may leave (constraints in `models`)."""
TERMINAL = LEFT | {State.CLOSED, State.EXPIRED}


@dataclass(frozen=True)
class Demands:
    """What a kind asks for. `statuses` is where the stay may stand when the message leaves.

    `freshness` is how old the mirror may be; `is_critical`: the stay needs it, so no cap and no
    quiet hour holds it; `is_sensitive`: where the PMS can be asked, it is asked once more;
    `to_mailbox`: it is for whoever reads the address, also where no guest is known there;
    `by_hand`: a person writes it to this guest, so that no silence about him holds it.
    """

    purpose: str
    freshness: timedelta
    statuses: frozenset[Status] = frozenset()
    needs: Needs = Needs.NOTHING
    is_critical: bool = False
    is_sensitive: bool = False
    to_mailbox: bool = False
    by_hand: bool = False

    @property
    def of_stay(self) -> bool:
        """Whether it belongs to one reservation."""
        return bool(self.statuses)


_QUARTER, _HALF, _DAY = timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=24)
_COMING, _THERE = frozenset({Status.CONFIRMED}), frozenset({Status.IN_HOUSE})
_GONE, _OFF = frozenset({Status.CHECKED_OUT}), frozenset({Status.CANCELLED})
_IN, _OUT = Needs.CHECKED_IN, Needs.CHECKED_OUT

DEMANDS: dict[Kind, Demands] = {
    Kind.CONFIRMATION: Demands("stay", _QUARTER, _COMING, is_critical=True, is_sensitive=True),
    Kind.CHANGE: Demands("stay", _QUARTER, _COMING | _THERE, is_critical=True, is_sensitive=True),
    Kind.CANCELLATION: Demands(
        "stay", _QUARTER, _OFF, Needs.CANCELLED, is_critical=True, is_sensitive=True
    ),
    Kind.ARRIVAL_INFO: Demands("stay", _QUARTER, _COMING, is_critical=True, is_sensitive=True),
    Kind.PRE_CHECKIN: Demands("stay", _HALF, _COMING, is_sensitive=True),
    Kind.PRE_STAY: Demands("service", _DAY, _COMING, is_sensitive=True),
    Kind.WELCOME: Demands("service", _DAY, _THERE, _IN, is_sensitive=True),
    Kind.MID_STAY: Demands("service", _DAY, _THERE, _IN, is_sensitive=True),
    Kind.THANK_YOU: Demands("service", _DAY, _GONE, _OUT),
    Kind.SURVEY: Demands("survey", _DAY, _GONE, _OUT),
    Kind.BIRTHDAY: Demands("marketing", _DAY),
    Kind.WIN_BACK: Demands("marketing", _DAY),
    Kind.MAILING: Demands("marketing", _DAY),
    # Puts a wrong message right: a person sends it, and no cap keeps it from whoever was misled.
    Kind.CORRECTION: Demands("stay", _DAY, is_critical=True),
    # Somebody waits for it: he asked for it a moment ago, on a page of ours.
    Kind.CONFIRM_ADDRESS: Demands("service", _DAY, is_critical=True, to_mailbox=True),
    # A member answers this guest, often about the very matter that keeps the machine quiet.
    Kind.LETTER: Demands("service", _DAY, is_critical=True, by_hand=True),
}
