"""What a check-out does to the CRM's own list, and which contacts it takes over. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from staytrue.kit.converting import converted
from staytrue.kit.errors import Refused


class Outcome(StrEnum):
    """What became of one check-out; each has exactly one.

    `blocked` waits for its hotel to be configured, `history` for a person to ask for it;
    `reversed` was considered before the guest turned out to be still in house.
    """

    ADDED = "added"
    LINKED = "linked"
    MEMBER = "member"
    NOT_ADDED = "not_added"
    NOT_QUALIFYING = "not_qualifying"
    BLOCKED = "blocked"
    HISTORY = "history"
    REVERSED = "reversed"


WITH_ACCOUNT = frozenset({Outcome.ADDED, Outcome.LINKED, Outcome.MEMBER})
WAITING = frozenset({Outcome.BLOCKED, Outcome.HISTORY})


class Unfit(StrEnum):
    """Why a stay does not qualify."""

    RATE = "rate"
    CHANNEL = "channel"
    SEGMENT = "segment"
    GROUP = "group"
    AMOUNT = "amount"
    DAY_USE = "day_use"
    NO_PERSON = "no_person"


class Qualifying(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which check-outs count; what is empty asks nothing."""

    not_rate_codes: tuple[str, ...] = ()
    not_channels: tuple[str, ...] = ()
    not_segments: tuple[str, ...] = ()
    groups: bool = True
    day_use: bool = True
    amount_min: Decimal | None = None


class Setting(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How one hotel's check-outs are treated.

    `phone_1`, `phone_2` and `email` name the type of the hotel's vocabulary that is taken over.
    """

    qualifying: Qualifying = Qualifying()
    adds_new: bool = True
    phone_1: str = "cell"
    phone_2: str = "home"
    email: str = "home"


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules look at of a stay that was checked out."""

    left_on: date
    nights: int
    rate_code: str = ""
    channel: str = ""
    segment: str = ""
    is_of_group: bool = False
    amount: Decimal | None = None
    is_of_person: bool = True


def unfit(stay: Stay, asked: Qualifying) -> tuple[Unfit, str] | None:
    """The first reason why a stay does not qualify, and the word it hangs on."""
    reasons = (
        (Unfit.NO_PERSON, "", not stay.is_of_person),
        (Unfit.RATE, stay.rate_code, stay.rate_code in asked.not_rate_codes),
        (Unfit.CHANNEL, stay.channel, stay.channel in asked.not_channels),
        (Unfit.SEGMENT, stay.segment, stay.segment in asked.not_segments),
        (Unfit.GROUP, "", stay.is_of_group and not asked.groups),
        (Unfit.DAY_USE, "", stay.nights == 0 and not asked.day_use),
        (Unfit.AMOUNT, str(stay.amount or 0), _is_less(stay.amount, asked.amount_min)),
    )
    return next(((reason, word) for reason, word, holds in reasons if holds), None)


def _is_less(amount: Decimal | None, least: Decimal | None) -> bool:
    return least is not None and (amount or Decimal(0)) < least


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One check-out and all that decides about it.

    `setting` is none where the hotel was never configured. `is_history` came with a first load,
    and `is_asked` when a person runs its day. `has_account` is the guest's; `is_known` that this
    profile had a part in it before.
    """

    stay: Stay
    setting: Setting | None
    is_history: bool = False
    is_asked: bool = False
    has_account: bool = False
    is_known: bool = False


def outcome(case: Case) -> tuple[Outcome, Unfit | None, str]:
    """What becomes of the check-out, and for one that does not qualify why, with the word."""
    if case.setting is None:
        return Outcome.BLOCKED, None, ""
    if case.is_history and not case.is_asked:
        return Outcome.HISTORY, None, ""
    if found := unfit(case.stay, case.setting.qualifying):
        return Outcome.NOT_QUALIFYING, *found
    if case.has_account:
        return (Outcome.MEMBER if case.is_known else Outcome.LINKED), None, ""
    return (Outcome.ADDED if case.setting.adds_new else Outcome.NOT_ADDED), None, ""


class Kind(StrEnum):
    """What a type of the vocabulary is for."""

    PHONE = "phone"
    EMAIL = "email"


class ContactType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A type that hotels choose from, and the words by which PMSs mean it."""

    kind: Kind
    code: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    words: tuple[str, ...] = ()
    is_retired: bool = False


RELAY = "relay"
"""The type of masking addresses: it is always there and never chosen."""

STARTING = (
    ContactType(Kind.PHONE, "business", ("business", "work", "office", "company")),
    ContactType(Kind.PHONE, "fax", ("fax",)),
    ContactType(Kind.PHONE, "home", ("home", "private", "landline", "phone")),
    ContactType(Kind.PHONE, "cell", ("cell", "mobile", "gsm")),
    ContactType(Kind.EMAIL, "business", ("business", "work", "office", "company")),
    ContactType(Kind.EMAIL, "home", ("home", "private", "email", "personal")),
)


class Value(msgspec.Struct, frozen=True):
    """A number or an address of a profile with the PMS's word for it."""

    value: str
    word: str
    is_relay: bool = False


def taken(values: Iterable[Value], kind: Kind, code: str, known: Sequence[ContactType]) -> str:
    """The first value of the chosen type; empty where the profile has none. Never a relay."""
    for each in values:
        if not each.is_relay and type_of(each, kind, known) == code:
            return each.value
    return ""


def type_of(value: Value, kind: Kind, known: Sequence[ContactType]) -> str:
    """The type of the vocabulary that a PMS's word means, or nothing."""
    if value.is_relay:
        return RELAY
    word = value.word.strip().casefold()
    found = (each.code for each in known if each.kind == kind and word in (each.code, *each.words))
    return next(found, "")


def checked(raw: Any, known: Sequence[ContactType]) -> Setting:
    """A hotel's setting as given, or why it makes no sense."""
    setting = converted(raw, Setting, "This setting", "checkout_unreadable")
    if setting.email == RELAY:
        raise Refused(
            "An OTA's relay address ends with the stay: it can never be the main address. Choose "
            "another type.",
            "relay_chosen",
        )
    chosen = ((Kind.PHONE, setting.phone_1), (Kind.PHONE, setting.phone_2),
              (Kind.EMAIL, setting.email))  # fmt: skip
    alive = {(each.kind, each.code) for each in known if not each.is_retired}
    for kind, code in chosen:
        if (kind, code) not in alive:
            raise Refused(
                f"There is no type {code}. Add it to the vocabulary, or choose one that is there.",
                "unknown_type",
                type=code,
            )
    return setting
