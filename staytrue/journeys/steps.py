"""Steps of a journey as people set them: when, to whom, on what condition, and what if late. Pure.

A step is stored as JSON and read through these structs, so that nonsense is refused on save.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from staytrue.kit.converting import converted
from staytrue.kit.errors import Refused
from staytrue.messages.kinds import DEMANDS, Kind


class Anchor(StrEnum):
    """What a step hangs on. The first six are of the stay, the last two are dates of the guest."""

    CREATION = "creation"
    CHANGE = "change"
    CANCELLATION = "cancellation"
    ARRIVAL = "arrival"
    CHECK_IN = "check_in"
    DEPARTURE = "departure"
    CHECK_OUT = "check_out"
    BIRTHDAY = "birthday"


class Late(StrEnum):
    """What becomes of a step whose moment was over when the booking was made or moved."""

    NOW = "now"
    SKIP = "skip"
    SHORTEN = "shorten"


class To(StrEnum):
    """Whom a step is for."""

    BOOKER = "booker"
    PRIMARY = "primary"
    COMPANIONS = "companions"
    AGENCY = "agency"


class Field(StrEnum):
    """What a condition may ask of a stay."""

    CHANNEL = "channel"
    SEGMENT = "segment"
    BOARD = "board"
    RATE = "rate_code"
    ROOM = "room_category"
    NIGHTS = "nights"
    CHILDREN = "children"
    SOURCE = "source"
    LEAD = "lead_days"
    PEOPLE = "people"
    LANGUAGE = "language"
    RETURNING = "returning"
    TIER = "tier"
    POINTS = "points"


NUMBERS = frozenset({Field.NIGHTS, Field.CHILDREN, Field.LEAD, Field.PEOPLE, Field.POINTS})
"""Fields that are counted; all others are words."""
OF_MEMBERS = frozenset({Field.TIER, Field.POINTS})
"""What only a programme gives its members; where there is none, nobody has it."""
YES, NO = "yes", "no"


class Asks(StrEnum):
    """How a condition compares."""

    IS = "is"
    IS_NOT = "is_not"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


Clock = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step goes only to stays for which this holds."""

    field: Field
    asks: Asks
    values: tuple[str, ...]


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A moment of a stay: so many days from the anchor's day at a clock of the hotel, or so many
    minutes from the anchor's instant where it has one.
    """

    anchor: Anchor
    days: Annotated[int, msgspec.Meta(ge=-730, le=730)] = 0
    at: Clock | None = None
    minutes: Annotated[int, msgspec.Meta(ge=0, le=525_600)] = 0


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One message of a journey. It leaves within `lives_minutes` of its moment and never after
    `until`; `freshness_minutes` makes the kind's own limit tighter, never wider.

    `fields` are the changes a change message tells of; `collect_minutes` is how long it waits for
    further ones. `sells` makes it advertising whatever its kind, `to_blocks` writes to group blocks
    too, `each_room` to every room of a booking.
    """

    key: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    kind: Kind
    when: Point
    to: To = To.PRIMARY
    channel: str = "email"
    late: Late = Late.SKIP
    lives_minutes: Annotated[int, msgspec.Meta(ge=5, le=44_640)] = 1_440
    until: Point | None = None
    only_if: tuple[Condition, ...] = ()
    nights_min: Annotated[int, msgspec.Meta(ge=0, le=365)] = 0
    freshness_minutes: Annotated[int, msgspec.Meta(ge=1, le=44_640)] | None = None
    collect_minutes: Annotated[int, msgspec.Meta(ge=1, le=1_440)] = 10
    fields: tuple[str, ...] = ()
    sells: bool = False
    to_blocks: bool = False
    each_room: bool = False

    @property
    def purpose(self) -> str:
        """What consent is asked for."""
        return "marketing" if self.sells else DEMANDS[self.kind].purpose

    @property
    def limit_minutes(self) -> int:
        """The oldest mirror it tolerates at a hotel that chose nothing."""
        return self.limit_at({})

    def limit_at(self, limits: Mapping[str, int]) -> int:
        """The oldest mirror it tolerates at a hotel with these limits by kind, in minutes."""
        own = int(DEMANDS[self.kind].freshness.total_seconds() // 60)
        widest = limits.get(self.kind.value, own)
        return min(self.freshness_minutes or widest, widest)


INSTANTS = frozenset(
    {Anchor.CREATION, Anchor.CHANGE, Anchor.CANCELLATION, Anchor.CHECK_IN, Anchor.CHECK_OUT}
)
"""Anchors that have an instant beside their day."""
CHANGE_FIELDS = (
    "arrival_on", "departure_on", "room_category", "board", "adults", "children", "amount",
)  # fmt: skip
"""Changes that a change message can be about."""
MARKETING = frozenset(kind for kind, asked in DEMANDS.items() if asked.purpose == "marketing")


def read(raw: Any) -> tuple[Step, ...]:
    """The steps of a version as stored; refused with the step named where they make no sense."""
    steps = converted(raw, tuple[Step, ...], "The steps", "bad_step")
    keys = [step.key for step in steps]
    if len(set(keys)) < len(keys):
        raise Refused("Two steps have the same key. Give each its own.", "same_step_twice")
    for step in steps:
        _check(step)
    return steps


def stored(steps: tuple[Step, ...]) -> Any:
    """What is kept of them."""
    return msgspec.to_builtins(steps)


def _check(step: Step) -> None:
    for point in filter(None, (step.when, step.until)):
        if point.anchor not in INSTANTS and point.at is None:
            raise Refused(
                f"Step {step.key} hangs on a day and needs a time of day, such as 10:00.",
                "step_without_hour", step=step.key,
            )  # fmt: skip
    tied = {Anchor.CHANGE: Kind.CHANGE, Anchor.CANCELLATION: Kind.CANCELLATION,
            Anchor.BIRTHDAY: Kind.BIRTHDAY}  # fmt: skip
    if (step.when.anchor in tied or step.kind in tied.values()) and (
        tied.get(step.when.anchor) != step.kind
    ):
        raise Refused(
            f"Step {step.key}: a {step.kind} message cannot hang on {step.when.anchor}.",
            "wrong_anchor", step=step.key,
        )  # fmt: skip
    if step.kind == Kind.MAILING:
        raise Refused("A mailing is no step: it has a list and a page of its own.", "wrong_kind")
    if step.kind == Kind.CONFIRM_ADDRESS:
        raise Refused("Whoever asks for news on the website is asked to confirm by himself: it is"
                      " no step.", "wrong_kind")  # fmt: skip
    if step.kind == Kind.CORRECTION:
        raise Refused("A correction is no step: a person sends it for one wrong message.",
                      "wrong_kind")  # fmt: skip
    if step.kind == Kind.LETTER:
        raise Refused("A letter is no step: a member writes it by hand, on a case.", "wrong_kind")
    for condition in step.only_if:
        _check_condition(step, condition)
    if unknown := set(step.fields) - set(CHANGE_FIELDS):
        raise Refused(
            f"Step {step.key} cannot tell of {', '.join(sorted(unknown))}. It can tell of "
            f"{', '.join(CHANGE_FIELDS)}.", "unknown_field", step=step.key,
        )  # fmt: skip


def _check_condition(step: Step, condition: Condition) -> None:
    counted = condition.field in NUMBERS
    compared = condition.asks in (Asks.AT_LEAST, Asks.AT_MOST)
    is_wrong = (
        not condition.values
        or any(not value.strip() for value in condition.values)
        or (compared and (not counted or len(condition.values) > 1))
        or (counted and not all(value.isdecimal() for value in condition.values))
        or (condition.field == Field.RETURNING and not {YES, NO}.issuperset(condition.values))
    )
    if is_wrong:
        raise Refused(
            f"Step {step.key}: a condition on {condition.field} says nothing that can be compared. "
            "Give a whole number where something is counted, else one or several words.",
            "bad_condition", step=step.key, field=condition.field.value,
        )  # fmt: skip


def clock_of(text: str) -> time:
    """A time of day as written in a step."""
    return time.fromisoformat(text)


STANDARD: tuple[Step, ...] = (
    Step("confirmation", Kind.CONFIRMATION, Point(Anchor.CREATION), To.BOOKER, late=Late.NOW),
    Step("change", Kind.CHANGE, Point(Anchor.CHANGE), To.BOOKER, late=Late.NOW,
         fields=("arrival_on", "departure_on", "room_category", "board")),
    Step("cancellation", Kind.CANCELLATION, Point(Anchor.CANCELLATION), To.BOOKER, late=Late.NOW),
    Step("pre_stay", Kind.PRE_STAY, Point(Anchor.ARRIVAL, -3, "10:00"), late=Late.NOW,
         lives_minutes=2_880, until=Point(Anchor.ARRIVAL, 0, "12:00")),
    Step("pre_checkin", Kind.PRE_CHECKIN, Point(Anchor.ARRIVAL, -2, "15:00"), late=Late.NOW,
         lives_minutes=2_880, until=Point(Anchor.ARRIVAL, 0, "14:00")),
    Step("welcome", Kind.WELCOME, Point(Anchor.CHECK_IN), late=Late.NOW, lives_minutes=720,
         until=Point(Anchor.DEPARTURE, 0, "09:00")),
    Step("mid_stay", Kind.MID_STAY, Point(Anchor.CHECK_IN, 1, "17:00"), lives_minutes=300,
         nights_min=2, until=Point(Anchor.DEPARTURE, -1, "22:00")),
    Step("thank_you", Kind.THANK_YOU, Point(Anchor.CHECK_OUT, minutes=120), late=Late.NOW),
    Step("survey", Kind.SURVEY, Point(Anchor.CHECK_OUT, 1, "10:00"), late=Late.NOW,
         lives_minutes=4_320),
    Step("birthday", Kind.BIRTHDAY, Point(Anchor.BIRTHDAY, 0, "10:00")),
    Step("win_back", Kind.WIN_BACK, Point(Anchor.CHECK_OUT, 300, "11:00"), lives_minutes=10_080),
)  # fmt: skip
"""The standard set: the ten steps around a stay, and the cancellation message."""
