"""Pure rules of the mirror: how old it is, what a message now would be, and when a file must wait.

Sources of the limits: RELIABILITY section 2 (brakes) and FEATURES A15, D02, D03 (ages).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import comb
from typing import Any
from zoneinfo import ZoneInfo

GRACE = timedelta(seconds=60)

# The oldest mirror each message tolerates.
AGE_LIMITS = {
    "confirmation": timedelta(minutes=15),
    "change": timedelta(minutes=15),
    "cancellation": timedelta(minutes=15),
    "arrival_information": timedelta(minutes=15),
    "pre_check_in": timedelta(minutes=30),
    "pre_stay": timedelta(hours=24),
    "welcome": timedelta(hours=24),
    "mid_stay": timedelta(hours=24),
    "thank_you": timedelta(hours=24),
    "survey": timedelta(hours=24),
}
# What the PMS must positively have said before a message may leave.
EVIDENCE = {
    "confirmation": frozenset({"confirmed"}),
    "arrival_information": frozenset({"confirmed"}),
    "pre_check_in": frozenset({"confirmed"}),
    "pre_stay": frozenset({"confirmed"}),
    "welcome": frozenset({"in_house"}),
    "mid_stay": frozenset({"in_house"}),
    "thank_you": frozenset({"checked_out"}),
    "survey": frozenset({"checked_out"}),
}
NEXT_MESSAGE = {
    "inquiry": "confirmation",
    "option": "confirmation",
    "waitlist": "confirmation",
    "confirmed": "pre_check_in",
    "in_house": "mid_stay",
    "checked_out": "thank_you",
    "cancelled": "pre_stay",
    "no_show": "thank_you",
}


def is_stale(true_through: datetime | None, cadence_seconds: int, now: datetime) -> bool:
    """Whether a feed is late against its own promise: one cadence and a minute (FEATURES A04)."""
    return true_through is None or now - true_through > timedelta(seconds=cadence_seconds) + GRACE


# The same rule for many rows: of a reservation r at its property z.
IS_HISTORY = "(r.imported AND r.departure_on < (r.first_seen_at AT TIME ZONE z.timezone)::date)"


def is_history(*, imported: bool, departure_on: date, first_seen_at: datetime, zone: str) -> bool:
    """Whether a stay was over, by the hotel's calendar, when a history import brought it.

    Nothing leaves for such a stay; what was still to come lives on like any other.
    """
    return imported and departure_on < first_seen_at.astimezone(ZoneInfo(zone)).date()


@dataclass(frozen=True)
class Verdict:
    """What a message about this stay would be now: `allowed`, or `held`/`closed` with the cause."""

    message: str
    answer: str
    code: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def allowed(self) -> bool:
        """Whether it might leave."""
        return self.answer == "allowed"


def verdict(
    message: str,
    *,
    status: str,
    out_of_sight: bool,
    imported: bool,
    newest_parked: bool,
    true_through: datetime | None,
    now: datetime,
) -> Verdict:
    """From freshness and status alone: the first half of the gate, and all that a list shows.

    Closed comes before held: what can never be right needs no waiting.
    """
    if imported:
        return Verdict(message, "closed", "history_import")
    if status in ("cancelled", "no_show"):
        return Verdict(message, "closed", status)
    if out_of_sight:
        return Verdict(message, "held", "out_of_sight")
    if newest_parked:
        return Verdict(message, "held", "newest_parked")
    if status not in EVIDENCE.get(message, frozenset({status})):
        return Verdict(message, "held", "no_evidence", {"status": status})
    limit = AGE_LIMITS[message]
    if true_through is None:
        return Verdict(message, "held", "never_read")
    if now - true_through > limit:
        return Verdict(message, "held", "too_old", {"limit_seconds": int(limit.total_seconds())})
    return Verdict(message, "allowed")


@dataclass(frozen=True)
class Figures:
    """What a staged batch would do to the mirror, counted before anything is done."""

    lines: int = 0
    parked: int = 0
    impossible: int = 0
    foreign: int = 0
    known: int = 0
    future: int = 0
    vanishing: int = 0
    cut_off: int = 0
    cancelling: int = 0
    moving: int = 0
    compared: int = 0
    going_back: int = 0
    mails_known: int = 0
    mails_changing: int = 0


@dataclass(frozen=True)
class Brake:
    """Why a whole delivery must wait for a person. `sentence` says what and what to do."""

    code: str
    sentence: str
    facts: dict[str, Any]


# Fewer missing stays are never taken for a cut.
CUT_MIN = 3


def is_cut(end: Sequence[bool], missing: int, of: int) -> bool:
    """Whether the end of the file is missing, as a cut leaves it, and hardly by chance.

    `end` tells of the last coming stays of the file before, in its order, which are missing now;
    `missing` of all `of` are. By chance so many of them lie at the end in one of a thousand files.
    """
    run = next((back for back, is_missing in enumerate(reversed(end)) if not is_missing), len(end))
    ways, with_this_end = comb(of, missing), comb(of - run, missing - run)
    return run >= CUT_MIN and ways >= 1_000 * with_this_end


def allowance(of: int, share: float = 0.03, floor: int = 20) -> int:
    """How many may change at once before a person is asked: max(20, 3 %)."""
    return max(floor, int(of * share))


_SENTENCES = {
    "shrunken": "{n} of {of} coming stays are missing from this file; usually its filter changed "
    "or it was cut. Ask for a whole export, or release the file if they are really gone.",
    "cut_off": "{n} coming stays are missing from this file, among them all that stood at the end "
    "of the file before: it looks cut. Ask for a whole export, or release the file if they are "
    "really gone.",
    "mass_cancellation": "{n} of {of} coming stays would become cancelled at once. Check with the "
    "hotel, or release the file if it is so.",
    "dates_jump": "{n} of {of} coming stays would move their dates at once; usually day and month "
    "changed places. Check the date format, or release the file if it is so.",
}


def brake(f: Figures, *, complete: bool) -> Brake | None:
    """The first brake a batch meets, or none. A first or history load has nothing to compare."""
    if unfit := _unfit(f, complete=complete):
        return unfit
    if not f.known:
        return None
    if complete and not f.lines:
        return Brake(
            "empty",
            "The file is complete by its own account and holds no booking. Ask the hotel whether "
            "the export ran, or release it.",
            {"future": f.future},
        )
    limit = allowance(f.future)
    tests = (
        (complete and f.vanishing > limit, "shrunken", f.vanishing),
        (bool(f.cut_off), "cut_off", f.cut_off),
        (f.cancelling > limit, "mass_cancellation", f.cancelling),
        (f.moving > allowance(f.future, 0.10), "dates_jump", f.moving),
    )
    for met, code, count in tests:
        if met:
            facts = {"n": count, "of": f.future}
            return Brake(code, _SENTENCES[code].format(**facts), facts)
    if f.going_back > allowance(f.compared, 0.10):
        return Brake(
            "going_back",
            f"{f.going_back} of {f.compared} bookings are older here than what is known; usually "
            "this is an earlier file, or the PMS was restored from a backup. Ask the hotel, or "
            "release the file to take what is newer.",
            {"n": f.going_back, "of": f.compared},
        )
    if f.mails_changing > allowance(f.mails_known, 0.20):
        return Brake(
            "mass_contact_change",
            f"{f.mails_changing} of {f.mails_known} e-mail addresses would change at once. Check "
            "that the right column is exported, or release the file if it is so.",
            {"n": f.mails_changing, "of": f.mails_known},
        )
    return None


def _unfit(f: Figures, *, complete: bool) -> Brake | None:
    """What a file's own lines say against it. In a small complete file fewer are too many: what
    could not be read of it would be taken for absent.
    """
    if f.foreign and f.foreign * 2 >= f.lines:
        return Brake(
            "foreign_property",
            f"{f.foreign} of {f.lines} lines are of another hotel. Send this hotel's export, or "
            "correct the property code of the connection, and send the file again.",
            {"n": f.foreign, "of": f.lines},
        )
    if f.impossible and f.impossible + f.moving > max(2, f.lines // 10):
        return Brake(
            "dates_flipped",
            f"{f.impossible} of {f.lines} lines have a date that no calendar has and {f.moving} "
            "stays would move; usually day and month changed places. Check the date format in "
            "the mapping, or release the file if it is so.",
            {"n": f.impossible, "of": f.lines, "moving": f.moving},
        )
    if f.parked > f.lines * 0.3 and (f.parked > 20 or (complete and f.parked * 2 > f.lines)):
        return Brake(
            "mostly_unreadable",
            f"{f.parked} of {f.lines} lines could not be understood; usually the export's layout "
            "changed. Check the mapping, or release the file to take the rest.",
            {"parked": f.parked, "lines": f.lines},
        )
    return None
