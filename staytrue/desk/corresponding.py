"""Letters between a case and its guest: written through the gate, and answers put where they belong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from staytrue.desk import access as seen
from staytrue.desk import (
    keeping,
    letter_rules,
    promise_reading,
    promise_rules,
    rules,
    triggers,
    working,
)
from staytrue.desk.folding import Happened
from staytrue.desk.kinds import Event, Trigger
from staytrue.desk.kinds import Kind as DeskKind
from staytrue.desk.models import Case, CaseEvent
from staytrue.desk.opening import ITSELF, STAY_FACTS, WORDS_MAX, Note
from staytrue.desk.promise_rules import Checked
from staytrue.desk.triggers import Found
from staytrue.kit.errors import Refused
from staytrue.messages import hand_written
from staytrue.messages.hand_written import To, Written
from staytrue.messages.kinds import DEMANDS, Kind
from staytrue.messages.queries import Line
from staytrue.mirror.models import Reservation
from staytrue.staff.access import Access, require

WRITE = "cases.write"
CONTROLLED = frozenset({DeskKind.PROMISE.value, DeskKind.REPLY.value})
"""What is written before arrival or in answer to a campaign leaves with a second person's word."""
_GUEST = "guest"


@dataclass(frozen=True)
class Answer:
    """What a guest answered to a message: `message` is its public id, `party` whom it was for."""

    property_id: int
    profile_id: int
    message: UUID
    kind: str
    party: str
    reservation_id: int | None
    subject: str
    words: str
    reply: int


@dataclass(frozen=True)
class Said:
    """A letter or an answer on a case; of a letter its message, where the reader sees messages."""

    at: datetime
    is_ours: bool
    actor: str
    subject: str
    words: str
    line: Line | None = None
    waits: bool = False


@transaction.atomic
def write(
    access: Access, case_id: int, written: Written, now: datetime, note: Note | None = None
) -> Case:
    """Write to the guest of a case; what it promises against a house rule is refused with its words.

    A supervisor may promise it all the same, with the exception note. What is controlled waits for
    one, where its writer is none.
    """
    case = keeping.held(seen.one(access, case_id))
    require(access, WRITE, case.property_id)
    if case.profile_id is None:
        raise Refused("This case knows no guest to write to.", "letter_to_nobody")
    hand_written.check(written, case.property_id)
    who = working.who(access, case.property_id)
    if note is not None:
        told = {"unusual": note.unusual, "impact": note.impact, "comment": note.comment}
        keeping.write(case, rules.noted(told, keeping.standing(case), who), access.actor, now)
    checked, facts = _promised(case, written)
    broken = promise_rules.broken(checked)
    words = {"subject": written.subject.strip(), "text": written.words.strip()}
    happened = letter_rules.wrote(keeping.standing(case), who, words, facts, broken)
    if case.kind in CONTROLLED and not who.may_approve:
        kept = facts | {"language": written.language}
        drafted = letter_rules.drafted(happened, case.last_no + 1, kept)
        return keeping.write(case, drafted, access.actor, now)
    return _post(case, written, happened, access.actor, now)


@transaction.atomic
def approve(access: Access, case_id: int, now: datetime) -> Case:
    """A second pair of eyes lets a letter leave that waits, as it was written."""
    case = keeping.held(seen.one(access, case_id))
    require(access, WRITE, case.property_id)
    draft = _draft(case)
    who = working.who(access, case.property_id)
    written = Written(draft.words["subject"], draft.words["text"], draft.facts["language"])
    hand_written.check(written, case.property_id)
    checked, facts = _promised(case, written)
    happened = letter_rules.approved(
        keeping.standing(case), who, draft.actor, draft.words, facts,
        promise_rules.broken(checked),
    )  # fmt: skip
    return _post(case, written, happened, access.actor, now)


@transaction.atomic
def send_back(access: Access, case_id: int, reason: str, now: datetime) -> Case:
    """Not so: nothing leaves, and its writer reads why."""
    case = keeping.held(seen.one(access, case_id))
    _draft(case)
    who = working.who(access, case.property_id)
    return keeping.write(case, letter_rules.returned(who, reason), access.actor, now)


def _draft(case: Case) -> CaseEvent:
    found = CaseEvent.objects.filter(case=case, no=case.draft_no or -1).first()
    if found is None:
        raise Refused("No letter waits any more.", "letter_moved_on")
    return found


