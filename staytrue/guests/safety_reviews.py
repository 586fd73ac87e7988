"""Automatic joins looked at again by people who are not told: how often a rule errs at a hotel.

An answer is a decision as well: the same person is confirmed, two people are taken apart at once.
Past its budget a rule only suggests, until somebody lets it join again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from staytrue.guests import deciding, undoing
from staytrue.guests.matching import safety
from staytrue.guests.matching.safety import Answer, Budget, Merge, Stage, Watch
from staytrue.guests.models import MatchingSetting, RuleState, SafetyCheck
from staytrue.guests.salting import salt
from staytrue.hotel import scope
from staytrue.kit.errors import Refused
from staytrue.staff.access import Access, require, require_everywhere

MANAGE = "matching.manage"
WAITING_MOST = 20
"""A rule has so many unanswered checks at a hotel at most: the queue is for proposals first."""
_BACK = 2_000
"""Among so many of a rule's newest joins checks are drawn."""

Place = tuple[str, int | None]
"""A rule at a hotel; None: of profiles of no hotel."""


@dataclass(frozen=True)
class Measured:
    """What people said of a rule's joins at a hotel; None: at all hotels together."""

    rule: str
    property_id: int | None
    checked: int
    wrong: int


def answer(access: Access, check_id: int, said: str, now: datetime) -> int | None:
    """Note what a reviewer says of a join; answers the event of his decision, None if unsure."""
    if said not in {*Answer}:
        raise Refused("A check is answered by same, different or unsure.", "unknown_answer")
    with deciding.acting(access, now):
        check = SafetyCheck.objects.select_for_update().get(pk=check_id)
        if check.answered_at is not None:
            raise Refused("Somebody has answered this already.", "already_answered")
        event = None
        if said == Answer.SAME:
            event = deciding.confirm(access, check.one, check.other, now)
        elif said == Answer.DIFFERENT:
            event = undoing.undo(access, check.event_id, now)
        else:
            deciding.require_over(access, [check.one, check.other])
        SafetyCheck.objects.filter(pk=check_id).update(
            answered_at=now, answer=said, actor=access.actor
        )
        _close_where_due({(check.rule, check.property_id)}, now)
        return event


def take_back(access: Access, check_id: int, event: int | None, now: datetime) -> None:
    """The reviewer pressed the wrong key: his answer is as if it had not been given."""
    with deciding.acting(access, now):
        check = SafetyCheck.objects.select_for_update().get(pk=check_id)
        if check.answered_at is None or check.actor != access.actor:
            raise Refused("Only who answered may take the answer back.", "not_yours")
        closed = RuleState.objects.filter(
            rule=check.rule, property_id=check.property_id, closed_at=check.answered_at
        )
        if event is not None:
            undoing.undo(access, event, now)
        closed.delete()
        SafetyCheck.objects.filter(pk=check_id).update(answered_at=None, answer="", actor="")


def keep_watch(now: datetime) -> None:
    """Draw joins to be looked at again, and close the rules that err too often."""
    with scope.everything():
        budget = _budget()
        for place, merges in _merges().items():
            waiting = SafetyCheck.objects.filter(
                rule=place[0], property_id=place[1], answered_at=None
            ).count()
            watch = watched(place, budget)
            named = {merge.id: each for merge, each in merges}
            names = safety.drawn([merge for merge, _ in merges], watch.stage, salt().hex(), budget)
            SafetyCheck.objects.bulk_create(
                [
                    SafetyCheck(event_id=event, rule=place[0], property_id=place[1], one=one,
                                other=other, drawn_at=now)
                    for event, one, other in (named[name] for name in names)
                ][: max(WAITING_MOST - waiting, 0)],
                ignore_conflicts=True,
            )  # fmt: skip
        _close_where_due(_watched_places(), now)


def watched(place: Place, budget: Budget | None = None) -> Watch:
    """What people's verdicts say of a rule at a hotel, since somebody let it join again."""
    return safety.watched(_verdicts(place), budget or _budget())


def measured() -> list[Measured]:
    """Every rule that was checked, at each hotel."""
    with scope.everything():
        return [
            Measured(*place, watch.reviewed, watch.wrong)
            for place in sorted(_watched_places(), key=lambda each: (each[0], each[1] or 0))
            if (watch := watched(place)).reviewed
        ]


def waiting() -> int:
    """How many checks nobody has answered."""
    return SafetyCheck.objects.filter(answered_at=None).count()


