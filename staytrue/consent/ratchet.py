"""May this address be written to: recorded acts and facts → the answer with its reason. Pure.

Anybody may add an opt-out; only the guest's own later act lifts it. What is known of one person
through several profiles only ever takes away: no merge gives a right that was not there before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum, StrEnum

import msgspec

from staytrue.consent.bases import Requirement
from staytrue.consent.purposes import GROUP, OWN, Channel, Origin, Purpose, Scope
from staytrue.consent.rules import Role


class Act(StrEnum):
    """What was said or happened. `withdraw`: the PMS no longer says that he agreed."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"
    SUPPRESS = "suppress"
    RELEASE = "release"


class Cause(StrEnum):
    """Why an address is on the suppression list."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    BY_HAND = "by_hand"
    ERASED = "erased"


class Standing(IntEnum):
    """What stands on record for one address and purpose; of several, the greatest holds."""

    UNKNOWN = 0
    OPTED_IN = 1
    BOUNCED = 2
    OPTED_OUT = 3
    COMPLAINED = 4


class Evidence(IntEnum):
    """On what ground there is to write, the strongest last; compared with what a country asks."""

    NOTHING = 0
    EXISTING_CUSTOMER = 1
    EXPLICIT = 2
    DOUBLE_OPT_IN = 3


_STANDING = {Cause.COMPLAINT: Standing.COMPLAINED, Cause.BOUNCE: Standing.BOUNCED}
_NOT_OWN = {
    Role.RELAY: "relay_address",
    Role.AGENCY: "agency_address",
    Role.OWN: "own_address",
    Role.PLACEHOLDER: "no_address",
}
CONTRACT, UNTIL_OBJECTION = "contract", "until_objection"


class Said(msgspec.Struct, frozen=True):
    """One recorded act on what is asked. `id` grows with each act: the version of what is known.

    `point` is set when it is about one address; `profile_id` is who spoke, if anybody known.
    `lifts` are the opt-outs that an opt-in takes back by name.
    """

    id: int
    act: Act
    said_at: datetime
    origin: Origin
    scope: Scope = GROUP
    profile_id: int | None = None
    point: int | None = None
    cause: str = ""
    lifts: tuple[int, ...] = ()

    @property
    def when(self) -> tuple[datetime, int]:
        """Its place in time; of one moment the later record."""
        return self.said_at, self.id


class Question(msgspec.Struct, frozen=True):
    """Who would be written to, where, what for; with what is known of the address and the law.

    `scopes` are the hotel, its company and the group. `unrecorded` is true while a PMS refuses
    and no act says so yet.
    """

    point: int
    profile_id: int
    purpose: Purpose
    channel: Channel
    scopes: frozenset[Scope]
    role: Role
    requirement: Requirement
    is_customer: bool = False
    unrecorded: bool = False


class Answer(msgspec.Struct, frozen=True):
    """Whether, and why: a stable word, the ground it rests on, the act that decided."""

    allowed: bool
    reason: str
    basis: str
    act_id: int | None
    version: int


def decide(question: Question, said: Sequence[Said]) -> Answer:
    """The answer from the acts on this address, this person and this purpose and channel."""
    version = max((each.id for each in said), default=0)
    heard = [each for each in said if each.scope in question.scopes]
    stop = suppression(question.purpose, heard) or opt_out(question, heard)
    if stop:
        reason = "suppressed" if stop.act == Act.SUPPRESS else "opted_out"
        return Answer(False, reason, "", stop.id, version)
    if question.unrecorded:
        return Answer(False, "opted_out", "", None, version)
    if question.purpose in (Purpose.STAY, Purpose.SERVICE):
        return Answer(True, "", CONTRACT, None, version)
    if question.role in _NOT_OWN:
        return Answer(False, _NOT_OWN[question.role], "", None, version)
    evidence, agreed = evidence_of(question, heard)
    if question.role == Role.FAMILY and agreed is None:
        return Answer(False, "shared_address", "", None, version)
    act_id = agreed.id if agreed else None
    if evidence < question.requirement:
        return Answer(False, "no_basis", "", act_id, version)
    basis = evidence.name.lower() if evidence else UNTIL_OBJECTION
    return Answer(True, "", basis, act_id, version)


def suppression(purpose: Purpose, said: Sequence[Said]) -> Said | None:
    """What keeps the address on the suppression list: for each cause its last word counts.

    A complaint is about what the house sent unasked: it never stops what the stay needs.
    """
    last: dict[str, Said] = {}
    for each in sorted(said, key=lambda one: one.when):
        if each.act in (Act.SUPPRESS, Act.RELEASE):
            last[each.cause] = each
    standing = [each for each in last.values() if each.act == Act.SUPPRESS]
    if purpose == Purpose.STAY:
        standing = [each for each in standing if each.cause != Cause.COMPLAINT]
    return max(standing, key=lambda one: _STANDING.get(Cause(one.cause), Standing.OPTED_OUT),
               default=None)  # fmt: skip


def opt_out(question: Question, said: Sequence[Said]) -> Said | None:
    """The newest opt-out that nothing lifts here."""
    own = [each for each in said if _is_own_yes(each)]
    outs = (each for each in said if each.act == Act.OPT_OUT)
    standing = [out for out in outs if not any(lifts(yes, out, question) for yes in own)]
    return max(standing, key=lambda one: one.when, default=None)


def lifts(yes: Said, out: Said, question: Question) -> bool:
    """Whether this act of the guest's own takes that opt-out back for the address that is asked.

    It reaches no further than it was said: never to another address, another purpose or a
    narrower list that he left by itself.
    """
    if not _is_own_yes(yes) or yes.when <= out.when:
        return False
    if not within(yes.scope, out.scope):
        return False
    if out.id in yes.lifts:
        # Said as one guest: it holds where he said it, also once his profiles are parted again.
        return yes.profile_id == question.profile_id and yes.point == question.point
    if out.profile_id is not None and yes.profile_id is not None:
        return out.profile_id == yes.profile_id and yes.point in (None, question.point)
    # Whoever reads a mailbox speaks for it where nobody else is named.
    return yes.point == out.point == question.point


def within(inner: Scope, outer: Scope) -> bool:
    """Whether a scope lies in another; both hold for the hotel that is asked."""
    order = ["property", "legal_entity", "group"]
    return order.index(inner.within) <= order.index(outer.within)


def evidence_of(question: Question, said: Sequence[Said]) -> tuple[Evidence, Said | None]:
    """The strongest ground there is, with the act that gives it; another profile's gives none."""
    agreed = [each for each in said if _agrees(question, each)]
    gone = max((each.when for each in said if each.act == Act.WITHDRAW
                and each.profile_id == question.profile_id), default=None)  # fmt: skip
    agreed = [
        each for each in agreed if each.origin != Origin.PMS or gone is None or each.when > gone
    ]
    confirmed = [each for each in agreed if each.act == Act.CONFIRM]
    if confirmed:
        return Evidence.DOUBLE_OPT_IN, max(confirmed, key=lambda one: one.when)
    if agreed:
        return Evidence.EXPLICIT, max(agreed, key=lambda one: one.when)
    return (Evidence.EXISTING_CUSTOMER if question.is_customer else Evidence.NOTHING), None


def standing_of(question: Question, said: Sequence[Said]) -> Standing:
    """Where the record stands, on the one scale by which the most restrictive is chosen."""
    heard = [each for each in said if each.scope in question.scopes]
    found = Standing.OPTED_IN if evidence_of(question, heard)[1] else Standing.UNKNOWN
    if stop := suppression(question.purpose, heard):
        found = max(found, _STANDING.get(Cause(stop.cause), Standing.OPTED_OUT))
    if question.unrecorded or opt_out(question, heard):
        found = max(found, Standing.OPTED_OUT)
    return found


def _is_own_yes(each: Said) -> bool:
    return each.act in (Act.OPT_IN, Act.CONFIRM) and each.origin in OWN


def _agrees(question: Question, each: Said) -> bool:
    if each.act not in (Act.OPT_IN, Act.CONFIRM):
        return False
    if each.profile_id == question.profile_id:
        return each.point in (None, question.point)
    # Several read a family's mailbox: only who agreed himself is meant there.
    return each.point == question.point and question.role != Role.FAMILY