def _post(case: Case, written: Written, happened: Happened, actor: str, now: datetime) -> Case:
    number, party = case.last_no + 1, _party(case.pk)
    to = To(case.property_id, case.profile_id or 0, party, number, case.reservation_id)
    message = hand_written.post(to, written, now)
    facts = {**happened.facts, "message": str(message)}
    return keeping.write(case, msgspec.structs.replace(happened, facts=facts), actor, now)


def broken_by(access: Access, case_id: int, written: Written) -> list[str]:
    """The words of the house rules that a letter would break, each once: listed before it leaves."""
    checked, _ = _promised(seen.one(access, case_id), written)
    return promise_rules.broken(checked)


def _promised(case: Case, written: Written) -> tuple[list[Checked], dict[str, Any]]:
    """What a letter promises held against the house rules, and all of it as it is kept."""
    house = working.rules_of(case.property_id)
    promised = promise_reading.told_in(f"{written.subject}\n{written.words}", house)
    found = {each: promise_rules.check(each, house) for each in promised}
    checked = list(dict.fromkeys(one for each in found.values() for one in each))
    if not promised:
        return [], {}
    stay = Reservation.objects.filter(pk=case.reservation_id or 0).values(*STAY_FACTS).first()
    facts = {
        "promised": [
            {"promise": msgspec.to_builtins(each), "rules": msgspec.to_builtins(told)}
            for each, told in found.items()
        ],
        "stay": msgspec.to_builtins(stay or {}),
    }
    return checked, facts


@transaction.atomic
def hear(answer: Answer, now: datetime) -> Case | None:
    """Put an answer on the case it belongs to, or open one where the hotel's rules want it."""
    case = _case_of(answer)
    if case is None:
        return _opened(answer, now)
    held = keeping.held(case)
    happened = letter_rules.heard(
        keeping.standing(held),
        {"subject": answer.subject, "text": answer.words},
        {"message": str(answer.message), "reply": answer.reply},
        now,
        working.terms_of(held.property_id, held.type_key),
        working.hours_of(held.property, held.department),
    )
    return keeping.write(held, happened, _GUEST, now)


def _case_of(answer: Answer) -> Case | None:
    """The case that wrote to him, else the one about the message he answers."""
    mine = Case.objects.filter(property_id=answer.property_id)
    if answer.kind == Kind.LETTER:
        return mine.filter(pk=int(answer.party.rpartition(":")[2])).first()
    return mine.filter(message_id=answer.message).order_by("-pk").first()


def _opened(answer: Answer, now: datetime) -> Case | None:
    sells = DEMANDS[Kind(answer.kind)].purpose == "marketing"
    found = Found(
        trigger=Trigger.MAILING_ANSWER if sells else Trigger.ANSWER,
        key=f"answer:{answer.message}", property_id=answer.property_id,
        reservation_id=answer.reservation_id, profile_id=answer.profile_id,
        words=answer.words[:WORDS_MAX], message_id=answer.message,
        facts={"message": str(answer.message), "reply": answer.reply},
    )  # fmt: skip
    opened = triggers.open_for([found], now)
    return opened[0] if opened else None


def conversation(access: Access, case: Case) -> list[Said]:
    """What went between the house and the guest on a case he sees, the oldest first."""
    found = seen.one(access, case.pk)
    kinds = [Event.OPENED.value, Event.DRAFTED.value, Event.WROTE.value, Event.HEARD.value]
    lines = hand_written.of_party(access, _party(found.pk))
    told = []
    for each in CaseEvent.objects.filter(case=found, kind__in=kinds).order_by("no"):
        if each.kind == Event.OPENED and "reply" not in each.facts:
            continue
        if each.kind == Event.DRAFTED and each.no != found.draft_no:
            continue
        told.append(_said(each.at, each.actor, each.kind, each.words,
                          lines.get(str(each.facts.get("message")))))  # fmt: skip
    return told


def _said(at: datetime, actor: str, kind: str, words: Mapping[str, str], line: Line | None) -> Said:
    is_ours = kind not in {Event.HEARD, Event.OPENED}
    return Said(
        at, is_ours, actor if actor != ITSELF else "", words.get("subject", ""),
        words.get("text", ""), line if is_ours else None, kind == Event.DRAFTED,
    )  # fmt: skip


def _party(case_id: int) -> str:
    return f"case:{case_id}"