def closed() -> list[RuleState]:
    """The rules that only suggest now, and where."""
    return list(RuleState.objects.filter(reopened_at=None).order_by("rule", "property_id"))


def reopen(access: Access, state_id: int, now: datetime) -> None:
    """Let a rule join by itself again at its hotel; what was said before counts no more."""
    with deciding.acting(access, now):
        state = RuleState.objects.select_for_update().filter(pk=state_id).first()
        if state is None or state.reopened_at is not None:
            raise Refused("This rule is not closed any more.", "not_closed")
        if state.property_id is None:
            require_everywhere(access, MANAGE)
        else:
            require(access, MANAGE, state.property_id)
        RuleState.objects.filter(pk=state_id).update(reopened_at=now, reopened_by=access.actor)


def _budget() -> Budget:
    return Budget(rate=MatchingSetting.objects.values_list("error_budget", flat=True).get())


def _close_where_due(places: set[Place], now: datetime) -> None:
    budget = _budget()
    known = set(RuleState.objects.filter(reopened_at=None).values_list("rule", "property_id"))
    for rule, property_id in sorted(places - known, key=str):
        watch = watched((rule, property_id), budget)
        if watch.stage == Stage.CLOSED:
            facts = {"checked": watch.reviewed, "wrong": watch.wrong, "budget": budget.rate,
                     "at_most": watch.upper_bound}  # fmt: skip
            RuleState.objects.create(rule=rule, property_id=property_id, closed_at=now, facts=facts)


def _watched_places() -> set[Place]:
    """Every rule and hotel of which something was said."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT rule, property_id FROM ({_SAID}) s")
        return set(cursor.fetchall())


# What people said of automatic joins: answers to checks, and joins that staff took back unasked.
# Two who were taken apart and joined by somebody again were one person after all.
_SAID = """
  SELECT s.rule, s.property_id, s.answered_at AS at, s.id AS place,
         s.answer = 'different' AND a.guest_id IS DISTINCT FROM b.guest_id AS is_wrong
    FROM safety_check s
    LEFT JOIN link a ON a.profile_id = s.one AND a.until_at IS NULL
    LEFT JOIN link b ON b.profile_id = s.other AND b.until_at IS NULL
   WHERE s.answer IN ('same', 'different')
  UNION ALL
  SELECT v.rule, p.property_id, u.at, u.id, true
    FROM identity_event u
    JOIN identity_event v ON v.id = u.undoes AND v.undone_by = u.id
     AND v.kind IN ('attached', 'merged') AND v.actor NOT LIKE 'member:%%'
    JOIN profile p ON p.id = v.one
   WHERE u.kind = 'undone' AND u.actor LIKE 'member:%%'
     AND NOT EXISTS (SELECT FROM safety_check c WHERE c.event_id = v.id AND c.answer <> '')"""


def _verdicts(place: Place) -> list[bool]:
    rule, property_id = place
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT is_wrong FROM ({_SAID}) s
                 WHERE rule = %(rule)s AND property_id IS NOT DISTINCT FROM %(property)s
                   AND at > coalesce((SELECT max(reopened_at) FROM rule_state r
                                       WHERE r.rule = %(rule)s
                                         AND r.property_id IS NOT DISTINCT FROM %(property)s),
                                     '-infinity')
                 ORDER BY at, place""",
            {"rule": rule, "property": property_id},
        )
        return [is_wrong for (is_wrong,) in cursor.fetchall()]


_Named = tuple[Merge, tuple[int, int, int]]


def _merges() -> dict[Place, Sequence[_Named]]:
    """The newest joins of each rule at each hotel that stand, oldest first, with their pairs."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT v.id, v.one, v.other, v.rule, p.property_id, v.evidence->>'levels',
                      EXISTS (SELECT FROM safety_check s WHERE s.event_id = v.id)
                 FROM identity_event v JOIN profile p ON p.id = v.one
                WHERE v.kind IN ('attached', 'merged') AND v.undone_by IS NULL
                  AND v.actor NOT LIKE 'member:%%' AND v.one IS NOT NULL AND v.other IS NOT NULL
                  AND v.rule NOT IN ('pms', 'staff', 'must_link')
                ORDER BY v.id DESC LIMIT %s""",
            [_BACK],
        )
        rows = cursor.fetchall()
    found: dict[Place, list[_Named]] = defaultdict(list)
    for event, one, other, rule, property_id, levels, is_asked in reversed(rows):
        merge = Merge(f"{event}-{one}-{other}", levels or "", is_asked)
        found[rule, property_id].append((merge, (event, one, other)))
    return dict(found)
