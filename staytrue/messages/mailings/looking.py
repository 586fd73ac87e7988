"""Who would get a mailing and who not, and why: asked of the very rule that decides at the door.

What the house may still do before it sends (arm, approve, wait for fresh data) is left aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from staytrue.hotel import scope
from staytrue.kit import ids as new_ids
from staytrue.messages import planning
from staytrue.messages.arming import Disarmed
from staytrue.messages.case import Act, Answer, Case, Source
from staytrue.messages.gathering import Gathered, Set
from staytrue.messages.kinds import DEMANDS, Kind
from staytrue.messages.mailings import lists
from staytrue.messages.mailings.actions import GO, LIFE
from staytrue.messages.models import Mailing, MailingRecipient, Message
from staytrue.messages.reasons import Reason
from staytrue.messages.rules import decide
from staytrue.mirror.models import Profile

AT_ONCE = 500
INLINE_MAX = 2_000
"""A list up to this is counted while its author waits; a longer one by the worker."""
_WAITS = frozenset({Reason.CAPPED, Reason.SILENCE})


@dataclass(frozen=True)
class _Found:
    id: int
    verdict: str
    waits: str = ""
    point: int | None = None
    country: str = ""
    basis: str = ""
    rule: str = ""


def is_short(mailing: Mailing) -> bool:
    """Whether it is counted at once."""
    with scope.everything():
        there = Profile.objects.filter(property_id=mailing.property_id).values_list("pk")
        listed = MailingRecipient.objects.filter(mailing=mailing).values_list("pk")
        if mailing.source == Mailing.Source.EVERYONE:
            return len(there[: INLINE_MAX + 1]) <= INLINE_MAX
        return len(listed[: INLINE_MAX + 1]) <= INLINE_MAX


def look_if_short(public_id: UUID, now: datetime) -> None:
    """Count a short list now, where somebody asked; a long one is left to the worker."""
    with scope.everything():
        mailing = Mailing.objects.get(public_id=public_id)
        is_asked = mailing.asked_at is not None and mailing.looked_at is None
    if is_asked and is_short(mailing):
        look(mailing, now)


def look(mailing: Mailing, now: datetime, most: int | None = None) -> bool:
    """Ask for up to `most` guests of its list; whether all of it is answered."""
    with transaction.atomic(), scope.everything():
        held = Mailing.objects.select_for_update().get(pk=mailing.pk)
        if held.looked_at is not None or held.asked_at is None:
            return True
        if held.listed_at is None:
            lists.put_everyone(held, now)
    left = most
    while left is None or left > 0:
        count = _look_at_some(mailing, now)
        if not count:
            return _finish(mailing, now)
        left = None if left is None else left - count
    return False


@transaction.atomic
def _look_at_some(mailing: Mailing, now: datetime) -> int:
    with scope.everything():
        mine = MailingRecipient.objects.filter(mailing=mailing, verdict="").order_by("pk")
        rows = list(mine.select_for_update()[:AT_ONCE])
        if rows:
            _keep(_answers(mailing, rows, now))
    return len(rows)


def _answers(mailing: Mailing, rows: Sequence[MailingRecipient], now: datetime) -> list[_Found]:
    drafts = [_draft(mailing, row, now) for row in rows]
    found = Set(drafts, now, frozenset())
    shut = Disarmed("")
    answered = {
        each.pk: _found(each.pk, given, decide(_alone(given.case, now)))
        for each in found.messages
        if (given := found.gathered(each, shut))
    }
    # Whose address or profile is being written at this moment: nothing is decided on half a change.
    unsure = Reason.CHANGED_MEANWHILE.value
    return [answered.get(row.pk) or _Found(row.pk, unsure) for row in rows]


def _draft(mailing: Mailing, row: MailingRecipient, now: datetime) -> Message:
    """The message as it would be planned; it is never kept."""
    return Message(
        pk=row.pk, public_id=new_ids.new(), property_id=row.property_id, kind=Kind.MAILING.value,
        purpose=DEMANDS[Kind.MAILING].purpose, party=planning.MAILING,
        occurrence=mailing.words,
        profile_id=row.profile_id, contact_point_id=row.contact_point_id, language="en",
        due_at=now, not_before=now, not_after=now + LIFE,
        template_version=mailing.template_version,
    )  # fmt: skip


def _alone(case: Case, now: datetime) -> Case:
    """The case as far as it is the guest's: consent, address, tact."""
    fresh = Source(now, timedelta(minutes=1), has_held_delivery=False, reads_one=False)
    return replace(
        case, shut=None, unready=None, quiet_until=None, source=fresh, is_before_go_live=False
    )


def _found(id_: int, given: Gathered, answer: Answer) -> _Found:
    reason = answer.reason.value if answer.reason else ""
    if answer.reason == Reason.PARTY_ALREADY_WRITTEN:
        reason = Reason.ALREADY_SENT.value
    is_later = answer.act == Act.HOLD and answer.reason in _WAITS
    verdict = GO if answer.act == Act.SEND or is_later else reason
    permission, address = given.permission, given.address
    return _Found(
        id_, verdict, reason if is_later else "", address.point_id if address else None,
        permission.country if permission else "", permission.basis if permission else "",
        permission.rule_version if permission else "",
    )  # fmt: skip


def _keep(found: Sequence[_Found]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE mailing_recipient r SET verdict = x.verdict, waits = x.waits,
                      contact_point_id = x.point, country = x.country, basis = x.basis, rule = x.rule
                 FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::text[],
                             %s::text[], %s::text[])
                      AS x(id, verdict, waits, point, country, basis, rule)
                WHERE r.id = x.id""",
            [list(column) for column in zip(*(vars(each).values() for each in found), strict=True)],
        )


@transaction.atomic
def _finish(mailing: Mailing, now: datetime) -> bool:
    """One address once, by whoever stands first on the list."""
    with scope.everything():
        with connection.cursor() as cursor:
            cursor.execute(
                """UPDATE mailing_recipient r SET verdict = %s
                     FROM (SELECT id, row_number() OVER (PARTITION BY contact_point_id ORDER BY id)
                                  AS place
                             FROM mailing_recipient WHERE mailing_id = %s AND verdict = %s) x
                    WHERE r.id = x.id AND x.place > 1""",
                [Reason.PARTY_ALREADY_WRITTEN, mailing.pk, GO],
            )
        Mailing.objects.filter(pk=mailing.pk).update(looked_at=now)
    return True
