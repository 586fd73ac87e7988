"""Automatic joins looked at again by people who are not told: how often a rule errs at a hotel.

An answer is a decision as well: the same person is confirmed, two people are taken apart at once.
Of a rule that is to prove itself first some suggestions are drawn by lot: their decision counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from staytrue.guests import deciding, standings, undoing
from staytrue.guests.matching import safety
from staytrue.guests.matching.safety import Answer, Merge, Stage
from staytrue.guests.models import RuleState, SafetyCheck
from staytrue.guests.salting import salt
from staytrue.guests.standings import SUGGESTED, Place
from staytrue.hotel import scope
from staytrue.kit.asking import ask_all
from staytrue.kit.errors import Refused
from staytrue.staff.access import Access, require, require_everywhere

MANAGE = "matching.manage"
WAITING_MOST = 20
"""A rule has so many unanswered checks at a hotel at most: the queue is for proposals first."""
_BACK, _BACK_PROVEN = 2_000, 50
"""Among so many of all newest joins checks are drawn, and of a proven rule among so many: what it
joined when it was proven is what was asked about before.
"""


def answer(access: Access, check_id: int, said: str, now: datetime) -> int | None:
    """Note what a reviewer says of a join; answers the event of his decision, None if unsure."""
    if said not in {*Answer}:
        raise Refused("A check is answered by same, different or unsure.", "unknown_answer")
    with deciding.acting(access, now):
        check = SafetyCheck.objects.select_for_update().get(pk=check_id, proposal_id=None)
        if check.answered_at is not None or check.event_id is None:
            raise Refused("Somebody has answered this already.", "already_answered")
        place = (check.rule, check.property_id)
        standings.hold({place})
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
        standings.judge({place}, now)
        return event


def take_back(access: Access, check_id: int, event: int | None, now: datetime) -> None:
    """The reviewer pressed the wrong key: his answer is as if it had not been given."""
    with deciding.acting(access, now):
        check = SafetyCheck.objects.select_for_update().get(pk=check_id)
        if check.answered_at is None or check.actor != access.actor:
            raise Refused("Only who answered may take the answer back.", "not_yours")
        place = (check.rule, check.property_id)
        standings.hold({place})
        closed = RuleState.objects.filter(
            rule=check.rule, property_id=check.property_id, closed_at=check.answered_at
        )
        if event is not None:
            undoing.undo(access, event, now)
        closed.delete()
        SafetyCheck.objects.filter(pk=check_id).update(answered_at=None, answer="", actor="")
        standings.judge({place}, now)


def keep_watch(now: datetime) -> None:
    """Draw joins, and what would be joins, to be looked at; note where each rule stands by that."""
    with scope.everything():
        merges, suggested = _merges(), _suggested()
        places = merges.keys() | suggested.keys() | standings.places_known()
        stages = standings.judge(places, now)
        waiting = standings.waiting()
        checks: list[SafetyCheck] = []
        for place, stage in stages.items():
            rule, property_id = place
            drawn = _drawn(merges.get(place, ()), stage)
            drawn += suggested.get(place, []) if stage == Stage.TRIAL else []
            for check in drawn[: max(WAITING_MOST - waiting.get(place, 0), 0)]:
                check.rule, check.property_id, check.drawn_at = rule, property_id, now
                checks.append(check)
        SafetyCheck.objects.bulk_create(checks, ignore_conflicts=True)
        # What was drawn just now waits as well.
        standings.judge(places, now, is_drawn=True)
        standings.go_on(now)


def waiting() -> int:
    """How many checks nobody has answered."""
    return sum(standings.waiting().values())


def closed() -> list[RuleState]:
    """The rules that only suggest now, and where."""
    return list(RuleState.objects.filter(reopened_at=None).order_by("rule", "property_id"))


def reopen(access: Access, state_id: int, now: datetime) -> None:
    """Let a rule join by itself again at its hotel; what was said before counts no more. One that
    is to prove itself first does so anew.
    """
    with deciding.acting(access, now):
        state = RuleState.objects.select_for_update().filter(pk=state_id).first()
        if state is None or state.reopened_at is not None:
            raise Refused("This rule is not closed any more.", "not_closed")
        if state.property_id is None:
            require_everywhere(access, MANAGE)
        else:
            require(access, MANAGE, state.property_id)
        RuleState.objects.filter(pk=state_id).update(reopened_at=now, reopened_by=access.actor)
        place = (state.rule, state.property_id)
        standings.judge({place}, now)
        standings.look_again(place, now)


_Named = tuple[Merge, SafetyCheck]


def _drawn(merges: Sequence[_Named], stage: Stage) -> list[SafetyCheck]:
    budget = standings.budget()
    these = merges[-_BACK_PROVEN:] if stage == Stage.PROVEN else merges
    named = {merge.id: check for merge, check in these}
    names = safety.drawn([merge for merge, _ in these], stage, salt().hex(), budget)
    return [named[name] for name in names]


def _merges() -> dict[Place, Sequence[_Named]]:
    """The newest joins of each rule at each hotel that stand, oldest first, with their checks."""
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
        check = SafetyCheck(event_id=event, one=one, other=other)
        found[rule, property_id].append((merge, check))
    return dict(found)


def _suggested() -> dict[Place, list[SafetyCheck]]:
    """Suggestions of rules that may not join whatever they find, by lot: none is likelier than
    another.
    """
    rows = ask_all(
        f"""SELECT rule, property_id, id, one, other FROM (
                  SELECT s.rule, s.one_property AS property_id, s.id, s.one, s.other,
                         row_number() OVER (PARTITION BY s.rule, s.one_property
                                            ORDER BY hashint8extended(s.id, %(seed)s)) AS nth
                    FROM ({SUGGESTED}) s
                   WHERE s.why <> 'rule_closed' AND s.rule = ANY(%(rules)s)
                     AND NOT EXISTS (SELECT FROM safety_check c WHERE c.proposal_id = s.id)) x
                 WHERE nth <= %(most)s ORDER BY nth""",
        {
            "rules": list(standings.ahead()),
            "seed": int.from_bytes(salt()[:7]),
            "most": WAITING_MOST,
        },
    )
    found: dict[Place, list[SafetyCheck]] = defaultdict(list)
    for rule, property_id, proposal, one, other in rows:
        found[rule, property_id].append(SafetyCheck(proposal_id=proposal, one=one, other=other))
    return dict(found)
