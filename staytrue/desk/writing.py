"""What people write on a case: comments that name colleagues, and the exception note."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from staytrue.desk import access as seen
from staytrue.desk import keeping, rules, working
from staytrue.desk.folding import Happened
from staytrue.desk.kinds import Event
from staytrue.desk.models import Case, Mention
from staytrue.desk.opening import WORDS_MAX
from staytrue.kit.errors import Refused
from staytrue.staff.access import Access, access_of
from staytrue.staff.models import Member


@transaction.atomic
def comment(
    access: Access, case_id: int, text: str, mentions: Collection[int], now: datetime
) -> Case:
    """Write to colleagues; who is named and may see the case has it among what he does next."""
    said = text.strip()
    if not said:
        raise Refused("Write something.", "words_missing")
    if len(said) > WORDS_MAX:
        raise Refused(f"Say it in at most {WORDS_MAX} letters.", "words_long")
    case = keeping.held(seen.one(access, case_id))
    named = _named(case, mentions)
    happened = Happened(Event.COMMENTED, {}, {"mentions": named}, {"text": said})
    keeping.write(case, happened, access.actor, now)
    Mention.objects.bulk_create(
        Mention(case=case, property_id=case.property_id, no=case.last_no, member_id=id_, at=now)
        for id_ in named
    )
    # Who answers has read.
    _read(case, access, now)
    return case


def _named(case: Case, mentions: Collection[int]) -> list[int]:
    """Only who may see the case is named: a mention shows nobody what is not his."""
    members = Member.objects.filter(pk__in=mentions, is_active=True).order_by("pk")
    named = [each.pk for each in members if seen.visible(access_of(each)).filter(pk=case.pk)]
    if set(named) != set(mentions):
        raise Refused("Somebody you name may not see this case.", "mention_unseen")
    return named


@transaction.atomic
def read(access: Access, case_id: int, now: datetime) -> None:
    """He has read where he is named."""
    _read(seen.one(access, case_id), access, now)


def _read(case: Case, access: Access, now: datetime) -> None:
    unread = Mention.objects.filter(case=case, member_id=access.member_id or 0, read_at=None)
    unread.filter(at__lte=now).update(read_at=now)


@transaction.atomic
def note(
    access: Access, case_id: int, unusual: str, impact: str, comment: str, now: datetime
) -> Case:
    """Write the exception note, or the part of it that is missing."""
    case = keeping.held(seen.one(access, case_id))
    parts = {"unusual": unusual, "impact": impact, "comment": comment}
    who = working.who(access, case.property_id)
    happened = rules.noted(parts, keeping.standing(case), who)
    return keeping.write(case, happened, access.actor, now)
